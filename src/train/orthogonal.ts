import type { Rng } from '../util/rng.js';

/**
 * Fills [blocks · n][n] with orthogonal matrices [n][n], one after the other: rows of random directions, each freed of
 * the ones before it (Gram and Schmidt, twice, because once leaves rounding behind). Only + − × ÷ and square roots, so
 * every machine draws the same.
 */
export function fillOrthogonal(values: Float32Array, n: number, rng: Rng): void {
  for (let from = 0; from < values.length; from += n * n) {
    const rows: Float64Array[] = [];
    while (rows.length < n) {
      const row = Float64Array.from({ length: n }, () => rng.normal());
      for (const before of [...rows, ...rows]) subtractShare(row, before);
      const length = Math.sqrt(dot(row, row));
      // A direction that the others already span, of which only rounding is left: drawn anew.
      if (length > 1e-6) rows.push(row.map((v) => v / length));
    }
    rows.forEach((row, i) => {
      values.set(row, from + i * n);
    });
  }
}

function subtractShare(row: Float64Array, unit: Float64Array): void {
  const share = dot(row, unit);
  for (let i = 0; i < row.length; i++) row[i] -= share * unit[i];
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}
