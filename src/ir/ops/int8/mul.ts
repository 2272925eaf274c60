import type { MulOp } from '../../integer-ops.js';
import type { IntegerRule } from '../../integer-rule.js';
import { sameShapes } from './add.js';
import { checkRequantize, clamp, scaleOf, zeroPointOf } from './numbers.js';

/** The product of two tensors of one shape, element by element. */
export const mulRule: IntegerRule<MulOp> = {
  inputs: [2, 2],
  constants: () => [],
  outputShape: (graph, op) => sameShapes(op.inputs.map((id) => graph.tensors[id].shape)),
  checkNumbers: (graph, op) => checkRequantize(graph, op.requantize, 1, op.output),
  bound: (_graph, op) => 256 * 256 * 2 ** Math.max(0, op.requantize.shift[0]),
  macs: () => 0,
  prepare: (graph, op) => {
    const [zeroA, zeroB] = op.inputs.map((id) => zeroPointOf(graph, id));
    const { multiplier, shift, zeroPoint, clampMin, clampMax } = op.requantize;
    const scale = scaleOf(graph);
    return ([x, y], output) => {
      for (let i = 0; i < output.length; i++) {
        const product = (x[i] - zeroA) * (y[i] - zeroB);
        output[i] = clamp(zeroPoint + scale(product, multiplier[0], shift[0]), clampMin, clampMax);
      }
    };
  },
};
