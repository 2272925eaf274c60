import type { ErrorPropagation, FactorRule, GrapesMode } from './model-spec.js';
import type { Rounding } from './requantize.js';

export type { DataSource } from './data-source.js';

/** A change of the world that the device has to learn. */
export type DriftSpec = { readonly kind: 'rotate'; readonly degrees: number } | { readonly kind: 'none' };

export type OptimizerOptions =
  | { readonly type: 'sgd'; readonly learningRate: number }
  | { readonly type: 'momentum' | 'nag'; readonly learningRate: number; readonly momentum: number }
  | {
      readonly type: 'rmsprop';
      readonly learningRate: number;
      /** Share of the old mean square kept at each step, in [0, 1). */
      readonly decay: number;
      /** Inside the root. */
      readonly epsilon: number;
    }
  | {
      readonly type: 'adam';
      readonly learningRate: number;
      readonly beta1: number;
      readonly beta2: number;
      /** Outside the root. */
      readonly epsilon: number;
    };

export interface GrapesOptions {
  readonly mode: GrapesMode;
  readonly factor: FactorRule;
  /** The factor of the rule `constant`. */
  readonly constant: number;
  /** Steps between two looks at the weights; 1 is the definition. */
  readonly everySteps: number;
  /**
   * `reference`: the habits of the authors' code instead of the definition: no clip with FA, its own rule with DFA, the
   * first sample's dropout mask in the node sums, plain weights for the factors of FA and DFA under NAG.
   */
  readonly variant: 'definition' | 'reference';
}

/** The learning rate over the epochs, as a multiple of the optimizer's. */
export type ScheduleOptions =
  | { readonly type: 'constant' }
  /** rate · decay^epoch */
  | { readonly type: 'exponential'; readonly decay: number }
  /** rate · factor^floor(epoch / everyEpochs) */
  | { readonly type: 'step'; readonly everyEpochs: number; readonly factor: number }
  /** Half a cosine from the rate down to rate · floor over all epochs, after a linear rise over `warmupEpochs`. */
  | { readonly type: 'cosine'; readonly floor: number; readonly warmupEpochs: number };

/** Random changes of pictures [height, width(, channels)]. */
export interface ImageAugmentOptions {
  readonly kind: 'image';
  /** Largest move in pixels, each way. */
  readonly shift: number;
  /** Largest turn, each way. */
  readonly rotateDegrees: number;
  /** Deviation of the noise, in units of the samples. */
  readonly noise: number;
}

/** Random changes of signals over time [steps(, channels)], pictures of sound among them. */
export interface SignalAugmentOptions {
  readonly kind: 'signal';
  /** Largest move in steps, each way. */
  readonly shift: number;
  /** Largest relative change of the amplitude. */
  readonly scale: number;
  /** Deviation of the noise, in units of the samples. */
  readonly noise: number;
  /** Longest stretch of time, and largest run of channels, that is blanked. */
  readonly maskSteps: number;
  readonly maskChannels: number;
}

export type AugmentOptions = ImageAugmentOptions | SignalAugmentOptions;

export interface TrainOptions {
  readonly epochs: number;
  readonly batchSize: number;
  readonly loss: 'cross-entropy' | 'reconstruction';
  readonly optimizer: OptimizerOptions;
  readonly schedule: ScheduleOptions;
  readonly grapes: GrapesOptions;
  /** Longest gradient of all parameters as one vector, after the factors: a longer one is shortened; null: any. */
  readonly clipNorm: number | null;
  /** How the error reaches hidden nodes: backpropagation, feedback alignment, direct feedback alignment. */
  readonly propagation: ErrorPropagation;
  readonly initializer: 'he_uniform' | 'he_normal' | 'xavier_uniform';
  /** Part of the training samples held out to watch, in [0, 1). With 0 the training loss is watched. */
  readonly validationFraction: number;
  /** Weight of each class in the loss; `balanced`: samples / (classes · samples of the class). */
  readonly classWeights: 'none' | 'balanced' | readonly number[];
  /** How training samples are changed at random, anew in every epoch; null: not at all. */
  readonly augment: AugmentOptions | null;
  /** Stop after this many epochs without a better watched loss; null: never. */
  readonly earlyStopPatience: number | null;
  /** Epochs between checkpoints. */
  readonly checkpointEveryEpochs: number;
  readonly engine: 'wasm' | 'tfjs';
  /** Threads of the wasm engine; the bits of the result do not depend on it. */
  readonly threads: number | 'auto';
  /** Allows fused multiply-add and free summation order: faster, other bits on other machines. */
  readonly fast: boolean;
  readonly seed: number;
}

/** How the range of an activation is chosen from the values it takes. */
export interface CalibrationMethod {
  readonly method: 'minmax' | 'percentile' | 'entropy' | 'mse';
  /** Percentage of activations kept inside the range, for `percentile`: (50, 100]. */
  readonly percentile: number;
}

/** Bits of a layer's weights: int8, or int4, which takes half the flash. */
export type WeightBits = 8 | 4;

/** What one layer has otherwise than the others. */
export interface LayerQuantizeOptions extends Partial<CalibrationMethod> {
  readonly weights?: 'per-channel' | 'per-tensor';
  readonly weightBits?: WeightBits;
  /** Of what the layer reads and gives: 16 is symmetric int16 beside int8 weights. `input` is the network's input. */
  readonly activationBits?: 8 | 16;
}

export interface QuantizeOptions {
  readonly calibration: CalibrationMethod & {
    /** How many training samples are watched, drawn with the seed. */
    readonly samples: number;
  };
  readonly weights: 'per-channel' | 'per-tensor';
  /** Of every layer that does not say otherwise; absent: 8. */
  readonly weightBits?: WeightBits;
  /** Of all activations, the network's input and output among them; absent: 8. */
  readonly activationBits?: 8 | 16;
  /** Bring the channels between neighbouring layers to one range; absent: no. */
  readonly crossLayerEqualization?: boolean;
  /** Take the mean error of each channel, on the calibration samples, out of the biases; absent: no. */
  readonly biasCorrection?: boolean;
  /** Train on with the rounding in the network before it is written as integers; null or absent: not. */
  readonly awareTraining?: { readonly epochs: number; readonly learningRate: number } | null;
  /** By the name of the layer. */
  readonly layers?: Readonly<Record<string, LayerQuantizeOptions>>;
  /** How accumulators become outputs: as TFLite does (the default), or once and cheaper. */
  readonly rounding?: Rounding;
  readonly seed: number;
}

export interface LearnRunOptions {
  /** Learning steps streamed to the device. */
  readonly steps: number;
  /** Held-out samples for accuracy before and after. */
  readonly holdOut: number;
  readonly drift: DriftSpec;
  /** Full comparison of the weights every so many steps, and at the last. */
  readonly compareEverySteps: number;
  readonly seed: number;
}

export interface ExportProjectOptions {
  /** Layers take turns, some rows of an image at a time, where that saves RAM at little cost: `auto`, or `off`. */
  readonly streaming: 'auto' | 'off';
}

export interface VerifyOptions {
  /** How many test samples go through the device. */
  readonly samples: number | 'all';
}

/** Upper limits; null: the board's own memory is the limit. */
export interface BudgetOptions {
  readonly flashBytes: number | null;
  readonly ramBytes: number | null;
  readonly stackBytes: number | null;
}
