import type { PadOp } from '../../integer-ops.js';
import type { IntegerRule } from '../../integer-rule.js';
import { sameQuantization, zeroPointOf } from './numbers.js';

/** The input inside a frame of zeros (of its zero point). */
export const padRule: IntegerRule<PadOp> = {
  inputs: [1, 1],
  constants: () => [],
  outputShape: (graph, op) => {
    const { shape } = graph.tensors[op.input];
    const { before, after } = op;
    const fits = (pads: readonly number[]): boolean =>
      pads.length === shape.length && pads.every((n) => Number.isInteger(n) && n >= 0);
    if (!fits(before) || !fits(after)) return `has a frame that does not fit [${shape.join(', ')}]`;
    return shape.map((d, k) => before[k] + d + after[k]);
  },
  checkNumbers: (graph, op) =>
    sameQuantization(graph, op.input, op.output) ? null : 'changes the quantization from input to output',
  bound: () => 0,
  macs: () => 0,
  prepare: (graph, op) => {
    const { shape } = graph.tensors[op.input];
    const target = graph.tensors[op.output].shape;
    const zero = zeroPointOf(graph, op.input);
    const last = shape.length - 1;
    const strides = target.map((_, k) => target.slice(k + 1).reduce((n, d) => n * d, 1));
    return ([x], output) => {
      output.fill(zero);
      let from = 0;
      const copy = (axis: number, at: number): void => {
        if (axis === last) {
          output.set(x.subarray(from, from + shape[last]), at + op.before[last]);
          from += shape[last];
          return;
        }
        for (let i = 0; i < shape[axis]; i++) copy(axis + 1, at + (op.before[axis] + i) * strides[axis]);
      };
      copy(0, 0);
    };
  },
};
