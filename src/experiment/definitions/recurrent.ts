import { BASIC_ARMS, LOCAL } from '../arms.js';
import type { Experiment } from '../experiment.js';
import { dense, training } from './layers.js';

export const RECURRENT: Experiment = {
  name: 'recurrent',
  title: 'Recurrent networks: digits row by row',
  question:
    'A recurrent node’s responsibility counts its input weights and its recurrent ones. Does GRAPES help a network that reads a digit one row at a time?',
  limits: '14 rows of 14 pixels, 4,000 samples, 8 epochs, one recurrent layer, no gating tricks, no gradient clipping.',
  data: { set: 'mnist', side: 14, train: 4000, validation: 2000, test: 5000 },
  cases: [
    {
      id: 'simple-rnn',
      label: 'simple RNN of 48 tanh units, dense 10',
      task: training([{ type: 'simple_rnn', units: 48, activation: 'tanh', output: 'last' }, dense(10)], {
        epochs: 8,
        goal: 0.8,
      }),
      rates: [0.01, 0.02, 0.05, 0.1, 0.2],
      fixedRates: [0.01],
    },
    {
      id: 'gru',
      label: 'GRU of 32 units, dense 10',
      task: training([{ type: 'gru', units: 32, output: 'last' }, dense(10)], { epochs: 8, goal: 0.8 }),
      rates: [0.05, 0.1, 0.2, 0.4, 0.8],
      fixedRates: [0.05],
    },
  ],
  arms: [...BASIC_ARMS, LOCAL],
  tuningSeeds: 2,
  seeds: 6,
};
