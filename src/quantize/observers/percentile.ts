import { MinMaxObserver } from './minmax.js';
import type { Observer, Range } from './observer.js';

const BUCKETS = 1 << 16;

/**
 * Keeps `percent` of the values inside the range and lets the rest saturate, half of it at either end, so that a few
 * outliers do not coarsen every other value. Counts values in buckets of their upper 16 bits: sign, exponent and 7 bits
 * of mantissa, so a bound is right to 1 % whatever the scale, in constant memory. 100 is the full range, exactly.
 */
export class PercentileObserver implements Observer {
  private readonly counts = new Float64Array(BUCKETS);
  private readonly full = new MinMaxObserver();
  private total = 0;

  constructor(private readonly percent: number) {}

  observe(values: Float32Array): void {
    const words = new Uint32Array(values.buffer, values.byteOffset, values.length);
    for (let i = 0; i < words.length; i++) this.counts[bucketOf(words[i])]++;
    this.total += values.length;
    this.full.observe(values);
  }

  range(): Range {
    const { min, max } = this.full.range();
    const tail = (this.total * (100 - this.percent)) / 200;
    return { min: Math.max(min, this.lowerBound(tail)), max: Math.min(max, this.upperBound(tail)) };
  }

  /** Lower edge of the first bucket from below that has more than `tail` values up to and including it. */
  private lowerBound(tail: number): number {
    let seen = 0;
    for (let bucket = 0; bucket < BUCKETS; bucket++) {
      seen += this.counts[bucket];
      if (seen > tail) return lowerEdge(bucket);
    }
    return -Infinity;
  }

  private upperBound(tail: number): number {
    let seen = 0;
    for (let bucket = BUCKETS - 1; bucket >= 0; bucket--) {
      seen += this.counts[bucket];
      if (seen > tail) return lowerEdge(bucket + 1);
    }
    return Infinity;
  }
}

/** Buckets in ascending order of the values they hold. */
function bucketOf(word: number): number {
  const upper = word >>> 16;
  return upper & 0x8000 ? 0xffff - upper : upper | 0x8000;
}

const word = new Uint32Array(1);
const real = new Float32Array(word.buffer);

/** The bound between a bucket and the one below it. */
function lowerEdge(bucket: number): number {
  const negative = bucket < 0x8000;
  word[0] = (negative ? 0x8000 - bucket : bucket - 0x8000) << 16;
  return negative ? -real[0] : real[0];
}
