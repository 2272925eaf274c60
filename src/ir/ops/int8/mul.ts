import type { MulOp } from '../../integer-ops.js';
import type { IntegerRule } from '../../integer-rule.js';
import { reachOf } from '../accumulator-bound.js';
import { checkRequantize, clamp, scaleOf, zeroPointOf } from './numbers.js';
import { constantOperands, constantValues, operandsOf, shapeOfTwo } from './operands.js';

/** The product of two tensors, element by element; the second may repeat along the leading axes. */
export const mulRule: IntegerRule<MulOp> = {
  inputs: [1, 2],
  constants: constantOperands,
  outputShape: (graph, op) => shapeOfTwo(graph, op, true),
  checkNumbers: (graph, op) => checkRequantize(graph, op.requantize, 1, op.output),
  bound: (graph, op) => {
    const [a, b] = operandsOf(op).map((id) => reachOf(graph, id));
    return a * b * 2 ** Math.max(0, op.requantize.shift[0]);
  },
  macs: () => 0,
  prepare: (graph, op) => {
    const [zeroA, zeroB] = operandsOf(op).map((id) => zeroPointOf(graph, id));
    const { multiplier, shift, zeroPoint, clampMin, clampMax } = op.requantize;
    const scale = scaleOf(graph);
    const constant = constantValues(graph, op);
    return ([x, second], output) => {
      const y = constant ?? second;
      for (let i = 0; i < output.length; i++) {
        const product = (x[i] - zeroA) * (y[i % y.length] - zeroB);
        output[i] = clamp(zeroPoint + scale(product, multiplier[0], shift[0]), clampMin, clampMax);
      }
    };
  },
};
