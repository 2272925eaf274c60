import { BASIC_ARMS } from '../arms.js';
import type { DataRecipe, Experiment, ExperimentCase } from '../experiment.js';
import { mlp, training } from './layers.js';

/** The paper's fully connected networks on pictures: does GRAPES converge faster, or end higher? */
function pictures(name: DataRecipe['set'], title: string, goal: number): Experiment {
  const task = { epochs: 8, goal, batchSize: 64, decay: 0.7 };
  const of = (id: string, label: string, more: Omit<ExperimentCase, 'id' | 'label'>): ExperimentCase => ({
    id,
    label,
    ...more,
  });
  const rates = [0.05, 0.1, 0.2, 0.4, 0.8];
  const fixedRates = [0.02];
  return {
    name,
    title: `Convergence and accuracy on ${title}`,
    question:
      'Does GRAPES reach a given accuracy in fewer epochs, or end at a higher one, when every rule has the learning rate that is best for it? And what happens at rates that are too small?',
    limits:
      'Eight epochs over 5,000 samples of 28 × 28 pixels, batch 64, the rate falling by 0.7 an epoch, no dropout and no augmentation. The published protocol has 60,000 samples and 200 epochs.',
    data: { set: name, side: 28, train: 5000, validation: 2000, test: 10000 },
    cases: [
      of('relu', '784-256-256-10, relu, SGD', {
        task: training(mlp([256, 256], 'relu'), task),
        rates,
        fixedRates,
      }),
      of('tanh', '784-256-256-10, tanh, SGD', {
        task: training(mlp([256, 256], 'tanh'), task),
        rates,
        fixedRates,
      }),
      of('adam', '784-256-256-10, relu, Adam', {
        task: training(mlp([256, 256], 'relu'), { ...task, optimizer: 'adam' }),
        rates: [0.0002, 0.0005, 0.001, 0.002, 0.004, 0.008, 0.016],
        fixedRates: [],
      }),
    ],
    arms: BASIC_ARMS,
    tuningSeeds: 3,
    seeds: 5,
  };
}

export const MNIST = pictures('mnist', 'MNIST', 0.9);
export const FASHION_MNIST = pictures('fashion-mnist', 'Fashion-MNIST', 0.8);
