import type { Provenance } from './provenance.js';

/**
 * `count` samples, row-major. real value = values[i] * scale + offset, so 8-bit images stay 8-bit in memory.
 * For float data scale is 1 and offset 0.
 */
export interface Samples {
  readonly count: number;
  /** Values per sample. */
  readonly inputSize: number;
  readonly values: Uint8Array | Float32Array;
  readonly scale: number;
  readonly offset: number;
  /** One class index per sample, in [0, classes). */
  readonly labels: Uint8Array;
}

export interface Dataset {
  readonly schemaVersion: 1;
  readonly name: string;
  /** Shape of one sample without batch axis: [height, width] for grey images, [features] for tables. */
  readonly inputShape: readonly number[];
  readonly classNames: readonly string[];
  readonly train: Samples;
  /** To watch while training, where the data says so (by subject, by session); null: part of `train` is held out. */
  readonly validation: Samples | null;
  readonly test: Samples;
  /** Further parts that the data names, for evaluation only: one person, another session. */
  readonly extra: Readonly<Record<string, Samples>>;
  readonly provenance: Provenance;
}

/** Writes sample `index` as real values to `out[at ...]`. */
export function readSample(samples: Samples, index: number, out: Float32Array, at = 0): void {
  const { inputSize, values, scale, offset } = samples;
  const from = index * inputSize;
  for (let i = 0; i < inputSize; i++) out[at + i] = values[from + i] * scale + offset;
}

/** The first `count` samples as a view: no copy. */
export function firstSamples(samples: Samples, count: number): Samples {
  const n = Math.min(count, samples.count);
  return {
    ...samples,
    count: n,
    values: samples.values.subarray(0, n * samples.inputSize),
    labels: samples.labels.subarray(0, n),
  };
}
