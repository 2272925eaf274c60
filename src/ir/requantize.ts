/** A positive real number as Q31 multiplier and power of two: value = multiplier / 2^31 * 2^shift. */
export interface FixedMultiplier {
  /** In [2^30, 2^31), or 0 for a real multiplier below 2^-32. */
  readonly multiplier: number;
  /** Positive: left shift. At least -31. */
  readonly shift: number;
}

/** `tflite`: TFLite's two roundings, the default. `single`: one rounding, fewer instructions (docs/numerics.md). */
export type Rounding = 'tflite' | 'single';

const bits = new DataView(new ArrayBuffer(8));

/** C's frexp for finite x > 0: x = fraction * 2^exponent with fraction in [0.5, 1). Exact. */
function frexp(x: number): { fraction: number; exponent: number } {
  let scaledBy = 0;
  if (x < 2 ** -1022) {
    x *= 2 ** 54; // subnormal: bring it into the normal range first
    scaledBy = 54;
  }
  bits.setFloat64(0, x);
  const high = bits.getUint32(0);
  const exponent = ((high >>> 20) & 0x7ff) - 1022;
  bits.setUint32(0, ((high & 0x000fffff) | 0x3fe00000) >>> 0);
  return { fraction: bits.getFloat64(0), exponent: exponent - scaledBy };
}

/**
 * TFLite's QuantizeMultiplier. `real` is a double, finite and not negative: usually
 * double(scaleIn) * double(scaleWeight) / double(scaleOut) with float32 scales (see {@link requantizeFactor}).
 */
export function quantizeMultiplier(real: number): FixedMultiplier {
  if (!(real > 0) || real === Infinity) return { multiplier: 0, shift: 0 };
  const { fraction, exponent } = frexp(real);
  // fraction * 2^31 has at most 22 bits behind the point, so it is exact and Math.round is round-half-up of it.
  let multiplier = Math.round(fraction * 2147483648);
  let shift = exponent;
  if (multiplier === 2147483648) {
    multiplier = 1073741824;
    shift++;
  }
  return shift < -31 ? { multiplier: 0, shift: 0 } : { multiplier, shift };
}

/**
 * For one rounding: real = multiplier / 2^32 * 2^shift with multiplier < 2^31 and shift >= 0, so that the top word of a
 * 32 x 32 bit product is the result. Numbers below 1/2 need no shift.
 */
export function quantizeMultiplierSingle(real: number): FixedMultiplier {
  if (!(real > 0) || real === Infinity) return { multiplier: 0, shift: 0 };
  let shift = Math.max(0, frexp(real).exponent + 1);
  // real * 2^(32 - shift) is exact: a power of two away from a double.
  let multiplier = Math.round(real * 2 ** (32 - shift));
  if (multiplier >= 2147483648) {
    shift++;
    multiplier = Math.round(real * 2 ** (32 - shift));
  }
  return { multiplier, shift };
}

export function quantizeMultiplierFor(rounding: Rounding, real: number): FixedMultiplier {
  return rounding === 'single' ? quantizeMultiplierSingle(real) : quantizeMultiplier(real);
}

/** The real factor between accumulator and output, in double, from float32 scales: one order of operations for all. */
export function requantizeFactor(inputScale: number, weightScale: number, outputScale: number): number {
  return (inputScale * weightScale) / outputScale;
}

/**
 * The factor of a dense layer. With one weight scale for all outputs TFLite rounds the product of the scales to float32
 * first, in dense layers alone.
 */
export function denseFactor(inputScale: number, weightScale: number, outputScale: number, perChannel: boolean): number {
  return perChannel
    ? requantizeFactor(inputScale, weightScale, outputScale)
    : Math.fround(inputScale * weightScale) / outputScale;
}

/**
 * TFLite's MultiplyByQuantizedMultiplier with double rounding: round(x * 2^left * multiplier / 2^31), ties towards
 * plus infinity, then an arithmetic shift right by -shift, ties away from zero. x is an int32 with
 * |x| * 2^left < 2^31 (checked by validateGraph); the result is an int32. Exact without BigInt: the product is split
 * at 16 bits so that every intermediate is an integer below 2^53.
 */
export function multiplyByQuantizedMultiplier(x: number, multiplier: number, shift: number): number {
  const a = shift > 0 ? x * 2 ** shift : x;
  const high = a * (multiplier >>> 16);
  const low = a * (multiplier & 0xffff) + 1073741824; // 2^30: the rounding nudge
  const h = Math.floor((high + Math.floor(low / 65536)) / 32768) | 0;
  return shift >= 0 ? h : roundingShiftRight(h, -shift);
}

/** round(x * 2^shift * multiplier / 2^32), ties towards plus infinity: one rounding. |x| * 2^shift < 2^31. */
export function multiplySingleRounding(x: number, multiplier: number, shift: number): number {
  const a = shift > 0 ? x * 2 ** shift : x;
  const high = a * (multiplier >>> 16);
  const low = a * (multiplier & 0xffff) + 2147483648; // 2^31: half a unit of the result
  return Math.floor((high + Math.floor(low / 65536)) / 65536);
}

/** h / 2^by, by in [0, 31], ties away from zero: gemmlowp's RoundingDivideByPOT. h is an int32. */
export function roundingShiftRight(h: number, by: number): number {
  const mask = by === 31 ? 0x7fffffff : (1 << by) - 1;
  const remainder = h & mask;
  const threshold = (mask >> 1) + (h < 0 ? 1 : 0);
  return (h >> by) + (remainder > threshold ? 1 : 0);
}

/** TFLite's reduction of a Q31 multiplier for 64-bit accumulators: value = multiplier / 2^15 * 2^shift, multiplier in [2^14, 2^15). */
export function quantizeMultiplierWide(real: number): FixedMultiplier {
  const { multiplier, shift } = quantizeMultiplier(real);
  return { multiplier: multiplier < 0x7fff0000 ? Math.floor((multiplier + 0x8000) / 0x10000) : 0x7fff, shift };
}

/** round(x * multiplier / 2^15 * 2^shift), ties towards plus infinity. Exact: |x| < 2^37 and the shift is at most 7. */
export function multiplyWide(x: number, multiplier: number, shift: number): number {
  const by = 15 - shift;
  return Math.floor((x * multiplier + 2 ** (by - 1)) / 2 ** by);
}
