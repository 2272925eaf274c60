import type { ExtremumOp } from '../../integer-ops.js';
import type { IntegerRule } from '../../integer-rule.js';
import { sameQuantization } from './numbers.js';
import { shapeOfTwo } from './operands.js';

/** The larger or smaller byte of two tensors of one shape. */
function extremumRule<O extends ExtremumOp>(of: (a: number, b: number) => number): IntegerRule<O> {
  return {
    inputs: [2, 2],
    constants: () => [],
    outputShape: (graph, op) => shapeOfTwo(graph, op, false),
    checkNumbers: (graph, op) =>
      op.inputs.every((id) => sameQuantization(graph, id, op.output))
        ? null
        : 'compares inputs whose quantization is not that of the output',
    bound: () => 0,
    macs: () => 0,
    prepare:
      () =>
      ([x, y], output) => {
        for (let i = 0; i < output.length; i++) output[i] = of(x[i], y[i]);
      },
  };
}

export const maximumRule = extremumRule<ExtremumOp<'maximum'>>(Math.max);
export const minimumRule = extremumRule<ExtremumOp<'minimum'>>(Math.min);
