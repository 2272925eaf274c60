import { isIntegerOp, type LookupOp, type QuantizedGraph, type QuantizedOp } from '../../ir/graph.js';
import { sameQuantization } from '../../ir/ops/int8/numbers.js';
import type { Requantize } from '../../ir/quant-params.js';
import type { Tensor } from '../../ir/tensor.js';
import { valueRanges } from '../analysis/value-ranges.js';
import { dropUnusedTensors, readersOf, replaceOp, writerOf } from '../graph-edit.js';

/**
 * Tables that follow something of which they are the only reader: after another table they become one table of both; after
 * an op with a clamp they go into it, if all they do to the values that come is to cut them off (relu).
 */
export function mergeLookups(graph: QuantizedGraph, untouched: ReadonlySet<string>): QuantizedGraph {
  for (const op of graph.ops) {
    if (op.kind !== 'lookup' || untouched.has(op.name)) continue;
    const writer = writerOf(graph, op.input);
    if (writer === undefined || untouched.has(writer.name) || readersOf(graph, op.input).length > 1) continue;
    const merged = writer.kind === 'lookup' ? bothTables(graph, writer, op) : intoClamp(graph, writer, op);
    if (merged !== null) return dropUnusedTensors(merged);
  }
  return graph;
}

function tableOf(graph: QuantizedGraph, op: LookupOp): Int8Array {
  return graph.tensors[op.table].data as Int8Array;
}

function bothTables(graph: QuantizedGraph, first: LookupOp, second: LookupOp): QuantizedGraph {
  const [a, b] = [tableOf(graph, first), tableOf(graph, second)];
  const id = graph.tensors.length;
  const table: Tensor = { ...graph.tensors[second.table], id, data: a.map((y) => b[y + 128]) };
  const both: LookupOp = { ...second, input: first.input, table: id };
  return replaceOp(replaceOp({ ...graph, tensors: [...graph.tensors, table] }, first, null), second, both);
}

/** Null where the table does more than to clamp, or changes what a byte means. */
function intoClamp(graph: QuantizedGraph, writer: QuantizedOp, lookup: LookupOp): QuantizedGraph | null {
  if (!sameQuantization(graph, lookup.input, lookup.output)) return null;
  const { low, high } = valueRanges(graph).get(lookup.input)!;
  const [least, most] = [Math.min(...low), Math.max(...high)];
  const table = tableOf(graph, lookup);
  const [clampMin, clampMax] = [table[least + 128], table[most + 128]];
  for (let x = least; x <= most; x++) {
    if (table[x + 128] !== Math.min(Math.max(x, clampMin), clampMax)) return null;
  }
  const clamped = withClamp(writer, clampMin, clampMax);
  return clamped === null
    ? null
    : replaceOp(replaceOp(graph, lookup, null), writer, { ...clamped, output: lookup.output } as QuantizedOp);
}

/** The op with its output cut off to [low, high] as well; null if it has no clamp. */
function withClamp(op: QuantizedOp, low: number, high: number): QuantizedOp | null {
  const cut = <T extends Pick<Requantize, 'clampMin' | 'clampMax'>>(clamp: T): T => ({
    ...clamp,
    clampMin: Math.min(Math.max(clamp.clampMin, low), high),
    clampMax: Math.max(Math.min(clamp.clampMax, high), low),
  });
  if (op.kind === 'max_pool_2d' || op.kind === 'average_pool_2d') return cut(op);
  if (op.kind === 'fully_connected') return { ...op, requantize: cut(op.requantize!) };
  return isIntegerOp(op) && 'requantize' in op ? ({ ...op, requantize: cut(op.requantize) } as QuantizedOp) : null;
}
