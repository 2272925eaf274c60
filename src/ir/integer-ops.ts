import type { Pair } from './model-spec.js';
import type { Requantize } from './quant-params.js';
import type { FixedMultiplier } from './requantize.js';

/**
 * What every integer op has. Tensors are int8 or int16 (all of an op the same, but for `rescale`), without a batch axis; images
 * are [height][width][channels].
 */
interface IntegerOpBase<K extends string> {
  readonly kind: K;
  readonly name: string;
  /** The first of `inputs`. */
  readonly input: number;
  readonly inputs: readonly number[];
  readonly output: number;
}

/** Rows and columns of padding around the input: known numbers, `same` and `valid` are resolved by whoever makes the op. */
export interface Pad {
  readonly top: number;
  readonly left: number;
  readonly bottom: number;
  readonly right: number;
}

/** A window sliding over [height, width]; pairs are [vertical, horizontal]. */
export interface Window {
  readonly kernel: Pair;
  readonly strides: Pair;
  readonly dilation: Pair;
  readonly pad: Pad;
}

/** The activation that the clamp of a convolution holds; the clamp itself stands in `requantize`. */
export type FusedActivation = 'none' | 'relu' | 'relu6';

interface ConvolutionFields {
  readonly weights: number;
  readonly bias: number | null;
  readonly window: Window;
  readonly activation: FusedActivation;
  /** One multiplier and shift an output channel. */
  readonly requantize: Requantize;
}

/** y[r][c][o] = sum over kh, kw, i of weights[o][kh][kw][i] * x + bias[o]. Outside the input x is its zero point. */
export interface Conv2dOp extends IntegerOpBase<'conv_2d'>, ConvolutionFields {}

/** Each channel by itself: output channel c * multiplier + j reads channel c; weights are [kh][kw][out]. */
export interface DepthwiseConv2dOp extends IntegerOpBase<'depthwise_conv_2d'>, ConvolutionFields {}

interface PoolFields {
  /** Dilation is 1. Padded places do not count. */
  readonly window: Window;
  readonly clampMin: number;
  readonly clampMax: number;
}

/** The largest value under the window, in the input's quantization. */
export interface MaxPool2dOp extends IntegerOpBase<'max_pool_2d'>, PoolFields {}

/** The mean under the window, halves away from zero, in the input's quantization. */
export interface AveragePool2dOp extends IntegerOpBase<'average_pool_2d'>, PoolFields {}

/** The mean of each channel over height and width: [height][width][channels] to [channels], requantized. */
export interface MeanOp extends IntegerOpBase<'mean'> {
  /** One multiplier and shift: the number of places is divided out in them. */
  readonly requantize: Requantize;
}

/**
 * The second operand is the second of `inputs`, or the constant tensor `constant`, whose values repeat along the leading
 * axes: one for each channel, mostly.
 */
interface TwoOperands {
  readonly constant?: number;
}

interface SumFields extends TwoOperands {
  /** One for each operand. */
  readonly inputMultipliers: readonly [FixedMultiplier, FixedMultiplier];
  readonly leftShift: number;
  readonly requantize: Requantize;
}

/** y = a + b, equal shapes: both are brought to one scale at 2^leftShift, summed, and the sum is requantized. */
export interface AddOp extends IntegerOpBase<'add'>, SumFields {}

/** y = a - b, as `add`. */
export interface SubOp extends IntegerOpBase<'sub'>, SumFields {}

/** y = (a - b)^2: both are brought to one scale at 2^leftShift; b may have the last axes of a only, and repeats along the others. */
export interface SquaredDifferenceOp extends IntegerOpBase<'squared_difference'>, SumFields {}

/** y = a * b; b may have the last axes of a only, and repeats along the others. */
export interface MulOp extends IntegerOpBase<'mul'>, TwoOperands {
  readonly requantize: Requantize;
}

/** The larger or smaller of two bytes, equal shapes; all in one quantization. */
export type ExtremumOp<K extends 'maximum' | 'minimum' = 'maximum' | 'minimum'> = IntegerOpBase<K>;

/** y = x where x is not negative, else slope * x: a slope for each channel, repeated along the leading axes. */
export interface PreluOp extends IntegerOpBase<'prelu'> {
  readonly slopes: number;
  /** Where x is not negative. */
  readonly requantize: Requantize;
  /** Where it is, after the product with the slope. */
  readonly slopeMultiplier: FixedMultiplier;
}

/** Inputs one after another along `axis`; all in the quantization of the output. */
export interface ConcatenationOp extends IntegerOpBase<'concatenation'> {
  readonly axis: number;
}

/**
 * A long short-term memory over a sequence [steps][inputs] to [steps][units], from a state of zero; the hidden state is the
 * output. Weights are [4 * units][inputs or units] and biases [4 * units], of the input, forget, cell and output gate.
 */
export interface LstmOp extends IntegerOpBase<'lstm'> {
  readonly inputWeights: number;
  readonly recurrentWeights: number;
  readonly gateBias: number;
  /** From sums over the inputs to units of 2^-12, one for each gate. */
  readonly inputGates: readonly FixedMultiplier[];
  /** The same from sums over the hidden state. */
  readonly recurrentGates: readonly FixedMultiplier[];
  /** Of the int16 cell state: a power of two. */
  readonly cellScale: number;
  /** The cell state stays in [-cellClip, cellClip]; 0: in int16. */
  readonly cellClip: number;
  /** From tanh(cell) times the output gate, in units of 2^-30, to the output. */
  readonly requantize: Requantize;
}

/** Products of matrices [rows][depth] and [depth][columns], for each place of the leading axes, which both have alike. */
export interface BatchMatmulOp extends IntegerOpBase<'batch_matmul'> {
  /** The second matrices are [columns][depth]. */
  readonly transposeB: boolean;
  readonly requantize: Requantize;
}

/** Where along `axis` the largest value stands, the first of several: an index, with the output scale 1 and zero point -128. */
export interface ArgMaxOp extends IntegerOpBase<'arg_max'> {
  readonly axis: number;
}

/** Each row along the last axis divided by its length: output scale 1/128, zero point 0. */
export type L2NormalizationOp = IntegerOpBase<'l2_normalization'>;

/**
 * The image at another size, each value a mean of the four around its place, weighted by nearness in 1/1024 of a pixel:
 * [height][width][channels], in the input's quantization.
 */
export interface ResizeBilinearOp extends IntegerOpBase<'resize_bilinear'> {
  /** The outermost pixels of both images coincide. */
  readonly alignCorners: boolean;
  /** Pixels are places of their middle, not of their upper left corner. Not with `alignCorners`. */
  readonly halfPixelCenters: boolean;
}

/** The input with `before` and `after` places of the zero point around each axis. */
export interface PadOp extends IntegerOpBase<'pad'> {
  readonly before: readonly number[];
  readonly after: readonly number[];
}

/** The same bytes under another shape. */
export type ReshapeOp = IntegerOpBase<'reshape'>;

/**
 * y[i][j]… = x[offset + i * strides[0] + j * strides[1] + …] over the output's shape: slices, transpositions, repetitions
 * (stride 0), reversals (negative strides).
 */
export interface StridedCopyOp extends IntegerOpBase<'strided_copy'> {
  readonly offset: number;
  readonly strides: readonly number[];
}

/** Softmax along the last axis: int8 with output scale 1/256 and zero point -128, int16 with 1/32768 and 0. */
export interface SoftmaxOp extends IntegerOpBase<'softmax'> {
  /** Difference to the largest input: int8 in Q5.26, beta * scale_in * 2^26; int16 in units of 10/65535. */
  readonly inputMultiplier: FixedMultiplier;
  /** Differences below it give probability zero; int16 saturates instead, and it is -65535. */
  readonly diffMin: number;
}

/** The same real values at another scale or width, cut off by the clamp: between int8 and int16, and relu of int16. */
export interface RescaleOp extends IntegerOpBase<'rescale'> {
  readonly requantize: Requantize;
}

/** An interpolated function of int16: the argument in units of 1/12288 is x * multiplier / 2^shift. */
interface SigmoidalFields {
  /** `multiplier` in [1, 32767], `shift` (to the right) in [0, 31]. */
  readonly argument: FixedMultiplier;
}

/** 1 / (1 + exp(-x)), int16, output scale 1/32768. In int8 it is a `lookup`. */
export interface LogisticOp extends IntegerOpBase<'logistic'>, SigmoidalFields {}

/** tanh(x), as `logistic`. */
export interface TanhOp extends IntegerOpBase<'tanh'>, SigmoidalFields {}

/** Ops of quantized graphs beside `fully_connected` and `lookup`. Their arithmetic stands in docs/numerics.md. */
export type IntegerOp =
  | Conv2dOp
  | DepthwiseConv2dOp
  | MaxPool2dOp
  | AveragePool2dOp
  | MeanOp
  | AddOp
  | SubOp
  | MulOp
  | ExtremumOp<'maximum'>
  | ExtremumOp<'minimum'>
  | PreluOp
  | SquaredDifferenceOp
  | BatchMatmulOp
  | LstmOp
  | L2NormalizationOp
  | ArgMaxOp
  | ResizeBilinearOp
  | ConcatenationOp
  | PadOp
  | ReshapeOp
  | StridedCopyOp
  | SoftmaxOp
  | RescaleOp
  | LogisticOp
  | TanhOp;

export type IntegerOpKind = IntegerOp['kind'];
