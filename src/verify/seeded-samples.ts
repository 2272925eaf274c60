import type { Samples } from '../ir/dataset.js';
import type { QuantizedGraph } from '../ir/graph.js';
import { elementCount, limitsOf } from '../ir/tensor.js';
import { Rng } from '../util/rng.js';

/**
 * Inputs for a network without a data set: all at the smallest integer, all at the largest, all at the zero point, then
 * uniformly drawn ones. As real values that quantize to exactly these integers; labels are 0 and mean nothing.
 */
export function seededSamples(graph: QuantizedGraph, count: number, seed: number): Samples {
  const { shape, quant } = graph.tensors[graph.input];
  const inputSize = elementCount(shape);
  const scale = quant!.scale[0];
  const zeroPoint = quant!.zeroPoint[0];
  const rng = Rng.forPurpose(seed, 'verify-inputs');
  const values = new Float32Array(count * inputSize);
  const { lowest, highest } = limitsOf(graph.tensors[graph.input]);
  const ends = [lowest, highest, zeroPoint];
  for (let i = 0; i < values.length; i++) {
    const n = Math.floor(i / inputSize);
    values[i] = scale * ((ends[n] ?? rng.below(highest - lowest + 1) + lowest) - zeroPoint);
  }
  return { count, inputSize, values, scale: 1, offset: 0, labels: new Uint8Array(count) };
}
