import type { Samples } from '../../ir/dataset.js';
import { selectSamples } from '../../ir/select-samples.js';
import { Rng } from '../../util/rng.js';
import type { ContinualTask } from '../experiment.js';
import type { ExperimentData } from '../prepare-data.js';

export interface TaskPart {
  readonly train: Samples;
  /** To measure on: validation samples while tuning, else test samples. */
  readonly measured: Samples;
}

/** The tasks of a sequence, in order. Which permutations there are depends on the seed. */
export function taskSequence(
  { sequence, tasks }: ContinualTask,
  { dataset }: ExperimentData,
  phase: 'tune' | 'measure',
  seed: number,
): TaskPart[] {
  const measured = phase === 'tune' ? dataset.validation : dataset.test;
  return Array.from({ length: tasks }, (_, k) => {
    const part = sequence === 'permuted' ? permuted(k, seed) : pairOf(k, sequence === 'split-pairs');
    // Each task has its own share of the training samples to learn from.
    const share = sequence === 'permuted' ? everyNth(dataset.train, tasks, k) : dataset.train;
    return { train: part(share), measured: part(measured) };
  });
}

/** Pixels in an order drawn for task k; the first task keeps the order. */
function permuted(k: number, seed: number): (samples: Samples) => Samples {
  return (samples) => {
    if (k === 0) return samples;
    const order = Uint32Array.from({ length: samples.inputSize }, (_, i) => i);
    Rng.forPurpose(seed, `experiment/permutation/${String(k)}`).shuffle(order);
    const values = samples.values.slice();
    for (let at = 0; at < values.length; at += samples.inputSize) {
      order.forEach((from, i) => (values[at + i] = samples.values[at + from]));
    }
    return { ...samples, values };
  };
}

/** Classes 2k and 2k + 1; as labels 0 and 1, or as they are. */
function pairOf(k: number, asPair: boolean): (samples: Samples) => Samples {
  return (samples) => {
    const chosen = selectSamples(
      samples,
      indicesWhere(samples.count, (i) => samples.labels[i] >> 1 === k),
    );
    return asPair ? { ...chosen, labels: chosen.labels.map((label) => label & 1) } : chosen;
  };
}

function everyNth(samples: Samples, n: number, k: number): Samples {
  return selectSamples(
    samples,
    indicesWhere(samples.count, (i) => i % n === k),
  );
}

function indicesWhere(count: number, holds: (i: number) => boolean): number[] {
  return Array.from({ length: count }, (_, i) => i).filter(holds);
}
