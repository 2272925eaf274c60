import type { Activation } from './graph.js';

/** What every layer has. Sizes in pairs are [height, width]. */
interface LayerBase {
  readonly name?: string;
  /** Names of the layers it reads (`input` is the network's input); the layer before it, if absent. */
  readonly from?: readonly string[];
}

/** Layers that learn a bias, unless told otherwise; absent: the model's `bias`. */
interface Biased {
  readonly bias?: boolean;
}

/** Weights that are rounded wherever the network computes with them, while the float ones learn (quantization-aware training). */
export interface WeightRounding {
  readonly bits: 8 | 4;
  /** A scale for each node, or one for the layer. */
  readonly scales: 'per-channel' | 'per-tensor';
}

interface RoundedWeights {
  /** Absent: the weights as they are. */
  readonly rounding?: WeightRounding;
}

/** Reads its input row by row as one vector. The output layer's activation must be `none`. */
export interface DenseLayerSpec extends LayerBase, Biased, RoundedWeights {
  readonly type: 'dense';
  readonly units: number;
  readonly activation: Activation;
  /** Fraction of this layer's outputs dropped while training, in [0, 1). 0 is off. */
  readonly dropout: number;
}

export type Padding = 'same' | 'valid';
export type Pair = readonly [number, number];

/** Input [height, width, channels]; [height, width] is read as one channel. */
export interface Conv2dLayerSpec extends LayerBase, Biased, RoundedWeights {
  readonly type: 'conv_2d';
  readonly filters: number;
  readonly kernel: Pair;
  readonly strides: Pair;
  /** Places from one tap of the kernel to the next; absent: 1. */
  readonly dilation?: Pair;
  /** As TensorFlow pads: what is odd goes to the bottom and the right. */
  readonly padding: Padding;
  readonly activation: Activation;
}

/** Output channel c · multiplier + m comes from input channel c alone. */
export interface DepthwiseConv2dLayerSpec extends LayerBase, Biased, RoundedWeights {
  readonly type: 'depthwise_conv_2d';
  readonly multiplier: number;
  readonly kernel: Pair;
  readonly strides: Pair;
  /** Places from one tap of the kernel to the next; absent: 1. */
  readonly dilation?: Pair;
  readonly padding: Padding;
  readonly activation: Activation;
}

/** An average leaves padding out of the count, as TensorFlow does. */
export interface Pool2dLayerSpec extends LayerBase {
  readonly type: 'max_pool_2d' | 'average_pool_2d';
  readonly pool: Pair;
  readonly strides: Pair;
  readonly padding: Padding;
}

/** [height, width, channels] → [channels] */
export interface GlobalAveragePool2dLayerSpec extends LayerBase {
  readonly type: 'global_average_pool_2d';
}

/** Per channel (last axis). Folded into the layer below when the network is quantized. */
export interface BatchNormLayerSpec extends LayerBase {
  readonly type: 'batch_norm';
  /** Share of the moving mean and variance kept at each step. */
  readonly momentum: number;
  readonly epsilon: number;
  readonly activation: Activation;
}

/** Element-wise sum of two or more layers of one shape. */
export interface AddLayerSpec extends LayerBase {
  readonly type: 'add';
  readonly activation: Activation;
}

/**
 * Element-wise product of two layers: of one shape, or one has the last axes of the other and repeats along its leading
 * ones, as the [channels] of a squeeze-and-excite block do over [height, width, channels].
 */
export interface MulLayerSpec extends LayerBase {
  readonly type: 'mul';
  readonly activation: Activation;
}

/** Two or more layers behind each other along one axis; the other axes are equal. */
export interface ConcatenationLayerSpec extends LayerBase {
  readonly type: 'concatenation';
  /** Of a sample, from 0; negative ones count from the last: -1 are the channels. */
  readonly axis: number;
}

/** A frame of zeros. */
export interface PadLayerSpec extends LayerBase {
  readonly type: 'pad';
  /** [before, after] of the leading axes: [[top, bottom], [left, right]]. Axes that are not named have none. */
  readonly pads: readonly Pair[];
}

export interface ActivationLayerSpec extends LayerBase {
  readonly type: 'activation';
  readonly activation: Activation;
}

/**
 * Values as integers of `bits` bits would hold them: y = scale · (q − zeroPoint), q = clamp(round(x / scale) + zeroPoint),
 * ties to even. The error goes through where q is not clamped (straight-through estimator, Bengio et al. 2013), else it ends.
 */
export interface FakeQuantizeLayerSpec extends LayerBase {
  readonly type: 'fake_quantize';
  readonly scale: number;
  readonly zeroPoint: number;
  readonly bits: 8 | 16;
}

export interface DropoutLayerSpec extends LayerBase {
  readonly type: 'dropout';
  /** Fraction dropped while training, in [0, 1). */
  readonly rate: number;
}

export interface FlattenLayerSpec extends LayerBase {
  readonly type: 'flatten';
}

export interface ReshapeLayerSpec extends LayerBase {
  readonly type: 'reshape';
  readonly shape: readonly number[];
}

/** What a layer with a time axis gives on: every step [T][units], the last one, or the mean over time. */
export type SequenceOutput = 'sequence' | 'last' | 'mean';

/** h_t = f(W x_t + U h_{t−1} + b), h_{−1} = 0. Input [T, features]. */
export interface SimpleRnnLayerSpec extends LayerBase, Biased {
  readonly type: 'simple_rnn';
  readonly units: number;
  readonly activation: Activation;
  readonly output: SequenceOutput;
}

/**
 * z = σ(W_z x + U_z h + b_z), r = σ(W_r x + U_r h + b_r), c = tanh(W_c x + U_c (r · h) + b_c), h' = z · h + (1 − z) · c
 * (Cho et al. 2014; Keras' GRU with reset_after = false). Weights stand in the order z, r, c.
 */
export interface GruLayerSpec extends LayerBase, Biased {
  readonly type: 'gru';
  readonly units: number;
  readonly output: SequenceOutput;
}

/**
 * Spiking neural unit (Woźniak et al. 2020):
 * s_t = g(W x_t + H y_{t−1} + decay · s_{t−1} · (1 − y_{t−1})),  y_t = h(s_t + b);  s_{−1} = y_{−1} = 0.
 * h is a step (1 above 0; backward 1 − tanh², everything else exact), or the sigmoid if `soft` (sSNU). b is learned and
 * begins at −threshold. H is there if `recurrent`.
 */
export interface SnuLayerSpec extends LayerBase {
  readonly type: 'snu';
  readonly units: number;
  readonly soft: boolean;
  readonly recurrent: boolean;
  /** l(τ), in [0, 1]: what stays of the membrane state from step to step. */
  readonly decay: number;
  readonly threshold: number;
  /** g */
  readonly activation: Activation;
  readonly output: SequenceOutput;
}

/**
 * [features] → [steps, features]: a spike (1) at each step with probability clamp(gain · value, 0, 1), by a hash of the
 * batch's key and the element; while evaluating the key is `seed`, so that the same sample gives the same spikes.
 * No error is sent through it.
 */
export interface RateCodeLayerSpec extends LayerBase {
  readonly type: 'rate_code';
  readonly steps: number;
  readonly gain: number;
  readonly seed: number;
}

export type LayerSpec =
  | DenseLayerSpec
  | Conv2dLayerSpec
  | DepthwiseConv2dLayerSpec
  | Pool2dLayerSpec
  | GlobalAveragePool2dLayerSpec
  | BatchNormLayerSpec
  | AddLayerSpec
  | MulLayerSpec
  | ConcatenationLayerSpec
  | PadLayerSpec
  | ActivationLayerSpec
  | DropoutLayerSpec
  | FakeQuantizeLayerSpec
  | FlattenLayerSpec
  | ReshapeLayerSpec
  | SimpleRnnLayerSpec
  | GruLayerSpec
  | SnuLayerSpec
  | RateCodeLayerSpec;
export type LayerType = LayerSpec['type'];

export interface ModelSpec {
  readonly layers: readonly LayerSpec[];
  /** Train and export biases. The GRAPES paper's networks have none. */
  readonly bias: boolean;
}

/** How the modulation factor acts: on the error that also travels further down, or on this layer's update only. */
export type GrapesMode = 'propagating' | 'local' | 'off';

/**
 * How the modulation factor is taken from the node sums. `per-node` is GRAPES. The others are controls that take node
 * responsibility away: `layer-mean` gives every node of a layer that layer's mean GRAPES factor, `constant` gives every
 * node one number.
 */
export type FactorRule = 'per-node' | 'layer-mean' | 'constant';

export type ErrorPropagation = 'bp' | 'fa' | 'dfa';
