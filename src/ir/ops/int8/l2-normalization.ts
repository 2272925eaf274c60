import { inverseSquareRoot } from '../../fixed-point.js';
import type { L2NormalizationOp } from '../../integer-ops.js';
import type { IntegerRule } from '../../integer-rule.js';
import { multiplyByQuantizedMultiplier } from '../../requantize.js';
import { reachOf } from '../accumulator-bound.js';
import { clamp, scaleOfTensor, zeroPointOf } from './numbers.js';

/** The output counts in units of 1/128. */
const OUTPUT_SHIFT = 7;

/** Rows along the last axis divided by their length. It rounds as TFLite whatever the graph's `rounding`. */
export const l2NormalizationRule: IntegerRule<L2NormalizationOp> = {
  inputs: [1, 1],
  constants: () => [],
  outputShape: (graph, op) => graph.tensors[op.input].shape,
  checkNumbers: (graph, op) =>
    scaleOfTensor(graph, op.output) === 2 ** -OUTPUT_SHIFT && zeroPointOf(graph, op.output) === 0
      ? null
      : 'needs the output scale 1/128 and zero point 0',
  bound: (graph, op) => {
    const { shape } = graph.tensors[op.input];
    return reachOf(graph, op.input) ** 2 * shape[shape.length - 1];
  },
  macs: () => 0,
  prepare: (graph, op) => {
    const { shape } = graph.tensors[op.input];
    const depth = shape[shape.length - 1];
    const zero = zeroPointOf(graph, op.input);
    return ([x], output) => {
      for (let start = 0; start < x.length; start += depth) {
        let sum = 0;
        for (let i = start; i < start + depth; i++) sum += (x[i] - zero) ** 2;
        const { multiplier, shift } = inverseSquareRoot(sum);
        for (let i = start; i < start + depth; i++) {
          const y = multiplyByQuantizedMultiplier(x[i] - zero, multiplier, shift + OUTPUT_SHIFT);
          output[i] = clamp(y, -128, 127);
        }
      }
    };
  },
};
