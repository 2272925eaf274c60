import { hyperbolicTangent, inverseSquareRoot, logistic } from '../../fixed-point.js';
import { multiplyByQuantizedMultiplier, quantizeMultiplier, roundingShiftRight } from '../../requantize.js';
import { roundHalfAway } from '../../quantize-input.js';

/** Scale and zero point of an int8 tensor. */
export interface Affine {
  readonly scale: number;
  readonly zeroPoint: number;
}

/** table[q + 128] = of(q), clamped to int8. */
function tabulate(of: (q: number) => number): Int8Array {
  return Int8Array.from({ length: 256 }, (_, k) => Math.max(-128, Math.min(127, of(k - 128))));
}

const ARGUMENT_INTEGER_BITS = 4;

/** TFLite's int8 logistic and tanh: fixed-point functions of the input with four integer bits, exact to the bit. */
function sigmoidal(input: Affine, of: (a: number) => number, low: number, high: number): Int8Array {
  const { multiplier, shift } = quantizeMultiplier(input.scale * 2 ** (31 - ARGUMENT_INTEGER_BITS));
  const largest = (2 ** ARGUMENT_INTEGER_BITS - 1) * 2 ** (31 - ARGUMENT_INTEGER_BITS);
  const radius = Math.floor(largest / 2 ** shift);
  return tabulate((q) => {
    const x = q - input.zeroPoint;
    if (x <= -radius) return low;
    if (x >= radius) return high;
    return of(multiplyByQuantizedMultiplier(x, multiplier, shift));
  });
}

/** Output scale 1/256, zero point -128. */
export function logisticTable(input: Affine): Int8Array {
  return sigmoidal(input, (a) => roundingShiftRight(logistic(a, ARGUMENT_INTEGER_BITS), 23) - 128, -128, 127);
}

/** Output scale 1/128, zero point 0. */
export function tanhTable(input: Affine): Int8Array {
  return sigmoidal(input, (a) => roundingShiftRight(hyperbolicTangent(a, ARGUMENT_INTEGER_BITS), 24), -128, 127);
}

/** From one quantization to another by a Q31 multiplier; the factor is as TFLite's kernel computes it. */
export function rescaleTable(input: Affine, output: Affine, factor: number, lowest = -128): Int8Array {
  const { multiplier, shift } = quantizeMultiplier(factor);
  return tabulate((q) =>
    Math.max(lowest, output.zeroPoint + multiplyByQuantizedMultiplier(q - input.zeroPoint, multiplier, shift)),
  );
}

/** TFLite's RELU rescales; its factor is a float32 quotient. */
export function reluTable(input: Affine, output: Affine): Int8Array {
  return rescaleTable(input, output, Math.fround(input.scale / output.scale), output.zeroPoint);
}

/** TFLite's RELU6 only clamps, in the quantization of its input. */
export function relu6Table(input: Affine): Int8Array {
  const six = input.zeroPoint + roundHalfAway(Math.fround(6 / input.scale));
  return tabulate((q) => Math.min(Math.max(q, input.zeroPoint), six));
}

/** TFLite's LEAKY_RELU: two float32 factors, one on either side of zero. */
export function leakyReluTable(input: Affine, output: Affine, alpha: number): Int8Array {
  const identity = quantizeMultiplier(Math.fround(input.scale / output.scale));
  const slope = Math.fround(Math.fround(input.scale * alpha) / output.scale);
  const below = quantizeMultiplier(Math.abs(slope));
  return tabulate((q) => {
    const x = q - input.zeroPoint;
    const scaled =
      x >= 0
        ? multiplyByQuantizedMultiplier(x, identity.multiplier, identity.shift)
        : Math.sign(slope) * multiplyByQuantizedMultiplier(x, below.multiplier, below.shift);
    return output.zeroPoint + scaled;
  });
}

/** ELU in float32, for which TFLite goes by a table too. */
export function eluTable(input: Affine, output: Affine): Int8Array {
  return tabulate((q) => {
    const x = Math.fround(input.scale * (q - input.zeroPoint));
    const y = x < 0 ? Math.fround(Math.expm1(x)) : x;
    return output.zeroPoint + roundHalfAway(Math.fround(y / output.scale));
  });
}

const saturate16 = (x: number): number => Math.max(-32768, Math.min(32767, x));
/** a * b / 2^15 in 16 bits, to the nearest. */
const high16 = (a: number, b: number): number => {
  const product = a * b;
  return a === -32768 && b === -32768 ? 32767 : Math.trunc((product + (product >= 0 ? 16384 : -16383)) / 32768);
};
/** A Q31 multiplier in 16 bits. */
const narrow = (multiplier: number): number => (multiplier >= 2147483647 - 32768 ? 32767 : (multiplier + 32768) >> 16);

/**
 * TFLite's HARD_SWISH, x * relu6(x + 3) / 6 in 16-bit fixed point: input scaled up by 2^7, one multiplier to the output's
 * scale, one to units of 3 / 32768. Null where the first is above one, which TFLite refuses.
 */
export function hardSwishTable(input: Affine, output: Affine): Int8Array | null {
  const fine = Math.fround(input.scale / 128);
  const toOutput = quantizeMultiplier(Math.fround(fine / output.scale));
  const toRelu = quantizeMultiplier(Math.fround(fine / Math.fround(3 / 32768)));
  if (toOutput.shift > 0) return null;
  const reluShift = toRelu.shift;
  return tabulate((q) => {
    const x = (q - input.zeroPoint) * 128;
    let relu = x;
    if (reluShift > 0) relu = saturate16(relu * 2 ** (reluShift - 1));
    relu = high16(relu, narrow(toRelu.multiplier));
    if (reluShift > 0) relu = saturate16(relu * 2);
    if (reluShift < 0) relu = roundingShiftRight(relu, Math.min(31, -reluShift));
    const gate = (relu + 32768) >> 1;
    const product = Math.trunc((gate * high16(x, narrow(toOutput.multiplier))) / 32768);
    return output.zeroPoint + roundingShiftRight(product, Math.min(31, -toOutput.shift));
  });
}

/** TFLite's ABS: rescaled only where the scales differ. */
export function absTable(input: Affine, output: Affine): Int8Array {
  const { multiplier, shift } = quantizeMultiplier(Math.fround(input.scale / output.scale));
  return tabulate((q) => {
    const x = Math.abs(q - input.zeroPoint);
    const scaled = input.scale === output.scale ? x : multiplyByQuantizedMultiplier(x, multiplier, shift);
    return output.zeroPoint + scaled;
  });
}

/** Bits behind the point of TFLite's RSQRT on the way. */
const RSQRT_BITS = 20;

/**
 * TFLite's RSQRT: 1 / sqrt of the integer, then one multiplier to the output's scale. Zero gives the largest output; negative
 * numbers do too, which TFLite refuses at run time. Null where the scales make a shift beyond int32.
 */
export function rsqrtTable(input: Affine, output: Affine): Int8Array | null {
  const { multiplier, shift } = quantizeMultiplier(1 / Math.fround(Math.fround(Math.sqrt(input.scale)) * output.scale));
  const left = shift - RSQRT_BITS;
  if (left < -31 || 2 ** RSQRT_BITS * 2 ** left >= 2 ** 31) return null;
  return tabulate((q) => {
    const x = q - input.zeroPoint;
    if (x <= 0) return 127;
    const root = inverseSquareRoot(x);
    const fine = multiplyByQuantizedMultiplier(1, root.multiplier, root.shift + RSQRT_BITS);
    return output.zeroPoint + multiplyByQuantizedMultiplier(fine, multiplier, left);
  });
}
