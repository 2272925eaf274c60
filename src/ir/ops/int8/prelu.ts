import type { PreluOp } from '../../integer-ops.js';
import type { IntegerRule } from '../../integer-rule.js';
import { checkMultiplier, checkRequantize, clamp, scaleOf, zeroPointOf } from './numbers.js';
import { isTrailing } from './operands.js';

/** A straight line through zero, with another slope below it. */
export const preluRule: IntegerRule<PreluOp> = {
  inputs: [1, 1],
  constants: (op) => [{ id: op.slopes, what: 'slopes', role: 'constant' }],
  outputShape: (graph, op) => {
    const { shape } = graph.tensors[op.input];
    const slopes = graph.tensors[op.slopes].shape;
    return isTrailing(slopes, shape)
      ? shape
      : `has slopes [${slopes.join(', ')}] that do not repeat along [${shape.join(', ')}]`;
  },
  checkNumbers: (graph, op) =>
    checkMultiplier(graph, op.slopeMultiplier) ?? checkRequantize(graph, op.requantize, 1, op.output),
  bound: (_graph, op) =>
    Math.max(256 * 2 ** Math.max(0, op.requantize.shift[0]), 256 * 256 * 2 ** Math.max(0, op.slopeMultiplier.shift)),
  macs: () => 0,
  prepare: (graph, op) => {
    const zero = zeroPointOf(graph, op.input);
    const slopes = graph.tensors[op.slopes].data as Int8Array;
    const zeroSlope = zeroPointOf(graph, op.slopes);
    const { multiplier, shift, zeroPoint, clampMin, clampMax } = op.requantize;
    const below = op.slopeMultiplier;
    const scale = scaleOf(graph);
    return ([x], output) => {
      for (let i = 0; i < output.length; i++) {
        const value = x[i] - zero;
        const scaled =
          value >= 0
            ? scale(value, multiplier[0], shift[0])
            : scale(value * (slopes[i % slopes.length] - zeroSlope), below.multiplier, below.shift);
        output[i] = clamp(zeroPoint + scaled, clampMin, clampMax);
      }
    };
  },
};
