import type { LayerSpec } from '../../ir/model-spec.js';
import { BASIC_ARMS, LOCAL } from '../arms.js';
import type { Experiment } from '../experiment.js';
import { dense, training } from './layers.js';

/** Two convolutions with stride 2 under a dense layer. */
function convNet(channels: readonly [number, number]): LayerSpec[] {
  const convolution = (filters: number): LayerSpec => ({
    type: 'conv_2d',
    filters,
    kernel: [3, 3],
    strides: [2, 2],
    padding: 'same',
    activation: 'relu',
  });
  return [...channels.map(convolution), { type: 'flatten' }, dense(10)];
}

export const CONV: Experiment = {
  name: 'conv',
  title: 'Convolutions with few channels',
  question:
    'One factor a channel, from few weights: does it help a small convolutional network, and is it the channel-wise part that helps?',
  limits: '14 × 14 pixels, 4,000 samples, 8 epochs, two convolutions; no batch normalization, no residual networks.',
  data: { set: 'mnist', side: 14, train: 4000, validation: 2000, test: 5000 },
  cases: (
    [
      [4, 8],
      [8, 16],
    ] as const
  ).map((channels) => ({
    id: channels.join('-'),
    label: `3×3 convolutions of ${channels.join(' and ')} channels, stride 2, dense 10`,
    task: training(convNet(channels), { epochs: 8, goal: 0.9 }),
    rates: [0.02, 0.05, 0.1, 0.2, 0.4, 0.8],
    fixedRates: [0.02],
  })),
  arms: [...BASIC_ARMS, LOCAL],
  tuningSeeds: 3,
  seeds: 8,
};
