import type { Samples } from '../ir/dataset.js';
import { partition } from '../util/partition.js';
import { Rng } from '../util/rng.js';

/** Sets `testFraction` of the samples aside, drawn with the seed; both parts keep the order they had. */
export function splitSamples(samples: Samples, testFraction: number, seed: number): { train: Samples; test: Samples } {
  const { kept, drawn } = partition(samples.count, testFraction, Rng.forPurpose(seed, 'dataset/split'));
  return { train: selectSamples(samples, kept), test: selectSamples(samples, drawn) };
}

/** A copy of the samples with these indices, in their order. */
export function selectSamples(samples: Samples, indices: Uint32Array): Samples {
  const { inputSize, values } = samples;
  const length = indices.length * inputSize;
  const chosen = values instanceof Uint8Array ? new Uint8Array(length) : new Float32Array(length);
  indices.forEach((index, n) => {
    chosen.set(values.subarray(index * inputSize, (index + 1) * inputSize), n * inputSize);
  });
  return {
    ...samples,
    count: indices.length,
    values: chosen,
    labels: Uint8Array.from(indices, (index) => samples.labels[index]),
  };
}
