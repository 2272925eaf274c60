import type { QuantizedGraph, QuantizedOp } from '../../ir/graph.js';
import type { AddOp, MulOp, SubOp } from '../../ir/integer-ops.js';
import { elementCount, type Tensor } from '../../ir/tensor.js';
import { constantValue, valueRanges, type ChannelRanges } from '../analysis/value-ranges.js';
import { dropUnusedTensors, replaceOp } from '../graph-edit.js';

/**
 * A sum, difference or product with a tensor that has the same values for every input takes these as its constant: what made
 * them is computed here once, by the ranges that the integer reference gives, and need not run.
 */
export function foldConstants(graph: QuantizedGraph, untouched: ReadonlySet<string>): QuantizedGraph {
  const candidates = graph.ops
    .filter(isSum)
    .filter(({ name, inputs }) => inputs.length === 2 && inputs[0] !== inputs[1] && !untouched.has(name));
  if (candidates.length === 0) return graph;
  const ranges = valueRanges(graph);
  for (const op of candidates) {
    const [first, second] = op.inputs;
    const kept = graph.tensors[first];
    // Repeated along the leading axes, the constant has to make the shape that the other operand has.
    const fits = (id: number): boolean => elementCount(graph.tensors[id].shape) <= elementCount(kept.shape);
    const last = constantsOf(ranges.get(second)!);
    if (last !== null && fits(second)) return withConstant(graph, op, first, second, last);
    const before = constantsOf(ranges.get(first)!);
    const same = String(kept.shape) === String(graph.tensors[second].shape);
    if (before !== null && same && op.kind !== 'sub') return withConstant(graph, swapped(op), second, first, before);
  }
  return graph;
}

function isSum(op: QuantizedOp): op is AddOp | SubOp | MulOp {
  return op.kind === 'add' || op.kind === 'sub' || op.kind === 'mul';
}

/** The one value of each channel, or null. */
function constantsOf(ranges: ChannelRanges): number[] | null {
  const values = Array.from(ranges.low, (_, c) => constantValue(ranges, c));
  return values.every((v) => v !== null) ? values : null;
}

function swapped<O extends AddOp | MulOp>(op: O): O {
  if (!('inputMultipliers' in op)) return op;
  const [a, b] = op.inputMultipliers;
  return { ...op, inputMultipliers: [b, a] };
}

function withConstant(
  graph: QuantizedGraph,
  op: AddOp | SubOp | MulOp,
  kept: number,
  constant: number,
  values: readonly number[],
): QuantizedGraph {
  const { name, dtype, quant } = graph.tensors[constant];
  const id = graph.tensors.length;
  const data = dtype === 'int16' ? Int16Array.from(values) : Int8Array.from(values);
  const tensor: Tensor = { id, name: `${name}_value`, shape: [values.length], dtype, role: 'constant', quant, data };
  const old = graph.ops.find(({ name: n }) => n === op.name)!;
  const folded = { ...op, input: kept, inputs: [kept], constant: id } as QuantizedOp;
  return dropUnusedTensors(replaceOp({ ...graph, tensors: [...graph.tensors, tensor] }, old, folded));
}
