import type { QuantizedOp } from '../../ir/graph.js';
import type { FusedActivation, Window } from '../../ir/integer-ops.js';
import { activationClamp, type ClampActivation } from '../../ir/ops/int8/activation-clamp.js';
import { ADD_LEFT_SHIFT, addMultipliers } from '../../ir/ops/int8/add.js';
import {
  logisticTable,
  relu6Table,
  reluTable,
  rescaleTable,
  tanhTable,
  type Affine,
} from '../../ir/ops/int8/lookup-tables.js';
import { meanMultiplier } from '../../ir/ops/int8/mean.js';
import { softmaxNumbers } from '../../ir/ops/int8/softmax.js';
import type { Requantize } from '../../ir/quant-params.js';
import { denseFactor, quantizeMultiplierFor, requantizeFactor } from '../../ir/requantize.js';
import type { Table } from './checked-buffer.js';
import { invalid, unsupported } from './errors.js';
import type { GraphMaker } from './import-tflite.js';
import type { TfliteOperator } from './read-model.js';
import {
  ACTIVATIONS,
  ARITHMETIC,
  CONCATENATION,
  CONV_2D,
  DEPTHWISE,
  FULLY_CONNECTED,
  PADDING,
  POOL_2D,
  SOFTMAX,
} from './schema.js';
import { readWeights } from './weights.js';

/** An op before it has a name and an output. */
type Unfinished<O> = O extends QuantizedOp ? Omit<O, 'name' | 'output'> : never;
export type Converted = Unfinished<QuantizedOp>;

type Converter = (operator: TfliteOperator, graph: GraphMaker) => Converted;

/** One converter for each TFLite operator that has a counterpart. Numbers are those of TFLite Micro's `Prepare`. */
export const CONVERTERS: Readonly<Record<string, Converter>> = {
  CONV_2D: (operator, graph) => convolution('conv_2d', operator, graph),
  DEPTHWISE_CONV_2D: (operator, graph) => convolution('depthwise_conv_2d', operator, graph),
  FULLY_CONNECTED: fullyConnected,
  AVERAGE_POOL_2D: (operator, graph) => pool('average_pool_2d', operator, graph),
  MAX_POOL_2D: (operator, graph) => pool('max_pool_2d', operator, graph),
  MEAN: mean,
  ADD: add,
  MUL: mul,
  CONCATENATION: concatenation,
  PAD: pad,
  RESHAPE: reshape,
  SQUEEZE: reshape,
  EXPAND_DIMS: reshape,
  SOFTMAX: softmax,
  LOGISTIC: (operator, graph) => lookup('sigmoid', operator, graph, (input) => logisticTable(input)),
  TANH: (operator, graph) => lookup('tanh', operator, graph, (input) => tanhTable(input)),
  RELU: (operator, graph) => lookup('relu', operator, graph, reluTable),
  RELU6: (operator, graph) => lookup('relu6', operator, graph, (input) => relu6Table(input)),
  QUANTIZE: (operator, graph) => lookup('rescale', operator, graph, (a, b) => rescaleTable(a, b, a.scale / b.scale)),
};

function optionsOf({ options, code, index }: TfliteOperator): Table {
  if (options === null) throw invalid(`operator ${index} (${code}) has no options`);
  return options;
}

function inputsOf({ inputs, index, code }: TfliteOperator, least: number): readonly number[] {
  if (inputs.length < least) throw invalid(`operator ${index} (${code}) has ${inputs.length} inputs`);
  return inputs;
}

function affine(graph: GraphMaker, index: number): Affine {
  const { scale, zeroPoint } = graph.affine(index);
  return { scale: scale[0], zeroPoint: zeroPoint[0] };
}

/** Zero point and clamp of the output, for one multiplier or one a channel. */
function requantizeTo(
  graph: GraphMaker,
  output: number,
  activation: ClampActivation,
  factors: readonly number[],
): Requantize {
  const to = affine(graph, output);
  const fixed = factors.map((real) => quantizeMultiplierFor(graph.rounding, real));
  return {
    multiplier: fixed.map((f) => f.multiplier),
    shift: fixed.map((f) => f.shift),
    zeroPoint: to.zeroPoint,
    ...activationClamp(activation, to),
  };
}

function activationOf(options: Table, id: number, operator: TfliteOperator): ClampActivation {
  const activation = ACTIVATIONS[options.int8(id)];
  if (activation === undefined || activation === 'tanh' || activation === 'sign_bit') {
    throw unsupported(
      `operator ${operator.index} (${operator.code}) has the fused activation ${activation ?? options.int8(id)}`,
    );
  }
  return activation;
}

/** relu_n1_to_1 lives in the clamp alone. */
function fused(activation: ClampActivation): FusedActivation {
  return activation === 'relu' || activation === 'relu6' ? activation : 'none';
}

type WindowIds = typeof CONV_2D | typeof DEPTHWISE | typeof POOL_2D;

/** TFLite's rule for padding, made explicit. */
function windowOf(
  options: Table,
  ids: WindowIds,
  kernel: readonly [number, number],
  [height, width]: readonly number[],
  operator: TfliteOperator,
): Window {
  const strides = [options.int32(ids.strideH), options.int32(ids.strideW)] as const;
  const dilation =
    'dilationH' in ids
      ? ([options.int32(ids.dilationH, 1), options.int32(ids.dilationW, 1)] as const)
      : ([1, 1] as const);
  const padding = PADDING[options.int8(ids.padding)];
  const all = [...strides, ...dilation, ...kernel];
  if (padding === undefined || !all.every((n) => n > 0 && n < 65536)) {
    throw invalid(`operator ${operator.index} (${operator.code}) has a window of impossible numbers`);
  }
  const total = (size: number, k: number): number => {
    if (padding === 'valid') return 0;
    const reach = (kernel[k] - 1) * dilation[k] + 1;
    return Math.max(0, (Math.ceil(size / strides[k]) - 1) * strides[k] + reach - size);
  };
  const [rows, columns] = [total(height, 0), total(width, 1)];
  const top = Math.floor(rows / 2);
  const left = Math.floor(columns / 2);
  return { kernel, strides, dilation, pad: { top, left, bottom: rows - top, right: columns - left } };
}

function image(graph: GraphMaker, index: number, operator: TfliteOperator): readonly number[] {
  const shape = graph.shape(index);
  if (shape.length !== 3) {
    throw unsupported(`operator ${operator.index} (${operator.code}) takes [${shape.join(', ')}], not an image`);
  }
  return shape;
}

function convolution(kind: 'conv_2d' | 'depthwise_conv_2d', operator: TfliteOperator, graph: GraphMaker): Converted {
  const [x, w] = inputsOf(operator, 2);
  const depthwise = kind === 'depthwise_conv_2d';
  const ids = depthwise ? DEPTHWISE : CONV_2D;
  const options = optionsOf(operator);
  const shape = image(graph, x, operator);
  const stored = graph.source(w).shape;
  if (stored.length !== 4 || (depthwise && stored[0] !== 1)) {
    throw invalid(`operator ${operator.index} (${operator.code}) has weights [${stored.join(', ')}]`);
  }
  if (!depthwise && stored[3] !== shape[2]) {
    throw unsupported(
      `operator ${operator.index} (CONV_2D) has groups: ${shape[2]} channels for ${stored[3]} of its weights`,
    );
  }
  const activation = activationOf(options, ids.activation, operator);
  const weights = readWeights(graph, operator, depthwise ? stored.slice(1) : stored, depthwise ? 2 : 0);
  const from = affine(graph, x);
  const to = affine(graph, operator.outputs[0]);
  return {
    kind,
    input: graph.idOf(x),
    inputs: [graph.idOf(x)],
    weights: weights.id,
    bias: weights.bias,
    window: windowOf(options, ids, [stored[1], stored[2]], shape, operator),
    activation: fused(activation),
    requantize: requantizeTo(
      graph,
      operator.outputs[0],
      activation,
      weights.channelScales.map((s) => requantizeFactor(from.scale, s, to.scale)),
    ),
  };
}

function fullyConnected(operator: TfliteOperator, graph: GraphMaker): Converted {
  const [x, w] = inputsOf(operator, 2);
  const options = optionsOf(operator);
  const stored = graph.source(w).shape;
  if (options.int8(FULLY_CONNECTED.weightsFormat) !== 0) {
    throw unsupported(`operator ${operator.index} (FULLY_CONNECTED) has shuffled weights`);
  }
  const activation = activationOf(options, FULLY_CONNECTED.activation, operator);
  const weights = readWeights(graph, operator, stored, 0);
  const from = affine(graph, x);
  const to = affine(graph, operator.outputs[0]);
  const factor = (s: number): number => denseFactor(from.scale, s, to.scale, weights.perChannel);
  return {
    kind: 'fully_connected',
    input: graph.idOf(x),
    weights: weights.id,
    bias: weights.bias,
    activation: fused(activation),
    requantize: requantizeTo(graph, operator.outputs[0], activation, weights.channelScales.map(factor)),
  };
}

function pool(kind: 'average_pool_2d' | 'max_pool_2d', operator: TfliteOperator, graph: GraphMaker): Converted {
  const [x] = inputsOf(operator, 1);
  const options = optionsOf(operator);
  const kernel = [options.int32(POOL_2D.filterH), options.int32(POOL_2D.filterW)] as const;
  const activation = activationOf(options, POOL_2D.activation, operator);
  return {
    kind,
    input: graph.idOf(x),
    inputs: [graph.idOf(x)],
    window: windowOf(options, POOL_2D, kernel, image(graph, x, operator), operator),
    ...activationClamp(activation, affine(graph, operator.outputs[0])),
  };
}

function mean(operator: TfliteOperator, graph: GraphMaker): Converted {
  const [x, axes] = inputsOf(operator, 2);
  const [height, width] = image(graph, x, operator);
  const over = graph
    .integers(axes)
    .map((a) => (a < 0 ? a + 4 : a))
    .sort();
  if (String(over) !== '1,2') {
    throw unsupported(`operator ${operator.index} (MEAN) goes over the axes ${over.join(', ')}, not height and width`);
  }
  const output = operator.outputs[0];
  const { multiplier, shift } = meanMultiplier(
    affine(graph, x).scale,
    affine(graph, output).scale,
    height * width,
    graph.rounding,
  );
  const { zeroPoint } = affine(graph, output);
  return {
    kind: 'mean',
    input: graph.idOf(x),
    inputs: [graph.idOf(x)],
    requantize: { multiplier: [multiplier], shift: [shift], zeroPoint, clampMin: -128, clampMax: 127 },
  };
}

function add(operator: TfliteOperator, graph: GraphMaker): Converted {
  const [a, b] = twoComputed(operator, graph);
  const activation = activationOf(optionsOf(operator), ARITHMETIC.activation, operator);
  const output = operator.outputs[0];
  const to = affine(graph, output);
  const scales = [affine(graph, a).scale, affine(graph, b).scale] as const;
  const multipliers = addMultipliers(scales, to.scale, graph.rounding);
  return {
    kind: 'add',
    input: graph.idOf(a),
    inputs: [graph.idOf(a), graph.idOf(b)],
    inputMultipliers: multipliers.inputs,
    leftShift: ADD_LEFT_SHIFT,
    requantize: {
      multiplier: [multipliers.output.multiplier],
      shift: [multipliers.output.shift],
      zeroPoint: to.zeroPoint,
      ...activationClamp(activation, to),
    },
  };
}

function mul(operator: TfliteOperator, graph: GraphMaker): Converted {
  const [a, b] = twoComputed(operator, graph);
  const activation = activationOf(optionsOf(operator), ARITHMETIC.activation, operator);
  const output = operator.outputs[0];
  const factor = requantizeFactor(affine(graph, a).scale, affine(graph, b).scale, affine(graph, output).scale);
  return {
    kind: 'mul',
    input: graph.idOf(a),
    inputs: [graph.idOf(a), graph.idOf(b)],
    requantize: requantizeTo(graph, output, activation, [factor]),
  };
}

/** Both inputs computed and of one shape: nothing is broadcast. */
function twoComputed(operator: TfliteOperator, graph: GraphMaker): readonly [number, number] {
  const [a, b] = inputsOf(operator, 2);
  const [shapeA, shapeB] = [graph.shape(a), graph.shape(b)];
  if (String(shapeA) !== String(shapeB)) {
    throw unsupported(
      `operator ${operator.index} (${operator.code}) broadcasts [${shapeA.join(', ')}] and [${shapeB.join(', ')}]; equal shapes are imported`,
    );
  }
  return [a, b];
}

function concatenation(operator: TfliteOperator, graph: GraphMaker): Converted {
  const options = optionsOf(operator);
  const inputs = inputsOf(operator, 1).map((id) => graph.idOf(id));
  if (activationOf(options, CONCATENATION.activation, operator) !== 'none') {
    throw unsupported(`operator ${operator.index} (CONCATENATION) has a fused activation`);
  }
  const rank = graph.source(operator.outputs[0]).shape.length;
  const axis = options.int32(CONCATENATION.axis);
  const positive = axis < 0 ? axis + rank : axis;
  if (positive < 1) throw unsupported(`operator ${operator.index} (CONCATENATION) joins along the batch axis`);
  return { kind: 'concatenation', input: inputs[0], inputs, axis: positive - 1 };
}

function pad(operator: TfliteOperator, graph: GraphMaker): Converted {
  const [x, paddings] = inputsOf(operator, 2);
  const pairs = graph.integers(paddings);
  const rank = graph.source(x).shape.length;
  if (pairs.length !== 2 * rank || pairs.some((n) => n < 0))
    throw invalid(`operator ${operator.index} (PAD) has wrong paddings`);
  if (pairs[0] !== 0 || pairs[1] !== 0) throw unsupported(`operator ${operator.index} (PAD) pads the batch axis`);
  const axes = Array.from({ length: rank - 1 }, (_, k) => k + 1);
  return {
    kind: 'pad',
    input: graph.idOf(x),
    inputs: [graph.idOf(x)],
    before: axes.map((k) => pairs[2 * k]),
    after: axes.map((k) => pairs[2 * k + 1]),
  };
}

function reshape(operator: TfliteOperator, graph: GraphMaker): Converted {
  const [x] = inputsOf(operator, 1);
  return { kind: 'reshape', input: graph.idOf(x), inputs: [graph.idOf(x)] };
}

function softmax(operator: TfliteOperator, graph: GraphMaker): Converted {
  const [x] = inputsOf(operator, 1);
  const beta = optionsOf(operator).float32(SOFTMAX.beta);
  const { scale } = affine(graph, x);
  if (!(beta * scale * 2 ** 26 > 1 && beta * scale < Infinity)) {
    throw unsupported(`operator ${operator.index} (SOFTMAX) has beta ${beta} on the input scale ${scale}`);
  }
  return { kind: 'softmax', input: graph.idOf(x), inputs: [graph.idOf(x)], ...softmaxNumbers(scale, beta) };
}

function lookup(
  activation: 'sigmoid' | 'tanh' | 'relu' | 'relu6' | 'rescale',
  operator: TfliteOperator,
  graph: GraphMaker,
  table: (input: Affine, output: Affine) => Int8Array,
): Converted {
  const [x] = inputsOf(operator, 1);
  const input = graph.idOf(x);
  const data = table(affine(graph, x), affine(graph, operator.outputs[0]));
  const name = `${graph.source(operator.outputs[0]).name}_table`;
  const id = graph.constant({ name, shape: [256], dtype: 'int8', role: 'table', quant: null, data });
  return { kind: 'lookup', input, table: id, activation };
}
