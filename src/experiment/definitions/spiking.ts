import type { LayerSpec } from '../../ir/model-spec.js';
import { BASIC_ARMS } from '../arms.js';
import type { Experiment } from '../experiment.js';
import { dense, training } from './layers.js';

/** Rate-coded pixels, two layers of spiking neural units, a dense layer that reads the mean over time. */
function spikingNet(soft: boolean): LayerSpec[] {
  const snu = (output: 'sequence' | 'mean'): LayerSpec => ({
    type: 'snu',
    units: 48,
    soft,
    recurrent: false,
    decay: 0.8,
    threshold: 1,
    activation: 'relu',
    output,
  });
  return [
    { type: 'flatten' },
    { type: 'rate_code', steps: 10, gain: 0.5, seed: 1 },
    snu('sequence'),
    snu('mean'),
    dense(10),
  ];
}

export const SPIKING: Experiment = {
  name: 'spiking',
  title: 'Spiking networks: rate-coded digits',
  question: 'Does GRAPES help networks of spiking neural units, with hard spikes (SNU) or soft ones (sSNU)?',
  limits:
    '14 × 14 pixels as spike trains of 10 steps, 3,000 samples, 6 epochs; the published networks are larger and see 20 or more steps.',
  data: { set: 'mnist', side: 14, train: 3000, validation: 1000, test: 2000 },
  cases: [
    { id: 'snu', label: '196-48-48-10, SNU', soft: false },
    { id: 'ssnu', label: '196-48-48-10, sSNU', soft: true },
  ].map(({ id, label, soft }) => ({
    id,
    label,
    task: training(spikingNet(soft), { epochs: 6, goal: 0.7 }),
    rates: [0.05, 0.1, 0.2, 0.5, 1, 2, 4],
    fixedRates: [0.05],
  })),
  arms: BASIC_ARMS,
  tuningSeeds: 2,
  seeds: 5,
};
