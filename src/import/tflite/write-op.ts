import { ToolError } from '../../errors/tool-error.js';
import type { FullyConnectedOp, LookupFunction, QuantizedGraph, QuantizedOp } from '../../ir/graph.js';
import type {
  AveragePool2dOp,
  Conv2dOp,
  DepthwiseConv2dOp,
  LstmOp,
  MaxPool2dOp,
  RescaleOp,
  SoftmaxOp,
  Window,
} from '../../ir/integer-ops.js';
import { LSTM_GATES, lstmSizes } from '../../ir/ops/int8/lstm.js';
import { packInt4 } from '../../ir/int4.js';
import { quantizeMultiplierFor, quantizeMultiplierWide } from '../../ir/requantize.js';
import { littleEndianBytes } from '../../util/bytes.js';
import type { Tensor } from '../../ir/tensor.js';
import { activationClamp, type ClampActivation } from '../../ir/ops/int8/activation-clamp.js';
import { writeCopy } from './write-copy.js';
import type { NewOperator, NewOption, NewTensor } from './write-model.js';
import {
  ACTIVATIONS,
  ARITHMETIC,
  BATCH_MATMUL,
  CONCATENATION,
  CONV_2D,
  DEPTHWISE,
  FULLY_CONNECTED,
  LEAKY_RELU,
  LSTM,
  PADDING,
  POOL_2D,
  REDUCER,
  RESIZE_BILINEAR,
  SOFTMAX,
  type OptionsType,
} from './schema.js';

/** An op as an operator of the file: run-time inputs by their ids in the graph, then constants (null: absent). */
export interface OperatorParts {
  readonly code: string;
  readonly inputs: readonly number[];
  readonly constants: readonly (NewTensor | null)[];
  readonly options: NewOperator['options'];
}

export function inexpressible(model: string, problems: readonly string[]): ToolError {
  return new ToolError(
    'EXPORT_TFLITE_INEXPRESSIBLE',
    `Model '${model}' has integers that no .tflite file can hold: ${problems.join('; ')}.`,
    { context: { ops: problems } },
  );
}

const LOOKUP_CODES: Readonly<Record<LookupFunction, string | null>> = {
  tanh: 'TANH',
  sigmoid: 'LOGISTIC',
  relu: 'RELU',
  relu6: 'RELU6',
  leaky_relu: 'LEAKY_RELU',
  hard_swish: 'HARD_SWISH',
  elu: 'ELU',
  rsqrt: 'RSQRT',
  rescale: 'QUANTIZE',
  arithmetic: null,
};

/** The operator that computes the same, or why there is none. */
export function writeOp(graph: QuantizedGraph, op: QuantizedOp): OperatorParts | string {
  switch (op.kind) {
    case 'conv_2d':
    case 'depthwise_conv_2d':
      return convolution(graph, op);
    case 'fully_connected':
      return fullyConnected(graph, op);
    case 'max_pool_2d':
    case 'average_pool_2d':
      return pool(graph, op);
    case 'add':
    case 'sub':
    case 'mul':
      return activated(graph, op, op.requantize, (activation) => ({
        code: op.kind.toUpperCase(),
        inputs: op.inputs,
        constants:
          op.constant === undefined ? [] : [constant(graph.tensors[op.constant], graph.tensors[op.constant].shape, 0)],
        options: { type: op.kind, fields: [int8(ARITHMETIC.activation, activation)] },
      }));
    case 'mean': {
      const keeps = graph.tensors[op.output].shape.length === 3;
      return {
        code: 'MEAN',
        inputs: op.inputs,
        constants: [int32Constant(`${op.name}_axes`, [2], [1, 2])],
        options: { type: 'reducer', fields: [int8(REDUCER.keepDims, Number(keeps))] },
      };
    }
    case 'squared_difference': {
      const { inputs, constant: second } = op;
      const constants = second === undefined ? [] : [constant(graph.tensors[second], graph.tensors[second].shape, 0)];
      return { code: 'SQUARED_DIFFERENCE', inputs, constants, options: { type: 'squared_difference', fields: [] } };
    }
    case 'batch_matmul': {
      const fields = [int8(BATCH_MATMUL.transposeB, Number(op.transposeB))];
      return { code: 'BATCH_MATMUL', inputs: op.inputs, constants: [], options: { type: 'batch_matmul', fields } };
    }
    case 'lstm':
      return lstm(graph, op);
    case 'l2_normalization': {
      const options = { type: 'l2_normalization', fields: [] } as const;
      return { code: 'L2_NORMALIZATION', inputs: op.inputs, constants: [], options };
    }
    case 'resize_bilinear': {
      const [height, width] = graph.tensors[op.output].shape;
      return {
        code: 'RESIZE_BILINEAR',
        inputs: op.inputs,
        constants: [int32Constant(`${op.name}_size`, [2], [height, width])],
        options: {
          type: 'resize_bilinear',
          fields: [
            int8(RESIZE_BILINEAR.alignCorners, Number(op.alignCorners)),
            int8(RESIZE_BILINEAR.halfPixelCenters, Number(op.halfPixelCenters)),
          ],
        },
      };
    }
    case 'concatenation':
      return {
        code: 'CONCATENATION',
        inputs: op.inputs,
        constants: [],
        options: { type: 'concatenation', fields: [int32(CONCATENATION.axis, op.axis + 1)] },
      };
    case 'pad': {
      const pairs = [0, 0, ...op.before.flatMap((n, k) => [n, op.after[k]])];
      const constants = [int32Constant(`${op.name}_paddings`, [pairs.length / 2, 2], pairs)];
      return { code: 'PAD', inputs: op.inputs, constants, options: { type: 'pad', fields: [] } };
    }
    case 'reshape': {
      const shape = [1, ...graph.tensors[op.output].shape];
      const constants = [int32Constant(`${op.name}_shape`, [shape.length], shape)];
      return { code: 'RESHAPE', inputs: op.inputs, constants, options: { type: 'reshape', fields: [] } };
    }
    case 'softmax':
      return softmax(graph, op);
    case 'lookup': {
      const code = LOOKUP_CODES[op.activation];
      if (code === null) return 'the operator that its table comes from is not kept';
      const fields = [{ id: LEAKY_RELU.alpha, kind: 'float32', value: op.alpha ?? 0 }] as const;
      const options = op.activation === 'leaky_relu' ? ({ type: 'leaky_relu', fields } as const) : null;
      return { code, inputs: [op.input], constants: [], options };
    }
    case 'maximum':
    case 'minimum': {
      const code = op.kind === 'maximum' ? 'MAXIMUM' : 'MINIMUM';
      return { code, inputs: op.inputs, constants: [], options: { type: 'maximum_minimum', fields: [] } };
    }
    case 'prelu': {
      const slopes = graph.tensors[op.slopes];
      return { code: 'PRELU', inputs: op.inputs, constants: [constant(slopes, slopes.shape, 0)], options: null };
    }
    case 'rescale':
      return rescale(graph, op);
    case 'logistic':
    case 'tanh':
      return { code: op.kind.toUpperCase(), inputs: op.inputs, constants: [], options: null };
    case 'arg_max':
      return 'its output is int32 in a .tflite file';
    case 'strided_copy':
      return writeCopy(graph, op);
  }
}

/** Four tensors for the gates of each; the states are the interpreter's own. */
function lstm(graph: QuantizedGraph, op: LstmOp): OperatorParts {
  const { units } = lstmSizes(graph, op);
  const gates = (id: number): NewTensor[] => {
    const { name, shape, quant, dtype, data } = graph.tensors[id];
    const each = data!.length / LSTM_GATES;
    return Array.from({ length: LSTM_GATES }, (_, g) => ({
      name: `${name}_${g}`,
      shape: [units, ...shape.slice(1)],
      type: dtype,
      quantization: { scale: [quant!.scale[g * units]], zeroPoint: [0], axis: 0 },
      data: littleEndianBytes(data!.slice(g * each, (g + 1) * each)),
    }));
  };
  const state = (name: string, type: 'int8' | 'int16', scale: number, zeroPoint: number): NewTensor => ({
    name: `${op.name}_${name}`,
    shape: [1, units],
    type,
    quantization: { scale: [scale], zeroPoint: [zeroPoint], axis: 0 },
    data: null,
    isVariable: true,
  });
  const { scale, zeroPoint } = graph.tensors[op.output].quant!;
  const constants = [
    ...[op.inputWeights, op.recurrentWeights].flatMap(gates),
    ...[null, null, null],
    ...gates(op.gateBias),
    ...[null, null],
    state('hidden_state', 'int8', scale[0], zeroPoint[0]),
    state('cell_state', 'int16', op.cellScale, 0),
    ...[null, null, null, null],
  ];
  const fields = [
    int8(LSTM.activation, ACTIVATIONS.indexOf('tanh')),
    { id: LSTM.cellClip, kind: 'float32', value: op.cellClip * op.cellScale },
  ] as const;
  return { code: 'UNIDIRECTIONAL_SEQUENCE_LSTM', inputs: op.inputs, constants, options: { type: 'lstm', fields } };
}

/** Between widths or scales QUANTIZE; with a clamp, of int16, the activation that clamps so. */
function rescale(graph: QuantizedGraph, op: RescaleOp): OperatorParts | string {
  const of = (code: string): OperatorParts => ({ code, inputs: op.inputs, constants: [], options: null });
  const { clampMin, clampMax } = op.requantize;
  const { quant, dtype } = graph.tensors[op.output];
  const to = { scale: quant!.scale[0], zeroPoint: quant!.zeroPoint[0] };
  const clamps = (activation: ClampActivation): boolean => {
    const clamp = activationClamp(activation, to, dtype);
    return clamp.clampMin === clampMin && clamp.clampMax === clampMax;
  };
  if (clamps('none')) return of('QUANTIZE');
  if (clamps('relu')) return of('RELU');
  return clamps('relu6') ? of('RELU6') : `no activation clamps to [${clampMin}, ${clampMax}]`;
}

const int8 = (id: number, value: number): NewOption => ({ id, kind: 'int8', value });
const int32 = (id: number, value: number): NewOption => ({ id, kind: 'int32', value });

export function int32Constant(name: string, shape: readonly number[], values: readonly number[]): NewTensor {
  return { name, shape, type: 'int32', quantization: null, data: int32Bytes(values) };
}

function int32Bytes(values: ArrayLike<number>): Uint8Array {
  const view = new DataView(new ArrayBuffer(4 * values.length));
  for (let k = 0; k < values.length; k++) view.setInt32(4 * k, values[k], true);
  return new Uint8Array(view.buffer);
}

/** With the number of the fused activation whose clamp is the op's. */
function activated(
  graph: QuantizedGraph,
  op: QuantizedOp,
  { clampMin, clampMax }: { readonly clampMin: number; readonly clampMax: number },
  write: (activation: number) => OperatorParts,
): OperatorParts | string {
  const { quant, dtype } = graph.tensors[op.output];
  const { scale, zeroPoint } = quant!;
  const fits = (activation: ClampActivation): boolean => {
    const clamp = activationClamp(activation, { scale: scale[0], zeroPoint: zeroPoint[0] }, dtype);
    return clamp.clampMin === clampMin && clamp.clampMax === clampMax;
  };
  // What the op says of itself first: at some zero points several activations clamp alike.
  const own = 'activation' in op ? (op.activation as ClampActivation) : 'none';
  const found = ([own, 'none', 'relu', 'relu6', 'relu_n1_to_1'] as const).find(fits);
  if (found === undefined) return `no activation clamps to [${clampMin}, ${clampMax}]`;
  return write(ACTIVATIONS.indexOf(found));
}

/** `same` or `valid`, where the padding is what TFLite makes of it. */
function paddingOf({ kernel, strides, dilation, pad }: Window, [height, width]: readonly number[]): number | string {
  const total = (size: number, k: 0 | 1): number =>
    Math.max(0, (Math.ceil(size / strides[k]) - 1) * strides[k] + (kernel[k] - 1) * dilation[k] + 1 - size);
  const [rows, columns] = [total(height, 0), total(width, 1)];
  const [top, left] = [rows >> 1, columns >> 1];
  const actual = [pad.top, pad.left, pad.bottom, pad.right];
  if (String(actual) === '0,0,0,0') return PADDING.indexOf('valid');
  if (String(actual) === String([top, left, rows - top, columns - left])) return PADDING.indexOf('same');
  return `no padding mode of TFLite pads by ${actual.join(', ')}`;
}

function constant(tensor: Tensor, shape: readonly number[], axis: number): NewTensor {
  const { name, quant } = tensor;
  const quantization = { scale: quant!.scale, zeroPoint: quant!.zeroPoint, axis: quant!.axis === null ? 0 : axis };
  return { name, shape, type: tensor.dtype, quantization, data: constantData(tensor) };
}

function constantData({ dtype, data }: Tensor): Uint8Array {
  switch (dtype) {
    case 'int32':
      return int32Bytes(data as Int32Array);
    case 'int16':
      return littleEndianBytes(data as Int16Array);
    case 'int4':
      return new Uint8Array(packInt4(data as Int8Array).buffer);
    default:
      return new Uint8Array(Int8Array.from(data!).buffer);
  }
}

function convolution(graph: QuantizedGraph, op: Conv2dOp | DepthwiseConv2dOp): OperatorParts | string {
  const { shape } = graph.tensors[op.input];
  const padding = paddingOf(op.window, shape);
  if (typeof padding === 'string') return padding;
  const depthwise = op.kind === 'depthwise_conv_2d';
  const ids = depthwise ? DEPTHWISE : CONV_2D;
  const weights = graph.tensors[op.weights];
  const { strides, dilation } = op.window;
  const bias = biasOf(graph, op);
  return activated(graph, op, op.requantize, (activation) => ({
    code: depthwise ? 'DEPTHWISE_CONV_2D' : 'CONV_2D',
    inputs: op.inputs,
    constants: [
      constant(weights, depthwise ? [1, ...weights.shape] : weights.shape, depthwise ? 3 : 0),
      // TFLite Micro's depthwise kernel wants an absent bias left away, not marked as absent.
      ...(op.bias === null && depthwise ? [] : [bias]),
    ],
    options: {
      type: op.kind,
      fields: ascending([
        int8(ids.padding, padding),
        int32(ids.strideW, strides[1]),
        int32(ids.strideH, strides[0]),
        ...(depthwise ? [int32(DEPTHWISE.multiplier, weights.shape[2] / shape[2])] : []),
        int8(ids.activation, activation),
        int32(ids.dilationW, dilation[1]),
        int32(ids.dilationH, dilation[0]),
      ]),
    },
  }));
}

/** int64 where TFLite's sums are to have 64 bits. */
function biasOf(graph: QuantizedGraph, op: Conv2dOp | DepthwiseConv2dOp | FullyConnectedOp): NewTensor | null {
  if (op.bias === null) return null;
  const bias = graph.tensors[op.bias];
  const written = constant(bias, bias.shape, 0);
  if (op.requantize?.multiplierBits !== 15) return written;
  const view = new DataView(new ArrayBuffer(8 * bias.data!.length));
  bias.data!.forEach((v, k) => view.setBigInt64(8 * k, BigInt(v), true));
  return { ...written, type: 'int64', data: new Uint8Array(view.buffer) };
}

function ascending(fields: readonly NewOption[]): readonly NewOption[] {
  return [...fields].sort((a, b) => a.id - b.id);
}

function fullyConnected(graph: QuantizedGraph, op: FullyConnectedOp): OperatorParts | string {
  if (op.requantize === null) return 'it has no requantization';
  const weights = asPerChannelWhereNeeded(graph, op);
  const type: OptionsType = 'fully_connected';
  return activated(graph, op, op.requantize, (activation) => ({
    code: 'FULLY_CONNECTED',
    inputs: [op.input],
    constants: [constant(weights, weights.shape, 0), biasOf(graph, op)],
    options: { type, fields: [int8(FULLY_CONNECTED.activation, activation)] },
  }));
}

/**
 * TFLite rounds the product of the scales to float32 where a dense layer has one weight scale, and not where it has one
 * for each output. Ours never rounds: where that makes another multiplier, the one scale is written once for each output.
 */
function asPerChannelWhereNeeded(graph: QuantizedGraph, op: FullyConnectedOp): Tensor {
  const weights = graph.tensors[op.weights];
  const { scale, axis } = weights.quant!;
  if (axis !== null) return weights;
  const of = (id: number): number => graph.tensors[id].quant!.scale[0];
  const real = Math.fround(of(op.input) * scale[0]) / of(op.output);
  const { multiplier, shift, multiplierBits } = op.requantize!;
  const rounded =
    multiplierBits === 15 ? quantizeMultiplierWide(real) : quantizeMultiplierFor(graph.rounding ?? 'tflite', real);
  if (multiplier[0] === rounded.multiplier && shift[0] === rounded.shift) return weights;
  const each = Array.from({ length: weights.shape[0] }, () => scale[0]);
  return { ...weights, quant: { scale: each, zeroPoint: each.map(() => 0), axis: 0 } };
}

function pool(graph: QuantizedGraph, op: AveragePool2dOp | MaxPool2dOp): OperatorParts | string {
  const padding = paddingOf(op.window, graph.tensors[op.input].shape);
  if (typeof padding === 'string') return padding;
  const { strides, kernel } = op.window;
  return activated(graph, op, op, (activation) => ({
    code: op.kind === 'max_pool_2d' ? 'MAX_POOL_2D' : 'AVERAGE_POOL_2D',
    inputs: op.inputs,
    constants: [],
    options: {
      type: 'pool_2d',
      fields: [
        int8(POOL_2D.padding, padding),
        int32(POOL_2D.strideW, strides[1]),
        int32(POOL_2D.strideH, strides[0]),
        int32(POOL_2D.filterW, kernel[1]),
        int32(POOL_2D.filterH, kernel[0]),
        int8(POOL_2D.activation, activation),
      ],
    },
  }));
}

/** The graph holds beta times the scale as a multiplier; most betas are 1. */
function softmax(graph: QuantizedGraph, op: SoftmaxOp): OperatorParts {
  const { multiplier, shift } = op.inputMultiplier;
  const { quant, dtype } = graph.tensors[op.input];
  const unit = dtype === 'int16' ? 10 / 65535 : 2 ** -26;
  const beta = ((multiplier / 2 ** 31) * 2 ** shift * unit) / quant!.scale[0];
  const value = Math.abs(beta - 1) < 2 ** -29 ? 1 : Math.fround(beta);
  const fields = [{ id: SOFTMAX.beta, kind: 'float32', value }] as const;
  return { code: 'SOFTMAX', inputs: op.inputs, constants: [], options: { type: 'softmax', fields } };
}
