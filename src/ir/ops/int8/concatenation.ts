import type { ConcatenationOp } from '../../integer-ops.js';
import type { IntegerRule } from '../../integer-rule.js';
import { elementCount } from '../../tensor.js';
import { sameQuantization } from './numbers.js';

/** Tensors behind each other along one axis. */
export const concatenationRule: IntegerRule<ConcatenationOp> = {
  inputs: [1, 64],
  constants: () => [],
  outputShape: (graph, op) => {
    const shapes = op.inputs.map((id) => graph.tensors[id].shape);
    const [first] = shapes;
    const { axis } = op;
    if (!Number.isInteger(axis) || axis < 0 || axis >= first.length) return `has no axis ${axis} to join along`;
    const other = shapes.find((s) => s.length !== first.length || s.some((d, k) => k !== axis && d !== first[k]));
    if (other !== undefined) return `cannot join [${first.join(', ')}] and [${other.join(', ')}] along axis ${axis}`;
    return first.map((d, k) => (k === axis ? shapes.reduce((n, s) => n + s[axis], 0) : d));
  },
  checkNumbers: (graph, op) =>
    op.inputs.every((id) => sameQuantization(graph, id, op.output))
      ? null
      : 'joins inputs whose quantization is not that of the output',
  bound: () => 0,
  macs: () => 0,
  prepare: (graph, op) => {
    const { shape } = graph.tensors[op.output];
    const runs = elementCount(shape.slice(0, op.axis));
    const lengths = op.inputs.map((id) => elementCount(graph.tensors[id].shape) / runs);
    return (inputs, output) => {
      let place = 0;
      for (let run = 0; run < runs; run++) {
        inputs.forEach((x, k) => {
          output.set(x.subarray(run * lengths[k], (run + 1) * lengths[k]), place);
          place += lengths[k];
        });
      }
    };
  },
};
