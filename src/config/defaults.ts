import type { LayerSpec, ModelSpec } from '../ir/model-spec.js';
import type { TrainOptions } from '../ir/options.js';
import { TRAIN_DEFAULTS } from '../ir/train-defaults.js';
import { dataDefaults } from './data-defaults.js';
import type { LearnConfig, ProjectConfig } from './project-config.js';
import type { RawLearn, RawModel, RawProject, RawTrain } from './raw-project.js';

/** The model in a layers model's model.json; `path` is as written in grapes.yaml. */
export type ReadModel = (path: string) => ModelSpec;

/** Fills in what the file leaves out. The same values stand as `default` in schema/grapes.schema.json (tested). */
export function withDefaults(raw: RawProject, seedOverride: number | null, readModel: ReadModel): ProjectConfig {
  const seed = seedOverride ?? raw.seed ?? 1;
  return {
    schemaVersion: 1,
    name: raw.name,
    seed,
    board: raw.board ?? 'host',
    data: dataDefaults(raw.data),
    ...modelDefaults(raw.model, readModel),
    train: trainDefaults(raw.train ?? {}, seed),
    quantize: {
      calibration: {
        method: raw.quantize?.calibration?.method ?? 'minmax',
        percentile: raw.quantize?.calibration?.percentile ?? 99.99,
        samples: raw.quantize?.calibration?.samples ?? 1000,
      },
      weights: raw.quantize?.weights ?? 'per-channel',
      seed,
    },
    learn: raw.learn === undefined || raw.learn === null ? null : learnDefaults(raw.learn, seed),
    verify: { samples: raw.verify?.samples ?? 1000 },
    budget: {
      flashBytes: raw.budget?.flashBytes ?? null,
      ramBytes: raw.budget?.ramBytes ?? null,
      stackBytes: raw.budget?.stackBytes ?? null,
    },
  };
}

function modelDefaults(raw: RawModel, readModel: ReadModel): Pick<ProjectConfig, 'model' | 'modelFile'> {
  if (raw.from !== undefined) {
    return { model: readModel(raw.from), modelFile: { path: raw.from, weights: raw.weights ?? true } };
  }
  const last = raw.layers.length - 1;
  const layers = raw.layers.map((layer, i): LayerSpec => ({
    ...(layer.name === undefined ? {} : { name: layer.name }),
    type: layer.type ?? 'dense',
    units: layer.units,
    activation: layer.activation ?? (i === last ? 'none' : 'relu'),
    dropout: layer.dropout ?? 0,
  }));
  return { model: { bias: raw.bias ?? true, layers }, modelFile: null };
}

function optimizerDefaults(raw: RawTrain['optimizer']): TrainOptions['optimizer'] {
  if (raw?.type === 'momentum') return { learningRate: 0.05, momentum: 0.9, ...raw };
  return { type: 'sgd', learningRate: raw?.learningRate ?? 0.05 };
}

function trainDefaults(raw: RawTrain, seed: number): TrainOptions {
  const { learningRateDecay, grapes, optimizer, ...rest } = raw;
  return {
    ...TRAIN_DEFAULTS,
    ...rest,
    optimizer: optimizerDefaults(optimizer),
    schedule:
      learningRateDecay === undefined ? TRAIN_DEFAULTS.schedule : { type: 'exponential', decay: learningRateDecay },
    grapes: { ...TRAIN_DEFAULTS.grapes, ...grapes },
    seed,
  };
}

function learnDefaults(raw: RawLearn, seed: number): LearnConfig {
  return {
    spec: {
      layers: raw.layers ?? 'all',
      learningRate: raw.learningRate ?? 0.01,
      grapes: raw.grapes ?? 'propagating',
      nodeSums: raw.nodeSums ?? 'round-robin',
    },
    run: {
      steps: raw.run?.steps ?? 1000,
      holdOut: raw.run?.holdOut ?? 500,
      drift: raw.run?.drift ?? { kind: 'none' },
      compareEverySteps: raw.run?.compareEverySteps ?? 100,
      seed,
    },
  };
}
