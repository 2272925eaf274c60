import type { WindowStatistic } from '../ir/data-source.js';

/** Of the `window` values x[0], x[stride], x[2 · stride], …, in double. */
const STATISTICS: Readonly<Record<WindowStatistic, (x: Float32Array, stride: number, window: number) => number>> = {
  mean,
  deviation(x, stride, window) {
    const m = mean(x, stride, window);
    let squares = 0;
    for (let t = 0; t < window; t++) squares += (x[t * stride] - m) ** 2;
    return Math.sqrt(squares / window);
  },
  range(x, stride, window) {
    let [low, high] = [x[0], x[0]];
    for (let t = 1; t < window; t++) {
      low = Math.min(low, x[t * stride]);
      high = Math.max(high, x[t * stride]);
    }
    return high - low;
  },
  meanChange(x, stride, window) {
    let sum = 0;
    for (let t = 1; t < window; t++) sum += Math.abs(x[t * stride] - x[(t - 1) * stride]);
    return window > 1 ? sum / (window - 1) : 0;
  },
};

function mean(x: Float32Array, stride: number, window: number): number {
  let sum = 0;
  for (let t = 0; t < window; t++) sum += x[t * stride];
  return sum / window;
}

/**
 * The statistics of each channel of a window [window][channels], the first statistic of all channels first, each rounded
 * once to float32.
 */
export function windowStatistics(
  values: Float32Array,
  channels: number,
  wanted: readonly WindowStatistic[],
): Float32Array {
  const window = values.length / channels;
  const out = new Float32Array(wanted.length * channels);
  wanted.forEach((statistic, s) => {
    for (let c = 0; c < channels; c++) {
      out[s * channels + c] = STATISTICS[statistic](values.subarray(c), channels, window);
    }
  });
  return out;
}
