import { twiddles } from './tables.js';

/**
 * Spectrum of real integers, in integers: a radix-2 FFT of half the size over pairs of values, then the split into the
 * even and the odd ones. Nothing is scaled down on the way: the caller leaves `guardBits` of room (docs/numerics.md).
 * Products of int32 and Q15 are summed in 64 bits, which a double holds exactly.
 */
export class RealFft {
  /** Bits that inputs may be shifted left by (int16 values): 14 − log2 size, so that no sum passes int32. */
  readonly guardBits: number;
  /** [re, im] of the bins 0 … size/2, times two. */
  readonly spectrum: Int32Array;
  private readonly work: Int32Array;
  private readonly turns: Int16Array;
  private readonly order: Uint16Array;

  /** @param size of the real input: a power of two from 32 to 4096 */
  constructor(readonly size: number) {
    const half = size / 2;
    const bits = 31 - Math.clz32(half);
    this.guardBits = 14 - (bits + 1);
    this.spectrum = new Int32Array(size + 2);
    this.work = new Int32Array(size);
    this.turns = twiddles(size);
    this.order = Uint16Array.from({ length: half }, (_, i) => reverseBits(i, bits));
  }

  /** Leaves 2 · Σ input[n] e^(−2πi kn/size) in `spectrum`. */
  forward(input: Int32Array): void {
    const { size, work, order } = this;
    for (let i = 0; i < size / 2; i++) {
      work[2 * order[i]] = input[2 * i];
      work[2 * order[i] + 1] = input[2 * i + 1];
    }
    for (let span = 1; span < size / 2; span *= 2) this.butterflies(span);
    this.split();
  }

  /** One stage: a, b ← a + w b, a − w b with w = e^(−πi j/span). */
  private butterflies(span: number): void {
    const { size, work, turns } = this;
    const step = size / (2 * span);
    for (let j = 0; j < span; j++) {
      const re = turns[2 * j * step];
      const im = turns[2 * j * step + 1];
      for (let a = 2 * j; a < size; a += 4 * span) {
        const b = a + 2 * span;
        const x = productRe(work[b], work[b + 1], re, im);
        const y = productIm(work[b], work[b + 1], re, im);
        work[b] = work[a] - x;
        work[b + 1] = work[a + 1] - y;
        work[a] += x;
        work[a + 1] += y;
      }
    }
  }

  /** 2 X[k] = (Z[k] + Z*[m − k]) − i w^k (Z[k] − Z*[m − k]), m = size/2, w = e^(−2πi/size). */
  private split(): void {
    const { size, work, turns, spectrum } = this;
    const half = size / 2;
    for (let k = 0; k <= half; k++) {
      const a = 2 * (k % half);
      const b = 2 * ((half - k) % half);
      const sumRe = work[a] + work[b];
      const sumIm = work[a + 1] - work[b + 1];
      const differenceRe = work[a] - work[b];
      const differenceIm = work[a + 1] + work[b + 1];
      // w^half = −1 stands outside the table.
      const re = k === half ? -32767 : turns[2 * k];
      const im = k === half ? 0 : turns[2 * k + 1];
      spectrum[2 * k] = sumRe + productIm(differenceRe, differenceIm, re, im);
      spectrum[2 * k + 1] = sumIm - productRe(differenceRe, differenceIm, re, im);
    }
  }
}

/** Real part of (a + ib)(re + i im), the factor in Q15; to the nearest, halves up. */
function productRe(a: number, b: number, re: number, im: number): number {
  return Math.floor((a * re - b * im + 16384) / 32768);
}

function productIm(a: number, b: number, re: number, im: number): number {
  return Math.floor((a * im + b * re + 16384) / 32768);
}

function reverseBits(value: number, bits: number): number {
  let out = 0;
  for (let bit = 0; bit < bits; bit++) out |= ((value >> bit) & 1) << (bits - 1 - bit);
  return out;
}
