import { opInputs, type QuantizedGraph, type QuantizedOp } from '../../ir/graph.js';
import type { StreamedBlock } from '../../ir/memory-plan.js';
import { tensorBytes } from '../../ir/tensor.js';

/** When a run-time tensor's content matters, in op indices. */
export interface Lifetime {
  readonly tensorId: number;
  readonly bytes: number;
  /** The op that writes it; -1 for the input, which the caller writes. */
  readonly firstOp: number;
  /** The last op that reads it; the number of ops for the output, which the caller reads. */
  readonly lastOp: number;
  /** The tensor whose memory it takes over: an element-wise op writes over an input that dies there. */
  readonly sharesWith: number | null;
}

/** They write each element after they have read it for the last time, or move none. */
const IN_PLACE: readonly QuantizedOp['kind'][] = [
  'lookup',
  'add',
  'sub',
  'mul',
  'squared_difference',
  'l2_normalization',
  'maximum',
  'minimum',
  'prelu',
  'softmax',
  'rescale',
  'logistic',
  'tanh',
  'reshape',
];

/** May the op write over this input of it, if nobody reads that later? An operand that repeats is too small, and read again. */
export function writesInPlace(graph: QuantizedGraph, op: QuantizedOp, input: number): boolean {
  return IN_PLACE.includes(op.kind) && tensorBytes(graph.tensors[input]) === tensorBytes(graph.tensors[op.output]);
}

/**
 * Lifetimes of the input, activations and output, in the order in which they come to life. The ops of a block take turns, so
 * what they read lives until its last op, and what they write from its first one on. `mayGiveWay`: what else may be written over
 * than what another tensor lies in.
 */
export function tensorLifetimes(
  graph: QuantizedGraph,
  blocks: readonly StreamedBlock[] = [],
  mayGiveWay: (tensorId: number) => boolean = () => true,
): Lifetime[] {
  const firstOp = new Map<number, number>([[graph.input, -1]]);
  const lastOp = new Map<number, number>([[graph.input, -1]]);
  const blockOf = (index: number): StreamedBlock | undefined =>
    blocks.find((b) => b.firstOp <= index && index <= b.lastOp);
  graph.ops.forEach((op, index) => {
    const last = blockOf(index)?.lastOp ?? index;
    for (const id of opInputs(op)) lastOp.set(id, last);
    firstOp.set(op.output, blockOf(index)?.firstOp ?? index);
    lastOp.set(op.output, last);
  });
  lastOp.set(graph.output, graph.ops.length);

  const sharesWith = new Map<number, number>();
  graph.ops.forEach((op, index) => {
    if (blockOf(index) !== undefined) return;
    const dying = opInputs(op).find((id) => lastOp.get(id) === index && mayGiveWay(id) && writesInPlace(graph, op, id));
    if (dying !== undefined) sharesWith.set(op.output, dying);
  });
  return [...firstOp].map(([tensorId, first]) => ({
    tensorId,
    bytes: tensorBytes(graph.tensors[tensorId]),
    firstOp: first,
    lastOp: lastOp.get(tensorId)!,
    sharesWith: sharesWith.get(tensorId) ?? null,
  }));
}
