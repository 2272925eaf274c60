import { isLayerOp, type FloatOp, type FullyConnectedOp, type LayerOp } from '../../ir/graph.js';
import type {
  BatchNormLayerSpec,
  Conv2dLayerSpec,
  DepthwiseConv2dLayerSpec,
  Pool2dLayerSpec,
} from '../../ir/model-spec.js';
import { joinedAxis } from '../../ir/ops/concatenation.js';
import type { FloatWriter } from './export-float-tflite.js';
import { ARITHMETIC, CONCATENATION, CONV_2D, DEPTHWISE, FULLY_CONNECTED, PADDING, POOL_2D, REDUCER } from './schema.js';
import type { NewOption } from './write-model.js';

type Of<S> = LayerOp & { readonly spec: S };

const int8 = (id: number, value: number): NewOption => ({ id, kind: 'int8', value });
const int32 = (id: number, value: number): NewOption => ({ id, kind: 'int32', value });

/** Writes the operators that compute the op; why there are none, or null. */
export function writeFloatOp(writer: FloatWriter, op: FloatOp): string | null {
  if (op.kind === 'fully_connected') return fullyConnected(writer, op);
  if (!isLayerOp(op)) return 'it is a table';
  const { spec } = op;
  switch (spec.type) {
    case 'conv_2d':
    case 'depthwise_conv_2d':
      return convolution(writer, op as Of<Conv2dLayerSpec | DepthwiseConv2dLayerSpec>);
    case 'max_pool_2d':
    case 'average_pool_2d':
      return pool(writer, op as Of<Pool2dLayerSpec>);
    case 'global_average_pool_2d': {
      const inputs = [writer.image(op), writer.integers(`${op.name}_axes`, [1, 2])];
      writer.add('MEAN', inputs, writer.activation(op.output), {
        type: 'reducer',
        fields: [int8(REDUCER.keepDims, 0)],
      });
      return null;
    }
    case 'batch_norm':
      return batchNorm(writer, op as Of<BatchNormLayerSpec>);
    case 'add': {
      const [first, ...others] = writer.inputsOf(op);
      const last = others.pop()!;
      let sum = first;
      others.forEach((other, k) => {
        const output = writer.between(`${op.name}_${k + 1}`, writer.shape(op.output));
        writer.add('ADD', [sum, other], output, { type: 'add', fields: [] });
        sum = output;
      });
      writer.ending(op, spec.activation, (fused, output) => {
        writer.add('ADD', [sum, last], output, { type: 'add', fields: [int8(ARITHMETIC.activation, fused)] });
      });
      return null;
    }
    case 'mul':
      writer.ending(op, spec.activation, (fused, output) => {
        const options = { type: 'mul', fields: [int8(ARITHMETIC.activation, fused)] } as const;
        writer.add('MUL', repeatable(writer, op), output, options);
      });
      return null;
    case 'concatenation': {
      const axis = joinedAxis(spec, writer.shape(op.input)) + 1;
      const options = { type: 'concatenation', fields: [int32(CONCATENATION.axis, axis)] } as const;
      writer.add('CONCATENATION', writer.inputsOf(op), writer.activation(op.output), options);
      return null;
    }
    case 'pad': {
      const pads = writer.shape(op.input).flatMap((_, k) => spec.pads[k] ?? [0, 0]);
      const paddings = writer.integers(`${op.name}_paddings`, [0, 0, ...pads], [pads.length / 2 + 1, 2]);
      const inputs = [...writer.inputsOf(op), paddings];
      writer.add('PAD', inputs, writer.activation(op.output), { type: 'pad', fields: [] });
      return null;
    }
    case 'activation':
      writer.standalone(op, spec.activation);
      return null;
    case 'flatten':
    case 'reshape':
      writer.standalone(op, 'none');
      return null;
    case 'simple_rnn':
    case 'gru':
    case 'snu':
    case 'rate_code':
      return 'layers over time are not written as .tflite';
    case 'fake_quantize':
      return 'it rounds: the quantized network holds it';
  }
}

function fullyConnected(writer: FloatWriter, op: FullyConnectedOp): null {
  const { shape } = writer.graph.tensors[op.weights];
  const inputs = [...writer.inputsOf(op), writer.constant(op.weights, shape)];
  inputs.push(op.bias === null ? -1 : writer.constant(op.bias, [shape[0]]));
  writer.ending(op, op.activation, (fused, output) => {
    const fields = [int8(FULLY_CONNECTED.activation, fused)];
    writer.add('FULLY_CONNECTED', inputs, output, { type: 'fully_connected', fields });
  });
  return null;
}

function convolution(writer: FloatWriter, op: Of<Conv2dLayerSpec | DepthwiseConv2dLayerSpec>): null {
  const { spec } = op;
  const [weights, bias = null] = op.parameters;
  const { shape } = writer.graph.tensors[weights];
  const depthwise = spec.type === 'depthwise_conv_2d';
  const ids = depthwise ? DEPTHWISE : CONV_2D;
  const [dilationH, dilationW] = spec.dilation ?? [1, 1];
  const inputs = [writer.image(op), writer.constant(weights, depthwise ? [1, ...shape] : shape)];
  if (bias !== null) inputs.push(writer.constant(bias, writer.graph.tensors[bias].shape));
  else if (!depthwise) inputs.push(-1); // TFLite Micro's depthwise kernel wants an absent bias left away.
  writer.ending(op, spec.activation, (fused, output) => {
    const fields = [
      int8(ids.padding, PADDING.indexOf(spec.padding)),
      int32(ids.strideW, spec.strides[1]),
      int32(ids.strideH, spec.strides[0]),
      ...(depthwise ? [int32(DEPTHWISE.multiplier, spec.multiplier)] : []),
      int8(ids.activation, fused),
      int32(ids.dilationW, dilationW),
      int32(ids.dilationH, dilationH),
    ];
    const code = depthwise ? 'DEPTHWISE_CONV_2D' : 'CONV_2D';
    writer.add(code, inputs, output, { type: spec.type, fields: fields.sort((a, b) => a.id - b.id) });
  });
  return null;
}

function pool(writer: FloatWriter, op: Of<Pool2dLayerSpec>): null {
  const { type, pool: size, strides, padding } = op.spec;
  const fields = [
    int8(POOL_2D.padding, PADDING.indexOf(padding)),
    int32(POOL_2D.strideW, strides[1]),
    int32(POOL_2D.strideH, strides[0]),
    int32(POOL_2D.filterW, size[1]),
    int32(POOL_2D.filterH, size[0]),
    int8(POOL_2D.activation, 0),
  ];
  const code = type === 'max_pool_2d' ? 'MAX_POOL_2D' : 'AVERAGE_POOL_2D';
  writer.add(code, [writer.image(op)], writer.activation(op.output), { type: 'pool_2d', fields });
  return null;
}

/** gamma / sqrt(variance + epsilon) as a product, and the rest as a sum: what the moving statistics come to in use. */
function batchNorm(writer: FloatWriter, op: Of<BatchNormLayerSpec>): null {
  const [gamma, beta, mean, variance] = op.parameters.map((id) => writer.graph.tensors[id].data as Float32Array);
  const factor = Float64Array.from(gamma, (g, c) => g / Math.sqrt(variance[c] + op.spec.epsilon));
  const channels = [factor.length];
  const scaled = writer.between(`${op.name}_scaled`, writer.shape(op.output));
  const factors = writer.floats(`${op.name}_factors`, channels, Float32Array.from(factor));
  const offsets = Float32Array.from(beta, (b, c) => b - mean[c] * factor[c]);
  writer.add('MUL', [...writer.inputsOf(op), factors], scaled, { type: 'mul', fields: [] });
  const constant = writer.floats(`${op.name}_offsets`, channels, offsets);
  writer.ending(op, op.spec.activation, (fused, output) => {
    writer.add('ADD', [scaled, constant], output, { type: 'add', fields: [int8(ARITHMETIC.activation, fused)] });
  });
  return null;
}

/** Both factors with as many axes, the smaller one with ones behind the batch, so that it repeats. */
function repeatable(writer: FloatWriter, op: LayerOp): number[] {
  const rank = writer.shape(op.output).length;
  return writer.inputsOf(op).map((input, k) => {
    const shape = writer.shape(op.inputs[k]);
    if (shape.length === rank) return input;
    return writer.reshaped(op, input, [...new Array<number>(rank - shape.length).fill(1), ...shape]);
  });
}
