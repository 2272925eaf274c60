import type { ReshapeOp } from '../../integer-ops.js';
import type { IntegerRule } from '../../integer-rule.js';
import { elementCount } from '../../tensor.js';
import { sameQuantization } from './numbers.js';

/** The same bytes under another shape. */
export const reshapeRule: IntegerRule<ReshapeOp> = {
  inputs: [1, 1],
  constants: () => [],
  outputShape: (graph, op) => {
    const from = graph.tensors[op.input].shape;
    const to = graph.tensors[op.output].shape;
    return elementCount(from) === elementCount(to)
      ? to
      : `cannot make [${to.join(', ')}] of the ${elementCount(from)} values of [${from.join(', ')}]`;
  },
  checkNumbers: (graph, op) =>
    sameQuantization(graph, op.input, op.output) ? null : 'changes the quantization from input to output',
  bound: () => 0,
  macs: () => 0,
  prepare:
    () =>
    ([x], output) =>
      output.set(x),
};
