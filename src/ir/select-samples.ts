import type { Samples } from './dataset.js';

/** The samples at `indexes`, in that order; an index may come more than once. A copy. */
export function selectSamples(samples: Samples, indexes: ArrayLike<number>): Samples {
  const { inputSize, values: from } = samples;
  const size = indexes.length * inputSize;
  const values = from instanceof Uint8Array ? new Uint8Array(size) : new Float32Array(size);
  const labels = new Uint8Array(indexes.length);
  for (let n = 0; n < indexes.length; n++) {
    const at = indexes[n];
    values.set(from.subarray(at * inputSize, (at + 1) * inputSize), n * inputSize);
    labels[n] = samples.labels[at];
  }
  return { ...samples, count: indexes.length, values, labels };
}
