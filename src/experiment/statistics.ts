/** Student's t for paired differences: means, deviations, 95 % intervals, p values. */

export function mean(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0) / values.length;
}

/** Of a sample: over n − 1. NaN for fewer than two values. */
export function deviation(values: readonly number[]): number {
  const m = mean(values);
  return Math.sqrt(values.reduce((s, v) => s + (v - m) ** 2, 0) / (values.length - 1));
}

export interface PairedDifference {
  readonly n: number;
  readonly mean: number;
  readonly deviation: number;
  /** 95 % confidence interval of the mean. */
  readonly low: number;
  readonly high: number;
  /** Two-sided p value of the paired t test; 1 where all differences are 0. */
  readonly p: number;
}

/** a[i] − b[i], where i is the same seed on both sides; at least two pairs. */
export function pairedDifference(a: readonly number[], b: readonly number[]): PairedDifference {
  const differences = a.map((v, i) => v - b[i]);
  const n = differences.length;
  const center = mean(differences);
  const spread = deviation(differences);
  const error = spread / Math.sqrt(n);
  const half = error * studentQuantile(0.975, n - 1);
  const p = error > 0 ? 2 * (1 - studentCdf(Math.abs(center) / error, n - 1)) : center === 0 ? 1 : 0;
  return { n, mean: center, deviation: spread, low: center - half, high: center + half, p };
}

/** P(T ≤ t) with the given degrees of freedom. */
export function studentCdf(t: number, freedom: number): number {
  const tail = incompleteBeta(freedom / (freedom + t * t), freedom / 2, 0.5) / 2;
  return t > 0 ? 1 - tail : tail;
}

/** The t with P(T ≤ t) = p, for p above ½, by halving. */
export function studentQuantile(p: number, freedom: number): number {
  let low = 0;
  let high = 1000;
  for (let i = 0; i < 100; i++) {
    const middle = (low + high) / 2;
    if (studentCdf(middle, freedom) < p) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** Regularised incomplete beta function I_x(a, b), by its continued fraction (Abramowitz and Stegun 26.5.8). */
function incompleteBeta(x: number, a: number, b: number): number {
  if (x <= 0 || x >= 1) return x <= 0 ? 0 : 1;
  if (x > (a + 1) / (a + b + 2)) return 1 - incompleteBeta(1 - x, b, a);
  const front = Math.exp(a * Math.log(x) + b * Math.log(1 - x) + logGamma(a + b) - logGamma(a) - logGamma(b)) / a;
  let fraction = 0;
  for (let m = 200; m >= 1; m--) {
    const odd = (-(a + m - 1) * (a + b + m - 1) * x) / ((a + 2 * m - 2) * (a + 2 * m - 1));
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    fraction = odd / (1 + even / (1 + fraction));
  }
  return front / (1 + fraction);
}

/** ln Γ(x) for x > 0: Stirling's series after raising x. */
function logGamma(x: number): number {
  let shift = 0;
  let y = x;
  while (y < 12) shift += Math.log(y++);
  const r = 1 / (y * y);
  const series = (1 / 12 - r * (1 / 360 - r * (1 / 1260 - r / 1680))) / y;
  return (y - 0.5) * Math.log(y) - y + 0.5 * Math.log(2 * Math.PI) + series - shift;
}
