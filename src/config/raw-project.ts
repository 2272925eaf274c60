import type { Activation } from '../ir/graph.js';
import type { GrapesMode } from '../ir/model-spec.js';
import type { DriftSpec, TrainOptions } from '../ir/options.js';
import type { RawData } from './raw-data.js';

/** grapes.yaml as written, after the JSON Schema has accepted it: what may be left out is optional. */
export interface RawProject {
  readonly schemaVersion: 1;
  readonly name: string;
  readonly seed?: number;
  readonly board?: string;
  readonly data: RawData;
  readonly model: RawModel;
  readonly train?: RawTrain;
  readonly quantize?: {
    readonly calibration?: {
      readonly method?: 'minmax' | 'percentile';
      readonly percentile?: number;
      readonly samples?: number;
    };
    readonly weights?: 'per-channel' | 'per-tensor';
  };
  readonly learn?: RawLearn | null;
  readonly verify?: { readonly samples?: number | 'all' };
  readonly budget?: {
    readonly flashBytes?: number | null;
    readonly ramBytes?: number | null;
    readonly stackBytes?: number | null;
  };
}

export type RawModel =
  | { readonly bias?: boolean; readonly layers: readonly RawLayer[]; readonly from?: undefined }
  | { readonly from: string; readonly weights?: boolean };

export interface RawLayer {
  readonly type?: 'dense';
  readonly name?: string;
  readonly units: number;
  readonly activation?: Activation;
  readonly dropout?: number;
}

export interface RawTrain {
  readonly epochs?: number;
  readonly batchSize?: number;
  readonly optimizer?:
    | { readonly type: 'sgd'; readonly learningRate?: number }
    | { readonly type: 'momentum'; readonly learningRate?: number; readonly momentum?: number };
  readonly grapes?: { readonly mode?: GrapesMode };
  readonly initializer?: TrainOptions['initializer'];
  readonly validationFraction?: number;
  readonly earlyStopPatience?: number | null;
  readonly learningRateDecay?: number;
  readonly checkpointEveryEpochs?: number;
  readonly engine?: TrainOptions['engine'];
}

export interface RawLearn {
  readonly layers?: number | 'all';
  readonly learningRate?: number;
  readonly grapes?: GrapesMode;
  readonly nodeSums?: 'round-robin' | 'every-step';
  readonly run?: {
    readonly steps?: number;
    readonly holdOut?: number;
    readonly drift?: DriftSpec;
    readonly compareEverySteps?: number;
  };
}
