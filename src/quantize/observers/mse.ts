import type { Bin } from './histogram.js';
import { ClippingObserver, type Grid } from './clipping.js';
import type { Observer } from './observer.js';

/** The range with the smallest mean squared error between the values and their int8 form. */
export function mseObserver(): Observer {
  return new ClippingObserver(squaredError, true);
}

/** Summed over all values, which are taken to lie evenly within their bin. */
export function squaredError(bins: readonly Bin[], { scale, low, high }: Grid): number {
  let sum = 0;
  for (const { from, to, count } of bins) {
    const middle = (from + to) / 2;
    const end = middle < low ? low : middle > high ? high : null;
    const integral =
      end === null
        ? scale ** 3 * (roundingIntegral(to / scale) - roundingIntegral(from / scale))
        : ((to - end) ** 3 - (from - end) ** 3) / 3;
    sum += (count * integral) / (to - from);
  }
  return sum;
}

/** Integral of (u − round(u))² from 0 to u: 1/12 for each whole number, and a cube for the rest. */
function roundingIntegral(u: number): number {
  const whole = Math.round(u);
  return whole / 12 + (u - whole) ** 3 / 3;
}
