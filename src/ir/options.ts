import type { GrapesMode } from './model-spec.js';

/** Where the samples come from: the `data:` section of grapes.yaml. Paths are relative to the project folder. */
export type DataSource =
  | {
      /** Digits drawn by the tool itself: no download. */
      readonly source: 'synthetic-digits';
      /** Side of the square image in pixels: 14 or 7. */
      readonly size: 14 | 7;
      readonly trainSamples: number;
      readonly testSamples: number;
    }
  | { readonly source: 'mnist' | 'fashion-mnist' }
  | {
      readonly source: 'idx';
      readonly trainImages: string;
      readonly trainLabels: string;
      readonly testImages: string;
      readonly testLabels: string;
      readonly classNames?: readonly string[];
    }
  | {
      /** One header line, then one sample a line. The other columns are the features, in file order. */
      readonly source: 'csv';
      readonly file: string;
      readonly labelColumn: string;
      /** A second file for testing; without it `testFraction` of the rows, drawn with the seed, is set aside. */
      readonly testFile?: string;
      readonly testFraction: number;
      /** `standardize`: subtract the training mean and divide by the training deviation, feature by feature. */
      readonly normalize: 'none' | 'standardize';
    };

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
