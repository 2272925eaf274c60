import { BASIC_ARMS, LOCAL } from '../arms.js';
import type { Experiment } from '../experiment.js';
import { mlp, training } from './layers.js';

export const DEPTH: Experiment = {
  name: 'depth',
  title: 'Depth: two to eight hidden layers',
  question:
    'The abstract says that GRAPES scales with the complexity of the network. Does its advantage over tuned SGD grow with the number of hidden layers?',
  limits:
    '14 × 14 pixels, 5,000 samples, 10 epochs, layers of 64 nodes, no normalisation or residual connections. Deep networks of that size may need longer.',
  data: { set: 'mnist', side: 14, train: 5000, validation: 2000, test: 5000 },
  cases: [2, 4, 6, 8].map((hidden) => ({
    id: `hidden-${String(hidden)}`,
    label: `196-${String(hidden)}×64-10, relu`,
    task: training(mlp(new Array<number>(hidden).fill(64), 'relu'), { epochs: 10, goal: 0.9 }),
    rates: [0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.4, 0.8],
    fixedRates: [0.01],
  })),
  arms: [...BASIC_ARMS, LOCAL],
  tuningSeeds: 3,
  seeds: 8,
};
