/** Bins on either side of 0. */
const BINS = 4096;

/** A run of values in a histogram: `count` of them in [from, to). */
export interface Bin {
  readonly from: number;
  readonly to: number;
  readonly count: number;
}

/**
 * Counts values in bins of one width, a power of two, on both sides of 0. When a value lies beyond the last bin,
 * neighbours are merged and the width doubles, so the result does not depend on the order of the values, and between
 * half and all of the 4096 bins a side are in use. Zeros are not counted: int8 holds them exactly whatever the scale.
 */
export class Histogram {
  private readonly counts = new Float64Array(2 * BINS);
  private width = 0;

  observe(values: Float32Array): void {
    let largest = 0;
    for (let i = 0; i < values.length; i++) largest = Math.max(largest, Math.abs(values[i]));
    if (largest === 0) return;
    this.widen(largest);
    for (let i = 0; i < values.length; i++) {
      const v = values[i];
      if (v !== 0) this.counts[binOf(v, this.width)]++;
    }
  }

  /** Those that hold values, in ascending order. */
  bins(): readonly Bin[] {
    const bins: Bin[] = [];
    this.counts.forEach((count, k) => {
      if (count > 0) bins.push({ from: (k - BINS) * this.width, to: (k - BINS + 1) * this.width, count });
    });
    return bins;
  }

  private widen(largest: number): void {
    // Too fine at first whatever log2 rounds to: the loop ends at the same width for any order of the values.
    if (this.width === 0) this.width = 2 ** (Math.floor(Math.log2(largest)) - 13);
    while (largest >= BINS * this.width) {
      const old = this.counts.slice();
      this.counts.fill(0);
      old.forEach((count, k) => {
        if (count > 0) this.counts[(k + BINS) >> 1] += count;
      });
      this.width *= 2;
    }
  }
}

/** Zero is the edge between bins BINS - 1 and BINS. */
function binOf(value: number, width: number): number {
  return BINS + Math.floor(value / width);
}
