import { ClippingObserver, type Grid } from './clipping.js';
import type { Bin } from './histogram.js';
import type { Observer } from './observer.js';

/**
 * The range that loses least information: the smallest Kullback-Leibler divergence between the distribution of the values,
 * clipped to the range, and what the 256 levels of int8 keep of it (S. Migacz, 8-bit inference with TensorRT, 2017). Both
 * ends are clipped at one magnitude.
 */
export function entropyObserver(): Observer {
  return new ClippingObserver(divergence, false);
}

/**
 * Sum of p · ln(p / q) over the bins of the range. p holds what lies outside in its first and last bin; q spreads the count
 * inside of each level evenly over the level's bins that are not empty. Infinite where levels are finer than bins, so that
 * the histogram cannot tell.
 */
export function divergence(bins: readonly Bin[], { scale, low, high }: Grid): number {
  if (bins[0].to - bins[0].from > scale) return Infinity;
  const inside = bins.filter(({ from, to }) => from + to > 2 * low - scale && from + to < 2 * high + scale);
  if (inside.length === 0) return Infinity;
  const p = inside.map((bin) => bin.count);
  for (const { from, to, count } of bins) {
    if (from + to <= 2 * low - scale) p[0] += count;
    else if (from + to >= 2 * high + scale) p[p.length - 1] += count;
  }
  const level = inside.map(({ from, to }) => Math.round((from + to) / (2 * scale)));
  const total = p.reduce((sum, n) => sum + n, 0);
  const kept = inside.reduce((sum, bin) => sum + bin.count, 0);
  let sum = 0;
  for (let k = 0; k < inside.length;) {
    let end = k;
    let count = 0;
    for (; end < inside.length && level[end] === level[k]; end++) count += inside[end].count;
    const q = count / (end - k) / kept;
    for (; k < end; k++) sum += (p[k] / total) * Math.log(p[k] / total / q);
  }
  return sum;
}
