import type { Window } from '../../ir/integer-ops.js';
import { softmaxNumbers } from '../../ir/ops/int8/softmax.js';
import { elementCount } from '../../ir/tensor.js';
import { denseFactor, requantizeFactor } from '../../ir/requantize.js';
import { activationClamp } from '../../ir/ops/int8/activation-clamp.js';
import type { Table } from './checked-buffer.js';
import {
  activationOf,
  affine,
  fused,
  inputsOf,
  optionsOf,
  requantizeTo,
  type Converted,
  type Converter,
} from './converter.js';
import { add, maximum, minimum, mul, prelu, sub } from './convert-arithmetic.js';
import { elu, hardSwish, leakyRelu, logistic, relu, relu6, rescale, tanh } from './convert-lookup.js';
import {
  concatenation,
  depthToSpace,
  pad,
  reshape,
  resizeNearest,
  slice,
  spaceToDepth,
  split,
  splitV,
  stridedSlice,
  tile,
  transpose,
  unpack,
} from './convert-moves.js';
import { mean, reduceMax, sum } from './convert-reduce.js';
import { invalid, unsupported } from './errors.js';
import type { GraphMaker } from './graph-maker.js';
import type { TfliteOperator } from './read-model.js';
import { CONV_2D, DEPTHWISE, FULLY_CONNECTED, PADDING, POOL_2D, SOFTMAX } from './schema.js';
import { readWeights } from './weights.js';

/** One converter for each TFLite operator that has a counterpart. Numbers are those of TFLite Micro's `Prepare`. */
export const CONVERTERS: Readonly<Record<string, Converter>> = {
  CONV_2D: (operator, graph) => convolution('conv_2d', operator, graph),
  DEPTHWISE_CONV_2D: (operator, graph) => convolution('depthwise_conv_2d', operator, graph),
  FULLY_CONNECTED: fullyConnected,
  AVERAGE_POOL_2D: (operator, graph) => pool('average_pool_2d', operator, graph),
  MAX_POOL_2D: (operator, graph) => pool('max_pool_2d', operator, graph),
  MEAN: mean,
  SUM: sum,
  REDUCE_MAX: reduceMax,
  ADD: add,
  SUB: sub,
  MUL: mul,
  MAXIMUM: maximum,
  MINIMUM: minimum,
  PRELU: prelu,
  CONCATENATION: concatenation,
  PAD: pad,
  RESHAPE: reshape,
  SQUEEZE: reshape,
  EXPAND_DIMS: reshape,
  TRANSPOSE: transpose,
  STRIDED_SLICE: stridedSlice,
  SLICE: slice,
  SPLIT: split,
  SPLIT_V: splitV,
  UNPACK: unpack,
  TILE: tile,
  RESIZE_NEAREST_NEIGHBOR: resizeNearest,
  SPACE_TO_DEPTH: spaceToDepth,
  DEPTH_TO_SPACE: depthToSpace,
  SOFTMAX: softmax,
  LOGISTIC: logistic,
  TANH: tanh,
  RELU: relu,
  RELU6: relu6,
  LEAKY_RELU: leakyRelu,
  HARD_SWISH: hardSwish,
  ELU: elu,
  QUANTIZE: rescale,
};

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

function image(graph: GraphMaker, index: number): readonly number[] {
  const { shape } = graph.source(index);
  if (shape.length === 4 && shape[0] === 1) return graph.shape(index);
  const what = shape.length === 4 ? `a batch of ${shape[0]}` : 'no image';
  throw unsupported(`its input [${shape.join(', ')}] is ${what}; [1, height, width, channels] is imported`);
}

function convolution(kind: 'conv_2d' | 'depthwise_conv_2d', operator: TfliteOperator, graph: GraphMaker): Converted {
  const [x, w] = inputsOf(operator, 2);
  const depthwise = kind === 'depthwise_conv_2d';
  const ids = depthwise ? DEPTHWISE : CONV_2D;
  const options = optionsOf(operator);
  const shape = image(graph, x);
  const stored = graph.source(w).shape;
  if (stored.length !== 4 || (depthwise && stored[0] !== 1)) {
    throw invalid(`operator ${operator.index} (${operator.code}) has weights [${stored.join(', ')}]`);
  }
  if (!depthwise && stored[3] !== shape[2]) {
    throw unsupported(
      `it has groups: ${shape[2]} channels for ${stored[3]} of its weights; split it into a layer a group`,
    );
  }
  const activation = activationOf(options, ids.activation);
  const weights = readWeights(
    graph,
    operator,
    depthwise ? stored.slice(1) : stored,
    depthwise ? 2 : 0,
    depthwise ? 3 : 0,
  );
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

/**
 * Rows of an input of more axes are multiplied one by one: a 1x1 convolution over an image that is one row high. It adds
 * the same products and takes the same multipliers.
 */
function fullyConnected(operator: TfliteOperator, graph: GraphMaker): Converted {
  const [x, w] = inputsOf(operator, 2);
  const options = optionsOf(operator);
  const stored = graph.source(w).shape;
  if (options.int8(FULLY_CONNECTED.weightsFormat) !== 0) throw unsupported('it has shuffled weights');
  if (stored.length !== 2)
    throw invalid(`operator ${operator.index} (FULLY_CONNECTED) has weights of ${stored.length} axes`);
  const activation = activationOf(options, FULLY_CONNECTED.activation);
  const [outputs, inputs] = stored;
  const input = graph.idOf(x);
  const rows = elementCount(graph.tensor(input).shape) / inputs;
  if (!Number.isInteger(rows)) {
    throw invalid(`operator ${operator.index} (FULLY_CONNECTED) has weights for ${inputs} inputs`);
  }
  const single = rows === 1;
  const weights = readWeights(graph, operator, single ? stored : [outputs, 1, 1, inputs], 0, 0);
  const from = affine(graph, x);
  const to = affine(graph, operator.outputs[0]);
  const factor = (s: number): number => denseFactor(from.scale, s, to.scale, weights.perChannel);
  const parts = {
    weights: weights.id,
    bias: weights.bias,
    activation: fused(activation),
    requantize: requantizeTo(graph, operator.outputs[0], activation, weights.channelScales.map(factor)),
  };
  const quant = graph.affine(operator.outputs[0]);
  const shape = graph.shape(operator.outputs[0]);
  const reshaped = (id: number): Converted => ({ kind: 'reshape', input: id, inputs: [id] });
  if (single) {
    const dense: Converted = { kind: 'fully_connected', input, ...parts };
    return String(shape) === String([outputs]) ? dense : reshaped(graph.between(dense, [outputs], quant));
  }
  const image = graph.reshaped(input, [1, rows, inputs]);
  const window = {
    kernel: [1, 1],
    strides: [1, 1],
    dilation: [1, 1],
    pad: { top: 0, left: 0, bottom: 0, right: 0 },
  } as const;
  const convolved: Converted = { kind: 'conv_2d', input: image, inputs: [image], window, ...parts };
  const rowsOut = [1, rows, outputs];
  return String(shape) === String(rowsOut) ? convolved : reshaped(graph.between(convolved, rowsOut, quant));
}

function pool(kind: 'average_pool_2d' | 'max_pool_2d', operator: TfliteOperator, graph: GraphMaker): Converted {
  const [x] = inputsOf(operator, 1);
  const options = optionsOf(operator);
  const kernel = [options.int32(POOL_2D.filterH), options.int32(POOL_2D.filterW)] as const;
  const activation = activationOf(options, POOL_2D.activation);
  return {
    kind,
    input: graph.idOf(x),
    inputs: [graph.idOf(x)],
    window: windowOf(options, POOL_2D, kernel, image(graph, x), operator),
    ...activationClamp(activation, affine(graph, operator.outputs[0])),
  };
}

function softmax(operator: TfliteOperator, graph: GraphMaker): Converted {
  const [x] = inputsOf(operator, 1);
  const beta = optionsOf(operator).float32(SOFTMAX.beta);
  const { scale } = affine(graph, x);
  if (!(beta * scale * 2 ** 26 > 1 && beta * scale < Infinity)) {
    throw unsupported(`it has beta ${beta} on the input scale ${scale}`);
  }
  return { kind: 'softmax', input: graph.idOf(x), inputs: [graph.idOf(x)], ...softmaxNumbers(scale, beta) };
}
