import type { RescaleOp } from '../../integer-ops.js';
import type { IntegerRule } from '../../integer-rule.js';
import { reachOf, requantizedBound } from '../accumulator-bound.js';
import { checkRequantize, clamp, scaleOf, zeroPointOf } from './numbers.js';

/** From one scale, zero point and width to another. */
export const rescaleRule: IntegerRule<RescaleOp> = {
  inputs: [1, 1],
  constants: () => [],
  outputShape: (graph, op) => graph.tensors[op.input].shape,
  checkNumbers: (graph, op) =>
    op.requantize.multiplierBits === undefined
      ? checkRequantize(graph, op.requantize, 1, op.output)
      : 'has multipliers of 15 bits',
  bound: (graph, op) => requantizedBound(op.requantize, 0, reachOf(graph, op.input)),
  macs: () => 0,
  prepare: (graph, op) => {
    const zero = zeroPointOf(graph, op.input);
    const { multiplier, shift, zeroPoint, clampMin, clampMax } = op.requantize;
    const scale = scaleOf(graph);
    return ([x], output) => {
      for (let i = 0; i < output.length; i++) {
        output[i] = clamp(zeroPoint + scale(x[i] - zero, multiplier[0], shift[0]), clampMin, clampMax);
      }
    };
  },
};
