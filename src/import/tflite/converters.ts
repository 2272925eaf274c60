import { softmaxNumbers } from '../../ir/ops/int8/softmax.js';
import { elementCount } from '../../ir/tensor.js';
import { denseFactor } from '../../ir/requantize.js';
import { activationClamp } from '../../ir/ops/int8/activation-clamp.js';
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
import { convolution, depthwise, transposeConvolution } from './convert-convolution.js';
import { add, maximum, minimum, mul, prelu, sub } from './convert-arithmetic.js';
import { abs, elu, hardSwish, leakyRelu, logistic, relu, relu6, rescale, tanh } from './convert-lookup.js';
import {
  concatenation,
  depthToSpace,
  pad,
  reshape,
  slice,
  spaceToDepth,
  split,
  splitV,
  stridedSlice,
  tile,
  transpose,
  unpack,
} from './convert-moves.js';
import { gather, mirrorPad, pack, padV2, resizeBilinear, resizeNearest, reverse } from './convert-places.js';
import { mean, reduceMax, reduceMin, sum } from './convert-reduce.js';
import { invalid, unsupported } from './errors.js';
import type { GraphMaker } from './graph-maker.js';
import type { TfliteOperator } from './read-model.js';
import { FULLY_CONNECTED, POOL_2D, SOFTMAX } from './schema.js';
import { readWeights } from './weights.js';
import { image, windowOf } from './window.js';

/** One converter for each TFLite operator that has a counterpart. Numbers are those of TFLite Micro's `Prepare`. */
export const CONVERTERS: Readonly<Record<string, Converter>> = {
  CONV_2D: convolution,
  DEPTHWISE_CONV_2D: depthwise,
  TRANSPOSE_CONV: transposeConvolution,
  FULLY_CONNECTED: fullyConnected,
  AVERAGE_POOL_2D: (operator, graph) => pool('average_pool_2d', operator, graph),
  MAX_POOL_2D: (operator, graph) => pool('max_pool_2d', operator, graph),
  MEAN: mean,
  SUM: sum,
  REDUCE_MAX: reduceMax,
  REDUCE_MIN: reduceMin,
  ADD: add,
  SUB: sub,
  MUL: mul,
  MAXIMUM: maximum,
  MINIMUM: minimum,
  PRELU: prelu,
  CONCATENATION: concatenation,
  PAD: pad,
  PADV2: padV2,
  MIRROR_PAD: mirrorPad,
  RESHAPE: reshape,
  SQUEEZE: reshape,
  EXPAND_DIMS: reshape,
  TRANSPOSE: transpose,
  STRIDED_SLICE: stridedSlice,
  SLICE: slice,
  SPLIT: split,
  SPLIT_V: splitV,
  UNPACK: unpack,
  PACK: pack,
  GATHER: gather,
  REVERSE_V2: reverse,
  TILE: tile,
  RESIZE_NEAREST_NEIGHBOR: resizeNearest,
  RESIZE_BILINEAR: resizeBilinear,
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
  ABS: abs,
  QUANTIZE: rescale,
};

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
  const layout = { shape: single ? stored : [outputs, 1, 1, inputs], axis: 0, storedAxis: 0 };
  const weights = readWeights(graph, operator, x, layout);
  const from = affine(graph, x);
  const to = affine(graph, operator.outputs[0]);
  const factor = (s: number): number => denseFactor(from.scale, s, to.scale, weights.perChannel);
  const parts = {
    weights: weights.id,
    bias: weights.bias,
    activation: fused(activation),
    requantize: requantizeTo(
      graph,
      operator.outputs[0],
      activation,
      weights.channelScales.map(factor),
      weights.multiplierBits,
    ),
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
    ...activationClamp(activation, affine(graph, operator.outputs[0]), graph.dtype(operator.outputs[0])),
  };
}

function softmax(operator: TfliteOperator, graph: GraphMaker): Converted {
  const [x] = inputsOf(operator, 1);
  const beta = optionsOf(operator).float32(SOFTMAX.beta);
  const { scale } = affine(graph, x);
  const dtype = graph.dtype(x);
  if (
    dtype === 'int16'
      ? !(beta * scale > 0 && beta * scale < 1)
      : !(beta * scale * 2 ** 26 > 1 && beta * scale < Infinity)
  ) {
    throw unsupported(`it has beta ${beta} on the input scale ${scale}`);
  }
  return { kind: 'softmax', input: graph.idOf(x), inputs: [graph.idOf(x)], ...softmaxNumbers(scale, beta, dtype) };
}
