import type { TrainOptions } from './options.js';

/** What grapes.yaml's `train:` means when it says nothing. */
export const TRAIN_DEFAULTS: TrainOptions = {
  epochs: 20,
  batchSize: 32,
  loss: 'cross-entropy',
  optimizer: { type: 'sgd', learningRate: 0.05 },
  schedule: { type: 'constant' },
  grapes: { mode: 'propagating', factor: 'per-node', constant: 2, everySteps: 1, variant: 'definition' },
  clipNorm: null,
  propagation: 'bp',
  initializer: 'he_uniform',
  validationFraction: 0.1,
  classWeights: 'none',
  augment: null,
  earlyStopPatience: null,
  checkpointEveryEpochs: 1,
  engine: 'wasm',
  threads: 'auto',
  fast: false,
  seed: 1,
};
