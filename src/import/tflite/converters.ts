import { softmaxNumbers } from '../../ir/ops/int8/softmax.js';
import { activationClamp } from '../../ir/ops/int8/activation-clamp.js';
import { activationOf, affine, inputsOf, optionsOf, type Converted, type Converter } from './converter.js';
import { convolution, depthwise, transposeConvolution } from './convert-convolution.js';
import { add, maximum, minimum, mul, prelu, squaredDifference, sub } from './convert-arithmetic.js';
import { abs, elu, hardSwish, leakyRelu, logistic, relu, relu6, rescale, rsqrt, tanh } from './convert-lookup.js';
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
import {
  broadcastTo,
  gather,
  mirrorPad,
  pack,
  padV2,
  resizeBilinear,
  resizeNearest,
  reverse,
} from './convert-places.js';
import { argMax, argMin } from './convert-arg-max.js';
import { lstm } from './convert-lstm.js';
import { batchMatmul, fullyConnected, l2Normalization } from './convert-matmul.js';
import { mean, reduceMax, reduceMin, sum } from './convert-reduce.js';
import { unsupported } from './errors.js';
import type { GraphMaker } from './graph-maker.js';
import type { TfliteOperator } from './read-model.js';
import { POOL_2D, SOFTMAX } from './schema.js';
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
  SQUARED_DIFFERENCE: squaredDifference,
  BATCH_MATMUL: batchMatmul,
  UNIDIRECTIONAL_SEQUENCE_LSTM: lstm,
  ARG_MAX: argMax,
  ARG_MIN: argMin,
  L2_NORMALIZATION: l2Normalization,
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
  BROADCAST_TO: broadcastTo,
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
  RSQRT: rsqrt,
  ABS: abs,
  QUANTIZE: rescale,
};

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
