import type { StridedCopyOp } from '../../integer-ops.js';
import type { IntegerRule } from '../../integer-rule.js';
import { elementCount } from '../../tensor.js';
import { sameQuantization } from './numbers.js';

/** Axes that the kernel loops over. */
export const STRIDED_COPY_AXES = 5;

/** The same bytes in other places: slices, transpositions, repetitions. */
export const stridedCopyRule: IntegerRule<StridedCopyOp> = {
  inputs: [1, 1],
  constants: () => [],
  outputShape: (graph, op) => {
    const { shape } = graph.tensors[op.output];
    const { offset, strides } = op;
    if (strides.length !== shape.length || ![offset, ...strides].every(Number.isInteger))
      return 'has no stride an axis';
    const ends = strides.map((stride, k) => stride * (shape[k] - 1));
    const lowest = offset + ends.reduce((n, end) => n + Math.min(0, end), 0);
    const highest = offset + ends.reduce((n, end) => n + Math.max(0, end), 0);
    const size = elementCount(graph.tensors[op.input].shape);
    return lowest >= 0 && highest < size ? shape : `reads places ${lowest} to ${highest} of ${size}`;
  },
  checkNumbers: (graph, op) =>
    sameQuantization(graph, op.input, op.output) ? null : 'changes the quantization from input to output',
  bound: () => 0,
  macs: () => 0,
  prepare: (graph, op) => {
    const { shape } = graph.tensors[op.output];
    const last = shape.length - 1;
    return ([x], output) => {
      let place = 0;
      const copy = (axis: number, from: number): void => {
        for (let i = 0; i < shape[axis]; i++) {
          const at = from + i * op.strides[axis];
          if (axis === last) output[place++] = x[at];
          else copy(axis + 1, at);
        }
      };
      copy(0, op.offset);
    };
  },
};

/** Neighbouring axes that one loop can serve are joined, those of one place left out: [size, stride] of what remains. */
export function joinedAxes(
  shape: readonly number[],
  strides: readonly number[],
): readonly (readonly [size: number, stride: number])[] {
  const axes: (readonly [number, number])[] = [];
  shape.forEach((size, k) => {
    if (size === 1) return;
    const before = axes.at(-1);
    if (before !== undefined && before[1] === size * strides[k]) axes[axes.length - 1] = [before[0] * size, strides[k]];
    else axes.push([size, strides[k]]);
  });
  return axes;
}
