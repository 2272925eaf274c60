import { BASIC_ARMS, CONSTANT } from '../arms.js';
import type { ContinualTask, Experiment } from '../experiment.js';
import { dense, mlp } from './layers.js';

const common = { kind: 'continual', tasks: 5, optimizer: 'momentum', propagation: 'bp', batchSize: 16 } as const;
const TASKS: readonly { id: string; label: string; task: ContinualTask; rates: readonly number[] }[] = [
  {
    id: 'permuted',
    label: 'permuted pixels, 5 tasks of 2,000 samples, 196-128-128-10',
    task: { ...common, sequence: 'permuted', layers: mlp([128, 128], 'relu') },
    rates: [0.001, 0.002, 0.005, 0.01, 0.02, 0.05],
  },
  {
    id: 'split-pairs',
    label: 'five pairs of digits on two shared outputs, 196-128-128-2',
    task: { ...common, sequence: 'split-pairs', layers: [dense(128, 'relu'), dense(128, 'relu'), dense(2)] },
    rates: [0.00005, 0.0001, 0.0002, 0.0005, 0.001, 0.002],
  },
  {
    id: 'split-classes',
    label: 'five pairs of digits on ten outputs, 196-128-128-10',
    task: { ...common, sequence: 'split-classes', layers: mlp([128, 128], 'relu') },
    rates: [0.001, 0.002, 0.005, 0.01, 0.02, 0.05],
  },
];

export const CONTINUAL: Experiment = {
  name: 'continual',
  title: 'Tasks one after the other',
  question:
    'The abstract says that GRAPES mitigates catastrophic forgetting. Five tasks are learned one after the other, one pass each: what is left of the first four?',
  limits:
    'Momentum 0.9 that starts afresh with each task, batch 16, 14 × 14 pixels; no replay, no regularisation, one head for all tasks. The learning rate is the best one for the mean accuracy at the end.',
  data: { set: 'mnist', side: 14, train: 10000, validation: 2000, test: 5000 },
  cases: TASKS.map((c) => ({ ...c, fixedRates: [c.rates[0]] })),
  arms: [...BASIC_ARMS, CONSTANT],
  tuningSeeds: 3,
  seeds: 8,
};
