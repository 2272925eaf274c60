import type { FloatCall } from '../float-forward.js';
import { plainRule } from '../layer-rule.js';
import type { FakeQuantizeLayerSpec, WeightRounding } from '../model-spec.js';

export const fakeQuantizeRule = plainRule<FakeQuantizeLayerSpec>((_spec, inputs) => inputs[0]);

/** Smallest and largest integer of `bits` bits, less the zero point: the steps that values may lie from 0. */
export function stepRange({ bits, zeroPoint }: Pick<FakeQuantizeLayerSpec, 'bits' | 'zeroPoint'>): [number, number] {
  const half = 2 ** (bits - 1);
  return [-half - zeroPoint, half - 1 - zeroPoint];
}

/** Largest integer of a symmetric weight: 127 or 7. */
export function weightLevels({ bits }: Pick<WeightRounding, 'bits'>): number {
  return 2 ** (bits - 1) - 1;
}

/** To the nearest integer, halves to the even one, as WebAssembly and TensorFlow round. */
export function roundToEven(x: number): number {
  const low = Math.floor(x);
  const rest = x - low;
  if (rest !== 0.5) return rest < 0.5 ? low : low + 1;
  return low % 2 === 0 ? low : low + 1;
}

export function fakeQuantizeFloat({ spec, inputs, output }: FloatCall<FakeQuantizeLayerSpec>): void {
  const [low, high] = stepRange(spec);
  const scale = Math.fround(spec.scale);
  inputs[0].forEach((x, i) => {
    const steps = roundToEven(Math.fround(x / scale));
    output[i] = scale * Math.min(Math.max(steps, low), high);
  });
}

/**
 * Rounded copies of weights, in float32: scale = max |w| / levels, w' = scale · round(w / scale), ties to even.
 * @param nodes groups with a scale of their own
 * @param nodeIsLast element i belongs to node i mod `nodes`; otherwise nodes follow each other
 */
export function roundWeights(
  weights: Float32Array,
  nodes: number,
  nodeIsLast: boolean,
  rounding: WeightRounding,
): Float32Array {
  const groups = rounding.scales === 'per-tensor' ? 1 : nodes;
  const size = weights.length / groups;
  const groupOf = (i: number): number => (nodeIsLast ? i % groups : Math.floor(i / size));
  const largest = new Float32Array(groups);
  weights.forEach((w, i) => (largest[groupOf(i)] = Math.max(largest[groupOf(i)], Math.abs(w))));
  const scales = largest.map((w) => w / weightLevels(rounding));
  return weights.map((w, i) => {
    const scale = scales[groupOf(i)];
    return scale > 0 ? scale * roundToEven(Math.fround(w / scale)) : 0;
  });
}
