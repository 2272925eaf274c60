import { opInputs, type QuantizedGraph } from '../../../ir/graph.js';
import type { StreamedBlock } from '../../../ir/memory-plan.js';
import { tensorBytes } from '../../../ir/tensor.js';
import { verticalWindow, type VerticalWindow } from './vertical-window.js';

/** A tensor of a block. Turn t leaves it made up to row (t + 1) * advance + ahead, and reads it from t * advance + behind on. */
export interface StreamedTensor {
  readonly tensorId: number;
  readonly height: number;
  readonly rowBytes: number;
  readonly advance: number;
  readonly ahead: number;
  readonly behind: number;
  /** Whole in the arena: what the block reads of others, and its output. */
  readonly whole: boolean;
  /** The most rows that are there at a time. */
  readonly heldRows: number;
  /** Do rows stay from one turn to the next? */
  readonly keeps: boolean;
  /** Ops that write (-1: others) and last read it. */
  readonly firstOp: number;
  readonly lastOp: number;
}

/** The rows that a kernel gets in a call. */
export interface RowShape {
  readonly inHeight: number;
  readonly outHeight: number;
  readonly padTop: number;
}

export interface StreamedOp {
  readonly opIndex: number;
  readonly window: VerticalWindow;
  /** Every different call. */
  readonly shapes: readonly RowShape[];
  readonly calls: number;
}

export interface Schedule extends StreamedBlock {
  readonly ops: readonly StreamedOp[];
  readonly tensors: ReadonlyMap<number, StreamedTensor>;
  /** How far below each whole input the output has to begin, so that it never reaches what is still to be read. */
  readonly distances: readonly { readonly tensorId: number; readonly bytes: number }[];
  /** Bytes that all turns together move to the front of their windows. */
  readonly movedBytes: number;
}

const clip = (row: number, height: number): number => Math.max(0, Math.min(height, row));

/** Rows [made, end) of a tensor that turn `turn` makes. */
export function rowsOfTurn(x: StreamedTensor, turn: number): readonly [number, number] {
  const end = (t: number): number => (t < 0 ? 0 : clip((t + 1) * x.advance + x.ahead, x.height));
  return [end(turn - 1), end(turn)];
}

/** The first row that turn `turn` reads. */
export function firstRow(x: StreamedTensor, turn: number): number {
  return turn === 0 ? 0 : clip(turn * x.advance + x.behind, x.height);
}

/**
 * What happens when the ops from `firstOp` to `lastOp` make `rowsPerTurn` rows of the last one's output at a time: rows are
 * demanded from the output upwards. Null if the ops cannot run so: a tensor between them is read elsewhere, or two ways to a
 * tensor want its rows at different paces.
 */
export function scheduleBlock(
  graph: QuantizedGraph,
  firstOp: number,
  lastOp: number,
  rowsPerTurn: number,
): Schedule | null {
  const inside = graph.ops.slice(firstOp, lastOp + 1);
  const windows = inside.map((op) => verticalWindow(graph, op));
  const made = new Set(inside.map((op) => op.output));
  const output = inside[inside.length - 1].output;
  const readElsewhere = graph.ops.some((op, k) => {
    return (k < firstOp || k > lastOp) && opInputs(op).some((id) => made.has(id) && id !== output);
  });
  if (readElsewhere || (made.has(graph.output) && output !== graph.output)) return null;

  interface Demand {
    readonly advance: number;
    ahead: number;
    behind: number;
    lastOp: number;
  }
  const demands = new Map<number, Demand>([[output, { advance: rowsPerTurn, ahead: 0, behind: 0, lastOp }]]);
  for (let k = inside.length - 1; k >= 0; k--) {
    const window = windows[k];
    const of = demands.get(inside[k].output);
    if (window === null || of === undefined) return null;
    for (const id of opInputs(inside[k])) {
      const advance = of.advance * window.stride;
      const ahead = Math.max(0, (of.ahead - 1) * window.stride + window.reach - window.pad);
      const behind = of.ahead * window.stride - window.pad;
      const known = demands.get(id);
      if (known === undefined) {
        demands.set(id, { advance, ahead, behind, lastOp: firstOp + k });
      } else {
        if (known.advance !== advance || id === output) return null;
        known.ahead = Math.max(known.ahead, ahead);
        known.behind = Math.min(known.behind, behind);
      }
    }
  }

  const turns = Math.ceil(graph.tensors[output].shape[0] / rowsPerTurn);
  let movedBytes = 0;
  const tensors = new Map<number, StreamedTensor>();
  for (const [tensorId, demand] of demands) {
    const tensor = graph.tensors[tensorId];
    const height = tensor.shape[0];
    const whole = !made.has(tensorId) || tensorId === output;
    const one: StreamedTensor = {
      tensorId,
      height,
      rowBytes: tensorBytes(tensor) / height,
      ...demand,
      whole,
      heldRows: height,
      keeps: true,
      firstOp: firstOp + inside.findIndex((op) => op.output === tensorId),
    };
    if (whole) {
      tensors.set(tensorId, made.has(tensorId) ? one : { ...one, firstOp: -1 });
      continue;
    }
    let heldRows = 0;
    let keeps = false;
    for (let turn = 0; turn < turns; turn++) {
      const first = firstRow(one, turn);
      const [before, end] = rowsOfTurn(one, turn);
      heldRows = Math.max(heldRows, end - Math.min(first, before));
      if (before > first) {
        keeps = true;
        if (first > firstRow(one, turn - 1)) movedBytes += (before - first) * one.rowBytes;
      }
    }
    tensors.set(tensorId, { ...one, heldRows, keeps });
  }

  const ops = inside.map((op, k): StreamedOp | null => {
    const to = tensors.get(op.output)!;
    const from = tensors.get(opInputs(op)[0])!;
    const window = windows[k]!;
    const shapes = new Map<string, RowShape>();
    let calls = 0;
    for (let turn = 0; turn < turns; turn++) {
      const [first, end] = rowsOfTurn(to, turn);
      if (first === end) continue;
      calls++;
      const top = first * window.stride - window.pad;
      const there = made.has(from.tensorId) ? rowsOfTurn(from, turn)[1] : from.height;
      const bottom = Math.min(there, top + (end - first - 1) * window.stride + window.reach);
      const shape = { inHeight: bottom - Math.max(0, top), outHeight: end - first, padTop: Math.max(0, -top) };
      if (shape.inHeight < 1) return null;
      shapes.set(JSON.stringify(shape), shape);
    }
    return { opIndex: firstOp + k, window, shapes: [...shapes.values()], calls };
  });
  if (!ops.every((op) => op !== null)) return null;

  const to = tensors.get(output)!;
  const distances = [...tensors.values()]
    .filter((x) => !made.has(x.tensorId))
    .map((x) => {
      let bytes = 1;
      for (let turn = 0; turn < turns; turn++) {
        bytes = Math.max(bytes, rowsOfTurn(to, turn)[1] * to.rowBytes - firstRow(x, turn) * x.rowBytes);
      }
      return { tensorId: x.tensorId, bytes };
    });
  return { firstOp, lastOp, rowsPerTurn, turns, ops, tensors, distances, movedBytes };
}
