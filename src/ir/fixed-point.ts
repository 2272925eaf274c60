import { roundingShiftRight, type FixedMultiplier } from './requantize.js';

/*
 * Functions of fixed-point numbers as TFLite's integer softmax, logistic and tanh use them, bit for bit. A number with k
 * integer bits is an int32 of value raw / 2^(31 - k). Constants and steps follow the published definition of gemmlowp's
 * fixed-point library (docs/numerics.md, "exp in fixed point").
 */

const INT32_MAX = 2147483647;
const INT32_MIN = -2147483648;

/** round(a * b / 2^31), ties towards plus infinity; int32 in and out, -2^31 * -2^31 saturates. */
export function saturatingHighMultiply(a: number, b: number): number {
  if (a === INT32_MIN && b === INT32_MIN) return INT32_MAX;
  const high = a * (b >> 16);
  const low = a * (b & 0xffff) + 1073741824;
  return Math.floor((high + Math.floor(low / 65536)) / 32768) | 0;
}

/** x * 2^by, by > 0, saturated to int32. */
function saturatingShiftLeft(x: number, by: number): number {
  return Math.max(INT32_MIN, Math.min(INT32_MAX, x * 2 ** by));
}

/** exp(-1/8) and 1/3, no integer bits. */
const EXP_MINUS_EIGHTH = 1895147668;
const THIRD = 715827883;

/** exp of a in [-1/4, 0), no integer bits: a Taylor polynomial about -1/8. */
function expOnQuarter(a: number): number {
  const x = a + 2 ** 28;
  const x2 = saturatingHighMultiply(x, x);
  const x3 = saturatingHighMultiply(x2, x);
  const x4 = saturatingHighMultiply(x2, x2);
  const cubic = saturatingHighMultiply(roundingShiftRight(x4, 2) + x3, THIRD) + x2;
  const series = x + roundingShiftRight(cubic, 1);
  return EXP_MINUS_EIGHTH + saturatingHighMultiply(EXP_MINUS_EIGHTH, series);
}

/** exp(-2^e), no integer bits, for e = -2 … 4. */
const EXP_OF_POWERS: readonly (readonly [number, number])[] = [
  [-2, 1672461947],
  [-1, 1302514674],
  [0, 790015084],
  [1, 290630308],
  [2, 39332535],
  [3, 720401],
  [4, 242],
];

/** exp(a) for a <= 0 with `integerBits` integer bits (at most 5); the result has none. */
export function expOnNegativeValues(a: number, integerBits: number): number {
  if (a === 0) return INT32_MAX;
  const fractionalBits = 31 - integerBits;
  const quarter = 2 ** (fractionalBits - 2);
  const inQuarter = (a & (quarter - 1)) - quarter;
  let result = expOnQuarter(saturatingShiftLeft(inQuarter, integerBits));
  const remainder = inQuarter - a;
  for (const [exponent, factor] of EXP_OF_POWERS) {
    if (integerBits > exponent && (remainder & (2 ** (fractionalBits + exponent))) !== 0) {
      result = saturatingHighMultiply(result, factor);
    }
  }
  return result;
}

/** 48/17, -32/17 and 1 with two integer bits: Newton's division. */
const START = 1515870810;
const SLOPE = -1010580540;
const ONE_Q2 = 2 ** 29;

/** 2 / (1 + a) with two integer bits, for a in [0, 1] without integer bits: three steps of Newton's iteration. */
function twiceReciprocalOfOnePlus(a: number): number {
  const half = Math.trunc((a + INT32_MAX + 1) / 2);
  let x = START + saturatingHighMultiply(half, SLOPE);
  for (let k = 0; k < 3; k++) {
    const error = ONE_Q2 - saturatingHighMultiply(half, x);
    x += saturatingShiftLeft(saturatingHighMultiply(x, error), 2);
  }
  return x;
}

/** 1 / (1 + a), a in [0, 1], without integer bits. */
export function oneOverOnePlus(a: number): number {
  return saturatingShiftLeft(twiceReciprocalOfOnePlus(a), 1);
}

/** (1 - a) / (1 + a), a in [0, 1], without integer bits. */
export function oneMinusOverOnePlus(a: number): number {
  return saturatingShiftLeft(twiceReciprocalOfOnePlus(a) - ONE_Q2, 2);
}

/** 1 / x for x > 0 with `integerBits` integer bits: `scale` (no integer bits) / 2^bitsOverUnit. */
export function reciprocal(x: number, integerBits: number): { readonly scale: number; readonly bitsOverUnit: number } {
  const headroom = Math.clz32(x);
  const mantissa = ((x << headroom) >>> 0) - 2 ** 31;
  return { scale: oneOverOnePlus(mantissa), bitsOverUnit: integerBits - headroom };
}

/** 1 / (1 + exp(-a)), a with `integerBits` integer bits; the result has none. */
export function logistic(a: number, integerBits: number): number {
  if (a === 0) return 2 ** 30;
  const positive = oneOverOnePlus(expOnNegativeValues(-Math.abs(a), integerBits));
  return a > 0 ? positive : INT32_MAX - positive;
}

/** tanh(a), a with `integerBits` integer bits (at most 4); the result has none. */
export function hyperbolicTangent(a: number, integerBits: number): number {
  if (a === 0) return 0;
  const positive = oneMinusOverOnePlus(expOnNegativeValues(-Math.abs(a), integerBits + 1));
  return a > 0 ? positive : -positive;
}

/** 1.5 and 1 with three integer bits, sqrt(1/2) without. */
const THREE_HALVES = 2 ** 28 + 2 ** 27;
const ONE_Q3 = 2 ** 28;
const HALF_SQRT_2 = 1518500250;

/** 1 / sqrt(x) for an int32 x >= 0 as a Q31 multiplier and a shift to the right (not above 0), by Newton's iteration; 0 counts as 1. */
export function inverseSquareRoot(x: number): FixedMultiplier {
  if (x <= 1) return { multiplier: INT32_MAX, shift: 0 };
  let right = 11;
  let input = x;
  for (; input >= 2 ** 29; right++) input = Math.floor(input / 4);
  const pairs = Math.floor((Math.clz32(input) - 1) / 2) - 1;
  right -= pairs;
  // In [1/4, 1) with three integer bits.
  const normal = Math.floor((input * 4 ** pairs) / 2);
  const half = roundingShiftRight(normal, 1);
  let y = ONE_Q3;
  for (let k = 0; k < 5; k++) {
    const cube = saturatingShiftLeft(saturatingHighMultiply(saturatingHighMultiply(y, y), y), 6);
    y = saturatingShiftLeft(saturatingHighMultiply(THREE_HALVES, y) - saturatingHighMultiply(half, cube), 3);
  }
  y = saturatingHighMultiply(y, HALF_SQRT_2);
  return right < 0 ? { multiplier: y * 2 ** -right, shift: 0 } : { multiplier: y, shift: right === 0 ? 0 : -right };
}
