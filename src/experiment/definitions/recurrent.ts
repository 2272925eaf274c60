import { BASIC_ARMS } from '../arms.js';
import type { Experiment } from '../experiment.js';
import { dense, training } from './layers.js';

export const RECURRENT: Experiment = {
  name: 'recurrent',
  title: 'Recurrent networks: digits row by row',
  question:
    'A recurrent node’s responsibility counts its input weights and its recurrent ones. Does GRAPES help a network that reads a digit one row at a time?',
  limits: '14 rows of 14 pixels, 3,000 samples, 6 epochs, one recurrent layer, no gradient clipping.',
  data: { set: 'mnist', side: 14, train: 3000, validation: 2000, test: 5000 },
  cases: [
    {
      id: 'simple-rnn',
      label: 'simple RNN of 32 tanh units, dense 10',
      task: training([{ type: 'simple_rnn', units: 32, activation: 'tanh', output: 'last' }, dense(10)], {
        epochs: 6,
        goal: 0.8,
      }),
      rates: [0.01, 0.02, 0.05, 0.1, 0.2],
      fixedRates: [0.01],
    },
    {
      id: 'gru',
      label: 'GRU of 24 units, dense 10',
      task: training([{ type: 'gru', units: 24, output: 'last' }, dense(10)], { epochs: 6, goal: 0.8 }),
      rates: [0.05, 0.1, 0.2, 0.4, 0.8, 1.6],
      fixedRates: [0.05],
    },
  ],
  arms: BASIC_ARMS,
  tuningSeeds: 2,
  seeds: 5,
};
