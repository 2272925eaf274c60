import type { GrapesMode } from '../ir/model-spec.js';
import type { CalibrationMethod, DriftSpec, LayerQuantizeOptions, WeightBits } from '../ir/options.js';
import type { Rounding } from '../ir/requantize.js';
import type { RawData } from './raw-data.js';
import type { RawModel } from './raw-model.js';
import type { RawTrain } from './raw-train.js';

/** grapes.yaml as written, after the JSON Schema has accepted it: what may be left out is optional. */
export interface RawProject {
  readonly schemaVersion: 1;
  readonly name: string;
  readonly seed?: number;
  readonly board?: string;
  /** May be missing where the model is imported. */
  readonly data?: RawData;
  readonly model: RawModel;
  readonly train?: RawTrain;
  readonly quantize?: {
    readonly calibration?: {
      readonly method?: CalibrationMethod['method'];
      readonly percentile?: number;
      readonly samples?: number;
    };
    readonly weights?: 'per-channel' | 'per-tensor';
    readonly weightBits?: WeightBits;
    readonly activationBits?: 8 | 16;
    readonly rounding?: Rounding;
    readonly crossLayerEqualization?: boolean;
    readonly biasCorrection?: boolean;
    readonly awareTraining?: { readonly epochs?: number; readonly learningRate?: number } | null;
    readonly layers?: Readonly<Record<string, LayerQuantizeOptions>>;
  };
  readonly learn?: RawLearn | null;
  readonly export?: { readonly streaming?: 'auto' | 'off' };
  readonly verify?: { readonly samples?: number | 'all' };
  readonly budget?: {
    readonly flashBytes?: number | null;
    readonly ramBytes?: number | null;
    readonly stackBytes?: number | null;
  };
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
