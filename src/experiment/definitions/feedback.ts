import { BASIC_ARMS, LOCAL } from '../arms.js';
import type { Experiment } from '../experiment.js';
import { mlp, training } from './layers.js';

const NAMES = { fa: 'feedback alignment', dfa: 'direct feedback alignment' };

export const FEEDBACK: Experiment = {
  name: 'feedback',
  title: 'Feedback alignment and direct feedback alignment',
  question:
    'Where the error comes down through fixed random weights, does GRAPES help, once the learning rate is right for each rule?',
  limits:
    '14 × 14 pixels, 5,000 samples, 10 epochs, two hidden layers of 128; factors by the definition, clipped to [1, 2].',
  data: { set: 'mnist', side: 14, train: 5000, validation: 2000, test: 5000 },
  cases: (['fa', 'dfa'] as const).flatMap((propagation) =>
    (['relu', 'tanh'] as const).map((activation) => ({
      id: `${propagation}-${activation}`,
      label: `${NAMES[propagation]}, 196-128-128-10, ${activation}`,
      task: training(mlp([128, 128], activation), { epochs: 10, goal: 0.85, propagation }),
      rates: activation === 'relu' ? [0.005, 0.01, 0.02, 0.05, 0.1, 0.2] : [0.02, 0.05, 0.1, 0.2, 0.4, 0.8, 1.6],
      fixedRates: [0.01],
    })),
  ),
  arms: [...BASIC_ARMS, LOCAL],
  tuningSeeds: 3,
  seeds: 8,
};
