import { expOnNegativeValues, reciprocal } from '../../fixed-point.js';
import type { SoftmaxOp } from '../../integer-ops.js';
import type { IntegerRule } from '../../integer-rule.js';
import { multiplyByQuantizedMultiplier, quantizeMultiplier, roundingShiftRight } from '../../requantize.js';
import { saturatingHighMultiply } from '../../fixed-point.js';
import { checkMultiplier, clamp, scaleOfTensor, zeroPointOf } from './numbers.js';

/** Integer bits of exp's argument: differences down to -32. */
const DIFF_INTEGER_BITS = 5;
/** Integer bits of the sum of exponentials: up to 4096 of them. */
const SUM_INTEGER_BITS = 12;

export const SOFTMAX_OUTPUT = { scale: 1 / 256, zeroPoint: -128 } as const;

/** `inputMultiplier` and `diffMin` of a softmax op, as TFLite computes them. beta * scale * 2^26 must be above 1. */
export function softmaxNumbers(inputScale: number, beta: number): Pick<SoftmaxOp, 'inputMultiplier' | 'diffMin'> {
  const inputMultiplier = quantizeMultiplier(Math.min(beta * inputScale * 2 ** (31 - DIFF_INTEGER_BITS), 2147483647));
  const radius = ((2 ** DIFF_INTEGER_BITS - 1) * 2 ** (31 - DIFF_INTEGER_BITS)) / 2 ** inputMultiplier.shift;
  return { inputMultiplier, diffMin: -Math.floor(radius) };
}

/** TFLite's integer softmax along the last axis. It rounds as TFLite whatever the graph's `rounding`. */
export const softmaxRule: IntegerRule<SoftmaxOp> = {
  inputs: [1, 1],
  constants: () => [],
  outputShape: (graph, op) => graph.tensors[op.input].shape,
  checkNumbers: (graph, op) => {
    if (scaleOfTensor(graph, op.output) !== SOFTMAX_OUTPUT.scale || zeroPointOf(graph, op.output) !== -128) {
      return 'needs the output scale 1/256 and zero point -128';
    }
    const { shape } = graph.tensors[op.input];
    if (shape[shape.length - 1] >= 2 ** SUM_INTEGER_BITS) return `sums ${shape[shape.length - 1]} exponentials`;
    if (!Number.isInteger(op.diffMin) || op.diffMin > 0) return `has the smallest difference ${op.diffMin}`;
    const { shift } = op.inputMultiplier;
    if (shift < 0 || -op.diffMin * 2 ** shift > 2 ** 31) return `has the input shift ${shift}`;
    return checkMultiplier({ ...graph, rounding: 'tflite' }, op.inputMultiplier);
  },
  bound: () => 255,
  macs: () => 0,
  prepare: (graph, op) => {
    const { shape } = graph.tensors[op.input];
    const depth = shape[shape.length - 1];
    const { multiplier, shift } = op.inputMultiplier;
    const exp = (difference: number): number =>
      expOnNegativeValues(multiplyByQuantizedMultiplier(difference, multiplier, shift), DIFF_INTEGER_BITS);
    return ([x], output) => {
      for (let start = 0; start < x.length; start += depth) {
        let most = -128;
        for (let i = start; i < start + depth; i++) most = Math.max(most, x[i]);
        let sum = 0;
        for (let i = start; i < start + depth; i++) {
          if (x[i] - most >= op.diffMin) sum += roundingShiftRight(exp(x[i] - most), SUM_INTEGER_BITS);
        }
        const { scale, bitsOverUnit } = reciprocal(sum, SUM_INTEGER_BITS);
        for (let i = start; i < start + depth; i++) {
          const difference = x[i] - most;
          const probability =
            difference < op.diffMin
              ? 0
              : roundingShiftRight(saturatingHighMultiply(scale, exp(difference)), bitsOverUnit + 23);
          output[i] = clamp(probability - 128, -128, 127);
        }
      }
    };
  },
};
