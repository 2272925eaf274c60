import { asymmetricInt8 } from '../schemes/activations.js';
import { Histogram, type Bin } from './histogram.js';
import { MinMaxObserver } from './minmax.js';
import type { Observer, Range } from './observer.js';

/** Ends that are tried: of the full one, times 2^(-k/16), down to 1/256. */
const FRACTIONS = Array.from({ length: 129 }, (_, k) => 2 ** (-k / 16));

/** What a range costs: smaller is better. `scale` and the ends are those of the int8 grid that covers it. */
export type RangeCost = (bins: readonly Bin[], grid: Grid) => number;

/** Multiples of `scale` from `low` to `high`: the values that int8 has for a range. */
export interface Grid {
  readonly scale: number;
  readonly low: number;
  readonly high: number;
}

export function gridOf(range: Range): Grid {
  const { scale, zeroPoint } = asymmetricInt8(range);
  return { scale: scale[0], low: scale[0] * (-128 - zeroPoint[0]), high: scale[0] * (127 - zeroPoint[0]) };
}

/** Clips the full range where that costs less than it gains, by a measure on the histogram of the values. */
export class ClippingObserver implements Observer {
  private readonly histogram = new Histogram();
  private readonly full = new MinMaxObserver();

  /** `eachEnd`: the two ends are also moved by themselves, not only clipped at one magnitude. */
  constructor(
    private readonly cost: RangeCost,
    private readonly eachEnd: boolean,
  ) {}

  observe(values: Float32Array): void {
    this.histogram.observe(values);
    this.full.observe(values);
  }

  range(): Range {
    const full = this.full.range();
    const bins = this.histogram.bins();
    if (bins.length === 0) return full;
    const best = (candidates: readonly Range[]): Range => {
      const costs = candidates.map((range) => this.cost(bins, gridOf(range)));
      return candidates[costs.indexOf(Math.min(...costs))];
    };
    const { min, max } = full;
    const peak = Math.max(-min, max);
    const clipped = best(FRACTIONS.map((f) => ({ min: Math.max(min, -f * peak), max: Math.min(max, f * peak) })));
    if (!this.eachEnd || min >= 0 || max <= 0) return clipped;
    const upper = best(FRACTIONS.map((f) => ({ min: clipped.min, max: f * max })));
    return best(FRACTIONS.map((f) => ({ min: f * min, max: upper.max })));
  }
}
