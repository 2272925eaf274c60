import { hyperbolicTangent, logistic } from '../../fixed-point.js';
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
