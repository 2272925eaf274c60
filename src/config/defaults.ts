import type { QuantizeOptions } from '../ir/options.js';
import type { ModelSpec } from '../ir/model-spec.js';
import { dataDefaults } from './data-defaults.js';
import { modelDefaults } from './model-defaults.js';
import type { LearnConfig, ProjectConfig } from './project-config.js';
import type { RawModel } from './raw-model.js';
import type { RawLearn, RawProject } from './raw-project.js';
import { trainDefaults } from './train-section.js';

/**
 * The model in a layers model's model.json or a float .tflite file, null for a .tflite file of integers; `path` is as written
 * in grapes.yaml.
 */
export type ReadModel = (path: string) => ModelSpec | null;

/** Fills in what the file leaves out. The same values stand as `default` in schema/grapes.schema.json (tested). */
export function withDefaults(raw: RawProject, seedOverride: number | null, readModel: ReadModel): ProjectConfig {
  const seed = seedOverride ?? raw.seed ?? 1;
  const model = modelSection(raw.model, seed, readModel);
  const train = trainDefaults(raw.train ?? {}, seed);
  return {
    schemaVersion: 1,
    name: raw.name,
    seed,
    board: raw.board ?? 'host',
    data: raw.data === undefined ? { source: 'none' } : dataDefaults(raw.data),
    ...model,
    train,
    quantize: {
      calibration: {
        method: raw.quantize?.calibration?.method ?? 'minmax',
        percentile: raw.quantize?.calibration?.percentile ?? 99.99,
        samples: raw.quantize?.calibration?.samples ?? 1000,
      },
      weights: raw.quantize?.weights ?? 'per-channel',
      weightBits: raw.quantize?.weightBits ?? 8,
      activationBits: raw.quantize?.activationBits ?? 8,
      rounding: raw.quantize?.rounding ?? 'tflite',
      crossLayerEqualization: raw.quantize?.crossLayerEqualization ?? false,
      biasCorrection: raw.quantize?.biasCorrection ?? false,
      awareTraining: awareDefaults(raw.quantize?.awareTraining ?? null, train.optimizer.learningRate),
      layers: raw.quantize?.layers ?? {},
      seed,
    },
    learn: raw.learn === undefined || raw.learn === null ? null : learnDefaults(raw.learn, seed),
    export: { streaming: raw.export?.streaming ?? 'auto' },
    verify: { samples: raw.verify?.samples ?? (model.imported === null ? 1000 : SEEDED_SAMPLES) },
    budget: {
      flashBytes: raw.budget?.flashBytes ?? null,
      ramBytes: raw.budget?.ramBytes ?? null,
      stackBytes: raw.budget?.stackBytes ?? null,
    },
  };
}

/** Inputs drawn for an imported network, which has no samples of its own. */
const SEEDED_SAMPLES = 20;

function modelSection(
  raw: RawModel,
  seed: number,
  readModel: ReadModel,
): Pick<ProjectConfig, 'model' | 'modelFile' | 'imported'> {
  if (raw.from === undefined) return { model: modelDefaults(raw, seed), modelFile: null, imported: null };
  const model = readModel(raw.from);
  if (model === null) return { model: { bias: true, layers: [] }, modelFile: null, imported: raw.from };
  return { imported: null, model, modelFile: { path: raw.from, weights: raw.weights ?? true } };
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

/** A tenth of the rate that training began with: the network is nearly there. */
const AWARE_RATE = 0.1;

function awareDefaults(
  raw: { readonly epochs?: number; readonly learningRate?: number } | null,
  trainedAt: number,
): NonNullable<QuantizeOptions['awareTraining']> | null {
  if (raw === null) return null;
  return { epochs: raw.epochs ?? 5, learningRate: raw.learningRate ?? AWARE_RATE * trainedAt };
}
