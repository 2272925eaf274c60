import { BASIC_ARMS, CONSTANT, LOCAL } from '../arms.js';
import type { Experiment } from '../experiment.js';
import { mlp, training } from './layers.js';

export const NARROW: Experiment = {
  name: 'narrow',
  title: 'Narrow layers',
  question:
    'The fewer inputs a node has, the more the factors of a layer differ. Does GRAPES then do something that its layer mean does not?',
  limits: '14 × 14 pixels, 5,000 samples, 12 epochs, batch 16.',
  data: { set: 'mnist', side: 14, train: 5000, validation: 2000, test: 5000 },
  cases: [
    [4, 4],
    [8, 8],
    [16, 16],
    [8, 8, 8, 8],
  ].map((hidden) => ({
    id: hidden.join('-'),
    label: `196-${hidden.join('-')}-10, relu`,
    task: training(mlp(hidden, 'relu'), { epochs: 12, goal: 0.8, batchSize: 16 }),
    rates: [0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.4],
    fixedRates: [0.01],
  })),
  arms: [...BASIC_ARMS, LOCAL, CONSTANT],
  tuningSeeds: 4,
  seeds: 12,
};
