import type { GrapesMode } from './model-spec.js';

export type { DataSource } from './data-source.js';

/** A change of the world that the device has to learn. */
export type DriftSpec = { readonly kind: 'rotate'; readonly degrees: number } | { readonly kind: 'none' };

export interface TrainOptions {
  readonly epochs: number;
  readonly batchSize: number;
  readonly optimizer:
    | { readonly type: 'sgd'; readonly learningRate: number }
    | { readonly type: 'momentum'; readonly learningRate: number; readonly momentum: number };
  readonly grapes: { readonly mode: GrapesMode };
  readonly initializer: 'he_uniform' | 'he_normal' | 'xavier_uniform';
  /** Part of the training samples held out to watch, in [0, 1). With 0 the training loss is watched. */
  readonly validationFraction: number;
  /** Stop after this many epochs without a better watched loss; null: never. */
  readonly earlyStopPatience: number | null;
  /** The learning rate is multiplied by this after every epoch; 1 is constant. */
  readonly learningRateDecay: number;
  /** Epochs between checkpoints. */
  readonly checkpointEveryEpochs: number;
  readonly engine: 'wasm';
  readonly seed: number;
}

export interface QuantizeOptions {
  readonly calibration: {
    readonly method: 'minmax' | 'percentile';
    /** Percentage of activations kept inside the range, for `percentile`: (50, 100]. */
    readonly percentile: number;
    /** How many training samples are watched, drawn with the seed. */
    readonly samples: number;
  };
  readonly weights: 'per-channel' | 'per-tensor';
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
