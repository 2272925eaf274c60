import type { Samples } from '../ir/dataset.js';
import type { Augmenter } from './augment/augment.js';
import type { TrainingNetwork } from './engine.js';

/** Puts chosen samples into a network's input. 8-bit samples become real numbers by a table of 256. */
export class BatchLoader {
  private readonly realOf: Float32Array | null;

  constructor(
    private readonly samples: Samples,
    private readonly augmenter: Augmenter | null = null,
  ) {
    const { values, scale, offset } = samples;
    this.realOf =
      values instanceof Uint8Array ? Float32Array.from({ length: 256 }, (_, v) => v * scale + offset) : null;
  }

  /** Loads samples `indices[from …]`, at most `rows` of them; returns how many. */
  load(network: Pick<TrainingNetwork, 'input' | 'labels'>, indices: Uint32Array, from: number, rows: number): number {
    const { inputSize, values, scale, offset, labels } = this.samples;
    const count = Math.min(rows, indices.length - from);
    const input = network.input;
    const wanted = network.labels;
    for (let r = 0; r < count; r++) {
      const sample = indices[from + r];
      const source = sample * inputSize;
      const target = r * inputSize;
      wanted[r] = labels[sample];
      if (this.realOf !== null) for (let i = 0; i < inputSize; i++) input[target + i] = this.realOf[values[source + i]];
      else for (let i = 0; i < inputSize; i++) input[target + i] = values[source + i] * scale + offset;
      this.augmenter?.apply(input.subarray(target, target + inputSize), sample);
    }
    return count;
  }
}
