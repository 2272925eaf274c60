import type { QuantizedGraph } from '../../graph.js';
import type { BatchMatmulOp } from '../../integer-ops.js';
import type { IntegerRule } from '../../integer-rule.js';
import { elementCount } from '../../tensor.js';
import { reachOf } from '../accumulator-bound.js';
import { checkRequantize, clamp, scaleOf, zeroPointOf } from './numbers.js';

/** The sizes of the products. */
export interface MatmulSizes {
  readonly batches: number;
  readonly rows: number;
  readonly depth: number;
  readonly columns: number;
}

export function matmulSizes(graph: QuantizedGraph, op: BatchMatmulOp): MatmulSizes {
  const a = graph.tensors[op.inputs[0]].shape;
  const [rows, columns] = graph.tensors[op.output].shape.slice(-2);
  return { batches: elementCount(a.slice(0, -2)), rows, depth: a[a.length - 1], columns };
}

/** Products of pairs of matrices, one pair for each place of the leading axes. */
export const batchMatmulRule: IntegerRule<BatchMatmulOp> = {
  inputs: [2, 2],
  constants: () => [],
  outputShape: (graph, op) => {
    if (typeof op.transposeB !== 'boolean') return 'lacks a member';
    const [a, b] = op.inputs.map((id) => graph.tensors[id].shape);
    const shapes = `[${a.join(', ')}] and [${b.join(', ')}]`;
    if (a.length < 2 || String(a.slice(0, -2)) !== String(b.slice(0, -2))) return `takes no matrices ${shapes}`;
    const [depth, columns] = op.transposeB ? [b[b.length - 1], b[b.length - 2]] : b.slice(-2);
    return a[a.length - 1] === depth ? [...a.slice(0, -1), columns] : `cannot multiply ${shapes}`;
  },
  checkNumbers: (graph, op) => checkRequantize(graph, op.requantize, 1, op.output),
  bound: (graph, op) => {
    const [a, b] = op.inputs.map((id) => reachOf(graph, id));
    return a * b * matmulSizes(graph, op).depth * 2 ** Math.max(0, op.requantize.shift[0]);
  },
  macs: (graph, op) => {
    const { batches, rows, depth, columns } = matmulSizes(graph, op);
    return batches * rows * depth * columns;
  },
  prepare: (graph, op) => {
    const { batches, rows, depth, columns } = matmulSizes(graph, op);
    const [zeroA, zeroB] = op.inputs.map((id) => zeroPointOf(graph, id));
    const [down, along] = op.transposeB ? [1, depth] : [columns, 1];
    const { multiplier, shift, zeroPoint, clampMin, clampMax } = op.requantize;
    const scale = scaleOf(graph);
    return ([a, b], output) => {
      let place = 0;
      for (let batch = 0; batch < batches; batch++) {
        for (let row = 0; row < rows; row++) {
          const first = (batch * rows + row) * depth;
          for (let column = 0; column < columns; column++) {
            let sum = 0;
            const at = batch * depth * columns + column * along;
            for (let k = 0; k < depth; k++) sum += (a[first + k] - zeroA) * (b[at + k * down] - zeroB);
            output[place++] = clamp(zeroPoint + scale(sum, multiplier[0], shift[0]), clampMin, clampMax);
          }
        }
      }
    };
  },
};
