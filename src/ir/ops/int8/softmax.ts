import { expOnNegativeValues, reciprocal } from '../../fixed-point.js';
import type { SoftmaxOp } from '../../integer-ops.js';
import type { QuantizedGraph } from '../../graph.js';
import type { IntegerRule, IntegerStep } from '../../integer-rule.js';
import { multiplyByQuantizedMultiplier, quantizeMultiplier, roundingShiftRight } from '../../requantize.js';
import { saturatingHighMultiply } from '../../fixed-point.js';
import type { DType } from '../../tensor.js';
import { checkMultiplier, clamp, scaleOfTensor, zeroPointOf } from './numbers.js';
import { DIFF_MIN_INT16, SOFTMAX_OUTPUT_INT16, softmaxInt16, softmaxNumbersInt16 } from './softmax-int16.js';

/** Integer bits of exp's argument: differences down to -32. */
const DIFF_INTEGER_BITS = 5;
/** Integer bits of the sum of exponentials: up to 4096 of them. */
const SUM_INTEGER_BITS = 12;

export const SOFTMAX_OUTPUT = { scale: 1 / 256, zeroPoint: -128 } as const;

/** `inputMultiplier` and `diffMin` of a softmax op, as TFLite computes them. int8: beta * scale * 2^26 must be above 1. */
export function softmaxNumbers(
  inputScale: number,
  beta: number,
  dtype: DType = 'int8',
): Pick<SoftmaxOp, 'inputMultiplier' | 'diffMin'> {
  if (dtype === 'int16') return softmaxNumbersInt16(inputScale, beta);
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
    const wide = graph.tensors[op.output].dtype === 'int16';
    const wanted = wide ? SOFTMAX_OUTPUT_INT16 : SOFTMAX_OUTPUT;
    if (scaleOfTensor(graph, op.output) !== wanted.scale || zeroPointOf(graph, op.output) !== wanted.zeroPoint) {
      return `needs the output scale 1/${1 / wanted.scale} and zero point ${wanted.zeroPoint}`;
    }
    const { shape } = graph.tensors[op.input];
    if (shape[shape.length - 1] >= 2 ** SUM_INTEGER_BITS) return `sums ${shape[shape.length - 1]} exponentials`;
    if (!Number.isInteger(op.diffMin) || op.diffMin > 0) return `has the smallest difference ${op.diffMin}`;
    const { shift } = op.inputMultiplier;
    if (wide) {
      if (op.diffMin !== DIFF_MIN_INT16) return `has the smallest difference ${op.diffMin}`;
      if (65535 * 2 ** Math.max(0, shift) >= 2 ** 31) return `has the input shift ${shift}`;
    } else if (shift < 0 || -op.diffMin * 2 ** shift > 2 ** 31) return `has the input shift ${shift}`;
    return checkMultiplier({ ...graph, rounding: 'tflite' }, op.inputMultiplier);
  },
  bound: () => 255,
  macs: () => 0,
  prepare: (graph, op) =>
    graph.tensors[op.output].dtype === 'int16' ? softmaxInt16(graph, op) : softmaxInt8(graph, op),
};

/** exp of a difference of inputs that is not positive, without integer bits. */
function expOf({ inputMultiplier: { multiplier, shift } }: SoftmaxOp, difference: number): number {
  return expOnNegativeValues(multiplyByQuantizedMultiplier(difference, multiplier, shift), DIFF_INTEGER_BITS);
}

/** The exponentials of all differences that count: 0, -1, … down to `diffMin` or the last that int8 values have. */
export function softmaxExps(op: SoftmaxOp): number[] {
  return Array.from({ length: Math.min(255, -op.diffMin) + 1 }, (_, k) => expOf(op, -k));
}

function softmaxInt8(graph: QuantizedGraph, op: SoftmaxOp): IntegerStep {
  const { shape } = graph.tensors[op.input];
  const depth = shape[shape.length - 1];
  const exp = (difference: number): number => expOf(op, difference);
  return ([x], output) => {
    for (let start = 0; start < x.length; start += depth) {
      let most = -128;
      for (let i = start; i < start + depth; i++) most = Math.max(most, x[i]);
      let sum = 0;
      for (let i = start; i < start + depth; i++) {
        if (x[i] - most >= op.diffMin) sum += roundingShiftRight(exp(x[i] - most), SUM_INTEGER_BITS);
      }
      const { scale, bitsOverUnit } = reciprocal(sum, SUM_INTEGER_BITS);
      const right = bitsOverUnit + 23;
      for (let i = start; i < start + depth; i++) {
        const difference = x[i] - most;
        const probability =
          difference < op.diffMin || right > 31
            ? 0
            : roundingShiftRight(saturatingHighMultiply(scale, exp(difference)), right);
        output[i] = clamp(probability - 128, -128, 127);
      }
    }
  };
}
