import type { FactorSpread } from '../telemetry.js';

const f = Math.fround;

/** Responsibility of a node: sum of |w| over its incoming weights (bias excluded), ascending, in float32 from +0. */
export function sumOfMagnitudes(weights: Float32Array, row: number, inputs: number): number {
  let s = f(0);
  for (let i = 0; i < inputs; i++) s = f(s + Math.abs(weights[row + i]));
  return s;
}

/** m_j = clip(2 s_j / max s, 1, 2), with one division a layer; 1 for every node where all sums are 0. */
export function modulationFactors(sums: Float32Array, out: Float32Array): void {
  let max = 0;
  for (let j = 0; j < sums.length; j++) if (sums[j] > max) max = sums[j];
  const r = max > 0 ? f(2 / max) : 0;
  for (let j = 0; j < sums.length; j++) {
    const m = f(sums[j] * r);
    // The bound of 2 acts only where 2 / max overflows (sums below 2^-127): a rounded reciprocal alone never exceeds it.
    out[j] = m > 2 ? 2 : m > 1 ? m : 1;
  }
}

/** Smallest, mean (float32 sum ascending, divided by the count) and largest factor of a layer. */
export function factorSpread(factors: Float32Array): FactorSpread {
  let min = factors[0];
  let max = factors[0];
  let sum = f(0);
  for (let j = 0; j < factors.length; j++) {
    if (factors[j] < min) min = factors[j];
    if (factors[j] > max) max = factors[j];
    sum = f(sum + factors[j]);
  }
  return { min, mean: f(sum / factors.length), max };
}
