import { BASIC_ARMS, INVERSE_IN_OUT, INVERSE_SHUFFLED } from '../arms.js';
import type { AdaptTask, Experiment, ExperimentCase } from '../experiment.js';
import { mlp, training } from './layers.js';

const adaptation: AdaptTask = {
  kind: 'adapt',
  layers: mlp([32], 'relu'),
  optimizer: 'sgd',
  propagation: 'bp',
  batchSize: 1,
  pretrainEpochs: 6,
  pretrainRate: 0.01,
  sparsity: { kind: 'none' },
  degrees: 40,
  steps: 600,
};
const fromScratch = training(mlp([32], 'relu'), { epochs: 4, goal: 0.85, batchSize: 1 });

const CASES: readonly (Pick<ExperimentCase, 'id' | 'label' | 'task' | 'rates'> & Partial<ExperimentCase>)[] = [
  {
    id: 'few-steps',
    label: 'from random weights, batch 1',
    task: fromScratch,
    rates: [0.002, 0.005, 0.01, 0.02, 0.05, 0.1],
  },
  {
    id: 'fan-in',
    label: 'from random weights, unequal fan-in, batch 16',
    task: { ...fromScratch, batchSize: 16, epochs: 8, sparsity: { kind: 'unequal-fan-in' } },
    rates: [0.05, 0.1, 0.2, 0.4, 0.8, 1.6],
  },
  {
    id: 'shift',
    label: 'trained, then turned by 40°, batch 1',
    task: adaptation,
    rates: [0.001, 0.002, 0.005, 0.01, 0.02, 0.05],
  },
  {
    id: 'pruned-shift',
    label: 'trained, 80 % pruned, then turned by 40°, batch 1',
    task: { ...adaptation, sparsity: { kind: 'pruned', fraction: 0.8 } },
    rates: [0.001, 0.002, 0.005, 0.01, 0.02, 0.05],
  },
];

export const NODE_WISE: Experiment = {
  name: 'node-wise',
  title: 'Where could the node-wise part matter?',
  question:
    'Factors differ most between nodes where layers are narrow, fan-in is unequal or weights are pruned, and matter most where steps are few: batch 1, a changed world. Is there a regime in which GRAPES beats its own layer mean? And does the inverse of the product of incoming and outgoing sums, m ∝ 1 / (in · out), help from random weights, as an earlier search suggested?',
  limits:
    '196-32-10 on 14 × 14 pixels; in the adaptation cases 600 steps at batch 1, scored by the mean of new and old accuracy.',
  data: { set: 'mnist', side: 14, train: 2000, validation: 1000, test: 5000 },
  cases: CASES.map((c) => ({ fixedRates: [], ...c })),
  arms: [...BASIC_ARMS, INVERSE_IN_OUT, INVERSE_SHUFFLED],
  tuningSeeds: 5,
  seeds: 20,
};
