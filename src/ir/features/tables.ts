import { sinCos } from '../../util/trig.js';
import { expf, logf } from '../learn/math-f32.js';

/**
 * The tables of the spectrum features, as docs/numerics.md defines them. Made from + − × ÷ and the float32 functions
 * of this project only, so that every machine makes the same integers.
 */
const TWO_PI = 6.283185307179586;

/** To the nearest integer, halves up. */
function round(x: number): number {
  return Math.floor(x + 0.5);
}

/** sin and cos of 2π · turns, turns in [0, 1). */
function ofTurns(turns: number): { sin: number; cos: number } {
  return sinCos(TWO_PI * (turns > 0.5 ? turns - 1 : turns));
}

/** Periodic Hann window of `length` points in Q15: round(32767 · (½ − ½ cos(2πn/length))). */
export function hannWindow(length: number): Int16Array {
  return Int16Array.from({ length }, (_, n) => round(32767 * (0.5 - 0.5 * ofTurns(n / length).cos)));
}

/** e^(−2πi k/size) for k < size/2, in Q15: [cos, −sin] pairs, each round(32767 · value). */
export function twiddles(size: number): Int16Array {
  const table = new Int16Array(size);
  for (let k = 0; k < size / 2; k++) {
    const { sin, cos } = ofTurns(k / size);
    table[2 * k] = round(32767 * cos);
    table[2 * k + 1] = round(-32767 * sin);
  }
  return table;
}

/** A triangle over the bins of a spectrum. */
export interface MelBand {
  readonly firstBin: number;
  /** Q12, none above 4096. Empty if no bin lies within the band. */
  readonly weights: Uint16Array;
}

const f = Math.fround;
/** Hz at which the mel scale bends, and mel a natural logarithm: 2595 / ln 10. */
const BEND_HZ = 700;
const MEL_PER_LN = f(1127.0105);

/** mel = 2595 log10(1 + Hz/700), in float32. */
function melOf(hz: number): number {
  return f(MEL_PER_LN * logf(f(1 + f(hz / BEND_HZ))));
}

function hzOf(mel: number): number {
  return f(BEND_HZ * f(expf(f(mel / MEL_PER_LN)) - 1));
}

/**
 * Triangles of peak 1 whose corners lie evenly on the mel scale from `lowHz` to `highHz`, straight over Hz: bin k of an
 * FFT of `size` points stands at k · sampleRateHz / size.
 */
export function melBands(size: number, sampleRateHz: number, bands: number, lowHz: number, highHz: number): MelBand[] {
  const [low, high] = [melOf(lowHz), melOf(highHz)];
  const corners = Array.from({ length: bands + 2 }, (_, i) => hzOf(f(low + f(f(high - low) * f(i / (bands + 1))))));
  return Array.from({ length: bands }, (_, b): MelBand => {
    const [left, peak, right] = corners.slice(b, b + 3);
    const weightAt = (bin: number): number => {
      const hz = (bin * sampleRateHz) / size;
      const height = Math.min((hz - left) / (peak - left), (right - hz) / (right - peak));
      return round(4096 * Math.max(0, height));
    };
    const bins = Array.from({ length: size / 2 + 1 }, (_, bin) => bin).filter((bin) => weightAt(bin) > 0);
    return { firstBin: bins[0] ?? 0, weights: Uint16Array.from(bins, weightAt) };
  });
}

/** round(256 · log2(1 + (i + ½)/256)) for i < 256. */
export function log2Table(): Uint16Array {
  const ln2 = logf(2);
  return Uint16Array.from({ length: 256 }, (_, i) => round((256 * logf(f(1 + (i + 0.5) / 256))) / ln2));
}

/**
 * Cosine transform [coefficients][bands] in Q15, scaled so that its first term is the mean of the bands:
 * round(32768 · (k = 0 ? 1 : √2) / bands · cos(π k (b + ½) / bands)).
 */
export function cosineTable(coefficients: number, bands: number): Int16Array {
  const table = new Int16Array(coefficients * bands);
  for (let k = 0; k < coefficients; k++) {
    const scale = (32768 * (k === 0 ? 1 : Math.SQRT2)) / bands;
    for (let b = 0; b < bands; b++) {
      const turns = ((k * (2 * b + 1)) % (4 * bands)) / (4 * bands);
      table[k * bands + b] = Math.min(round(scale * ofTurns(turns).cos), 32767);
    }
  }
  return table;
}
