import type { ModelSpec } from '../ir/model-spec.js';
import type { TrainOptions } from '../ir/options.js';
import { TRAIN_DEFAULTS } from '../ir/train-defaults.js';
import { dataDefaults } from './data-defaults.js';
import type { LearnConfig, ProjectConfig } from './project-config.js';
import type { RawLearn, RawProject, RawTrain } from './raw-project.js';

/** Fills in what the file leaves out. The same values stand as `default` in schema/grapes.schema.json (tested). */
export function withDefaults(raw: RawProject, seedOverride: number | null = null): ProjectConfig {
  const seed = seedOverride ?? raw.seed ?? 1;
  return {
    schemaVersion: 1,
    name: raw.name,
    seed,
    board: raw.board ?? 'host',
    data: dataDefaults(raw.data),
    model: modelDefaults(raw.model),
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

function modelDefaults(raw: RawProject['model']): ModelSpec {
  const last = raw.layers.length - 1;
  return {
    bias: raw.bias ?? true,
    layers: raw.layers.map((layer, i) => ({
      ...(layer.name === undefined ? {} : { name: layer.name }),
      type: layer.type ?? 'dense',
      units: layer.units,
      activation: layer.activation ?? (i === last ? 'none' : 'relu'),
      dropout: layer.dropout ?? 0,
    })),
  };
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
