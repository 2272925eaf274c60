import type { QuantizedGraph } from '../../ir/graph.js';
import type { StridedCopyOp } from '../../ir/integer-ops.js';
import { stridesOf } from './broadcast.js';
import { int32Constant, type OperatorParts } from './write-op.js';

const NOTHING = 'it is no slice and no transposition: a repetition, or a copy between other numbers of axes';

/** A copy as the TRANSPOSE or STRIDED_SLICE that computes the same, or why there is none. */
export function writeCopy(graph: QuantizedGraph, op: StridedCopyOp): OperatorParts | string {
  const [from, to] = [op.input, op.output].map((id) => graph.tensors[id].shape);
  if (from.length !== to.length) return NOTHING;
  const strides = stridesOf(from);
  const order = to.map((size, k) =>
    strides.findIndex((stride, axis) => stride === op.strides[k] && from[axis] === size),
  );
  if (op.offset === 0 && new Set(order).size === to.length && !order.includes(-1)) {
    const permutation = int32Constant(`${op.name}_order`, [to.length + 1], [0, ...order.map((axis) => axis + 1)]);
    return {
      code: 'TRANSPOSE',
      inputs: op.inputs,
      constants: [permutation],
      options: { type: 'transpose', fields: [] },
    };
  }
  const steps = op.strides.map((stride, k) => stride / strides[k]);
  let rest = op.offset;
  const begin = strides.map((stride) => {
    const first = Math.floor(rest / stride);
    rest -= first * stride;
    return first;
  });
  const end = begin.map((first, k) => first + (to[k] - 1) * steps[k] + 1);
  if (!steps.every((n) => Number.isInteger(n) && n > 0) || end.some((n, k) => n > from[k])) return NOTHING;
  const constants = ([begin, end, steps] as const).map((numbers, k) =>
    int32Constant(`${op.name}_${['begin', 'end', 'steps'][k]}`, [to.length + 1], [k === 0 ? 0 : 1, ...numbers]),
  );
  return { code: 'STRIDED_SLICE', inputs: op.inputs, constants, options: { type: 'strided_slice', fields: [] } };
}
