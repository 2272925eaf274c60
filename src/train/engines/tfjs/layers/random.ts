// Layers with random draws. They follow the hash of wasm/kernels/parts/dropout.ts, so that both engines draw alike.
import type { DropoutLayerSpec, RateCodeLayerSpec } from '../../../../ir/model-spec.js';
import type { LayerFunction } from './layer.js';

/** mask[i] = 1 / keep, if hash(key, i) / 2³² is below keep, else 0. */
export function drawDropoutMask(key: number, keep: number, length: number): Float32Array {
  const threshold = Math.floor(keep * 4294967296);
  const kept = 1 / keep;
  return Float32Array.from({ length }, (_, i) => (hash(key, i) < threshold ? kept : 0));
}

/** An unsigned 32-bit hash of an unsigned 32-bit key and an index. */
export function hash(key: number, index: number): number {
  let z = (key + Math.imul(index, 0x9e3779b9)) | 0;
  z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
  z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
  return (z ^ (z >>> 15)) >>> 0;
}

export const dropout: LayerFunction<DropoutLayerSpec> = ([x], { mask }) => (mask === null ? x : x.mul(mask));

/** [features] → [steps][features]; the tape ends here, so no error goes through. */
export const rateCode: LayerFunction<RateCodeLayerSpec> = ([input], { tf, planned, rows, training, key }) => {
  const { steps, gain } = planned.spec;
  const values = input.dataSync();
  const features = values.length / rows;
  const size = steps * features;
  const spikes = new Float32Array(rows * size);
  for (let i = 0; i < spikes.length; i++) {
    const value = values[Math.floor(i / size) * features + (i % features)];
    const probability = Math.min(1, Math.max(0, Math.fround(gain * value)));
    // While evaluating, the same sample gives the same spikes wherever it stands in the batch.
    if (hash(key, training ? i : i % size) < probability * 4294967296) spikes[i] = 1;
  }
  return tf.tensor(spikes, [rows, steps, features]);
};
