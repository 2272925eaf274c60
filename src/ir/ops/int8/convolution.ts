import type { QuantizedGraph } from '../../graph.js';
import type { Conv2dOp, DepthwiseConv2dOp } from '../../integer-ops.js';
import type { ConstantOperand } from '../../integer-rule.js';
import type { WeightBits } from '../../options.js';
import { weightBits, type DType } from '../../tensor.js';
import { reachOf, requantizedBound } from '../accumulator-bound.js';
import { checkRequantize, scaleOf, zeroPointOf, type Scale } from './numbers.js';
import { geometryOf, type IntegerGeometry } from './window.js';

/** A convolution's integers as reference and exporter use them, for activations of either width. */
export interface Int8Convolution {
  readonly geometry: IntegerGeometry;
  readonly outputChannels: number;
  /** conv_2d: [out][kh][kw][in]; depthwise: [kh][kw][out]. */
  readonly weights: Int8Array;
  /** 4: no weight leaves [-8, 7]. */
  readonly weightBits: WeightBits;
  /** bias[o] - zeroPointIn * sum of the channel's weights, exact in int32. Padding then reads as the input's zero point. */
  readonly foldedBias: Int32Array;
  readonly multiplier: Int32Array;
  readonly shift: Int8Array;
  /** From an accumulator to an output, as the graph's rounding or the width of the multipliers has it. */
  readonly scale: Scale;
  readonly multiplierBits: 15 | 31;
  /** Of input and output. */
  readonly dtype: DType;
  readonly inputZeroPoint: number;
  readonly zeroPoint: number;
  readonly clampMin: number;
  readonly clampMax: number;
}

type ConvolutionOp = Conv2dOp | DepthwiseConv2dOp;

/** Sum of `of(weight)` over each output channel. */
export function sumByChannel(
  weights: Int8Array,
  outputChannels: number,
  channelIsLast: boolean,
  of: (w: number) => number,
): Float64Array {
  const sums = new Float64Array(outputChannels);
  const each = weights.length / outputChannels;
  for (let k = 0; k < weights.length; k++) {
    sums[channelIsLast ? k % outputChannels : Math.floor(k / each)] += of(weights[k]);
  }
  return sums;
}

export function prepareInt8Convolution(graph: QuantizedGraph, op: ConvolutionOp): Int8Convolution {
  const weights = graph.tensors[op.weights].data as Int8Array;
  const shape = graph.tensors[op.weights].shape;
  const depthwise = op.kind === 'depthwise_conv_2d';
  const outputChannels = depthwise ? shape[2] : shape[0];
  const bias = op.bias === null ? null : (graph.tensors[op.bias].data as Int32Array);
  const inputZeroPoint = zeroPointOf(graph, op.input);
  const sums = sumByChannel(weights, outputChannels, depthwise, (w) => w);
  const { multiplier, shift, zeroPoint, clampMin, clampMax } = op.requantize;
  return {
    geometry: geometryOf(graph.tensors[op.input].shape, op.window),
    outputChannels,
    weights,
    weightBits: weightBits(graph.tensors[op.weights]),
    foldedBias: Int32Array.from(sums, (sum, o) => (bias === null ? 0 : bias[o]) - inputZeroPoint * sum),
    multiplier: Int32Array.from(multiplier),
    shift: Int8Array.from(shift),
    scale: scaleOf(graph, op.requantize),
    multiplierBits: op.requantize.multiplierBits ?? 31,
    dtype: graph.tensors[op.output].dtype,
    inputZeroPoint,
    zeroPoint,
    clampMin,
    clampMax,
  };
}

export function convolutionConstants(op: ConvolutionOp): readonly ConstantOperand[] {
  const weights = { id: op.weights, what: 'weights', role: 'weight' } as const;
  return op.bias === null ? [weights] : [weights, { id: op.bias, what: 'bias', role: 'bias' }];
}

/** What is wrong with the numbers of a convolution: requantization, and the bias' scale against input times weights. */
export function checkConvolutionNumbers(graph: QuantizedGraph, op: ConvolutionOp): string | null {
  const shape = graph.tensors[op.weights].shape;
  const axis = op.kind === 'depthwise_conv_2d' ? 2 : 0;
  const { quant } = graph.tensors[op.weights];
  if (quant!.axis !== null && quant!.axis !== axis) return `has weight scales along axis ${quant!.axis}, not ${axis}`;
  return checkRequantize(graph, op.requantize, shape[axis], op.output) ?? checkBiasScale(graph, op);
}

/** Is the bias' scale that of the products? */
export function checkBiasScale(
  graph: QuantizedGraph,
  op: { readonly input: number; readonly weights: number; readonly bias: number | null },
): string | null {
  if (op.bias === null) return null;
  const weightScale = graph.tensors[op.weights].quant!.scale;
  const inputScale = graph.tensors[op.input].quant!.scale[0];
  const bias = graph.tensors[op.bias].quant!;
  const agrees =
    bias.scale.length === weightScale.length &&
    bias.scale.every((s, c) => s === Math.fround(inputScale * weightScale[c]));
  return agrees ? null : 'has a bias scale that is not input scale times weight scale';
}

/** |bias| + (128 + |zero point|) * sum |w|, requantized: bounds every partial sum of either form. */
export function convolutionBound(graph: QuantizedGraph, op: ConvolutionOp): number {
  const shape = graph.tensors[op.weights].shape;
  const depthwise = op.kind === 'depthwise_conv_2d';
  const weights = graph.tensors[op.weights].data as Int8Array;
  const bias = op.bias === null ? null : (graph.tensors[op.bias].data as Int32Array);
  const reach = reachOf(graph, op.input);
  const sums = sumByChannel(weights, depthwise ? shape[2] : shape[0], depthwise, Math.abs);
  return sums.reduce((most, sum, o) => {
    const channel = Math.abs(bias === null ? 0 : bias[o]) + reach * sum;
    return Math.max(most, requantizedBound(op.requantize, o, channel));
  }, 0);
}
