import type { Samples } from '../ir/dataset.js';
import { selectSamples } from '../ir/select-samples.js';
import { partition } from '../util/partition.js';
import { Rng } from '../util/rng.js';

/** Sets `testFraction` of the samples aside, drawn with the seed; both parts keep the order they had. */
export function splitSamples(samples: Samples, testFraction: number, seed: number): { train: Samples; test: Samples } {
  const { kept, drawn } = partition(samples.count, testFraction, Rng.forPurpose(seed, 'dataset/split'));
  return { train: selectSamples(samples, kept), test: selectSamples(samples, drawn) };
}
