import { opInputs, type QuantizedGraph, type QuantizedOp } from '../ir/graph.js';
import { integerRule } from '../ir/integer-rules.js';
import type { LstmOp } from '../ir/integer-ops.js';
import type { Tensor } from '../ir/tensor.js';

/** Constants that an op reads, by tensor id. */
export function opConstants(op: QuantizedOp): readonly number[] {
  if (op.kind === 'lookup') return [op.table];
  if (op.kind === 'fully_connected') return op.bias === null ? [op.weights] : [op.weights, op.bias];
  return integerRule(op)
    .constants(op)
    .map((c) => c.id);
}

/** The op with every tensor id replaced. */
export function renumberOp(op: QuantizedOp, to: (id: number) => number): QuantizedOp {
  const moved = { ...op, input: to(op.input), output: to(op.output) } as QuantizedOp & Record<string, unknown>;
  const ids: Record<string, unknown> = {};
  if ('inputs' in op) ids['inputs'] = op.inputs.map(to);
  if ('weights' in op) ids['weights'] = to(op.weights);
  if ('bias' in op) ids['bias'] = op.bias === null ? null : to(op.bias);
  if ('table' in op) ids['table'] = to(op.table);
  if ('constant' in op && op.constant !== undefined) ids['constant'] = to(op.constant);
  for (const id of ['inputWeights', 'recurrentWeights', 'gateBias'] as const)
    if (id in op) ids[id] = to((op as LstmOp)[id]);
  if ('slopes' in op) ids['slopes'] = to(op.slopes);
  return { ...moved, ...ids };
}

/** The graph without tensors that nobody reads or writes; ids are their places again. */
export function dropUnusedTensors(graph: QuantizedGraph): QuantizedGraph {
  const used = new Set([graph.input, graph.output]);
  for (const op of graph.ops) for (const id of [...opInputs(op), ...opConstants(op), op.output]) used.add(id);
  if (used.size === graph.tensors.length) return graph;
  const kept = graph.tensors.filter((t) => used.has(t.id));
  const places = new Map(kept.map((t, place) => [t.id, place]));
  const to = (id: number): number => places.get(id)!;
  return {
    ...graph,
    tensors: kept.map((t): Tensor => ({ ...t, id: to(t.id) })),
    ops: graph.ops.map((op) => renumberOp(op, to)),
    input: to(graph.input),
    output: to(graph.output),
  };
}

/** Ops that read the tensor. */
export function readersOf(graph: QuantizedGraph, tensor: number): readonly QuantizedOp[] {
  return graph.ops.filter((op) => opInputs(op).includes(tensor));
}

/** The op that writes the tensor; undefined for the input. */
export function writerOf(graph: QuantizedGraph, tensor: number): QuantizedOp | undefined {
  return graph.ops.find((op) => op.output === tensor);
}

/** `old` gives way to `by` (null: to nothing). */
export function replaceOp(graph: QuantizedGraph, old: QuantizedOp, by: QuantizedOp | null): QuantizedGraph {
  return { ...graph, ops: graph.ops.flatMap((op) => (op !== old ? [op] : by === null ? [] : [by])) };
}

/** The op reading `to` wherever it read `from`. */
export function readInstead<O extends QuantizedOp>(op: O, from: number, to: number): O {
  return renumberOp(op, (id) => (id === from ? to : id)) as O;
}
