import type { QuantizedGraph } from '../../ir/graph.js';
import { tensorBytes } from '../../ir/tensor.js';
import type { LoweredOp } from '../c/ops/lowered-op.js';
import type { BufferRequest } from './buffers.js';
import type { Overlap } from './conflicts.js';
import { tensorLifetimes, type Lifetime } from './lifetime.js';
import type { PlannedBlock } from './stream/row-kernels.js';
import { isAlone, NO_VIEWS, type View, type Views } from './views.js';

/** What the arena has to hold, and what of it may lie over what. */
export interface ArenaRequests {
  readonly lifetimes: readonly Lifetime[];
  /** Where each tensor lies: in its own buffer, in that of the one it writes over, or in that of which it is a piece. */
  readonly places: ReadonlyMap<number, Place>;
  /** By id: that of the owning tensor. */
  readonly tensors: readonly BufferRequest[];
  /** Ids above all tensors. */
  readonly scratch: readonly BufferRequest[];
  readonly overlaps: readonly Overlap[];
}

export interface Place {
  /** The tensor that owns the buffer. */
  readonly buffer: number;
  /** From its start, in bytes. */
  readonly offset: number;
}

export function arenaRequests(
  graph: QuantizedGraph,
  ops: readonly LoweredOp[],
  blocks: readonly PlannedBlock[],
  views: Views = NO_VIEWS,
): ArenaRequests {
  const lifetimes = tensorLifetimes(graph, blocks, (id) => isAlone(views, id));
  const places = placesOf(lifetimes, views);
  const blockOf = (op: number): PlannedBlock | undefined => blocks.find((b) => b.firstOp <= op && op <= b.lastOp);
  const requests = new Map<number, BufferRequest>();
  for (const l of lifetimes) {
    const id = places.get(l.tensorId)!.buffer;
    const { first, last } = requests.get(id) ?? { first: l.firstOp, last: l.lastOp };
    const bytes = tensorBytes(graph.tensors[id]);
    requests.set(id, { id, bytes, first: Math.min(first, l.firstOp), last: Math.max(last, l.lastOp) });
  }
  for (const block of blocks) {
    for (const x of block.tensors.values()) {
      if (x.whole) continue;
      // What keeps no row between turns is needed only from its op to the last that reads it.
      const [first, last] = x.keeps ? [block.firstOp, block.lastOp] : [x.firstOp, x.lastOp];
      requests.set(x.tensorId, { id: x.tensorId, bytes: x.heldRows * x.rowBytes, first, last });
    }
  }
  const scratchId = (opIndex: number): number => graph.tensors.length + opIndex;
  const scratch = ops.flatMap((op, index): BufferRequest[] => {
    const bytes = blockOf(index)?.scratchBytes.get(index) ?? op.scratchBytes;
    return bytes === 0 ? [] : [{ id: scratchId(index), bytes, first: index, last: index }];
  });
  const requestOf = (id: number): BufferRequest => requests.get(places.get(id)!.buffer)!;
  const at = (id: number): number => places.get(id)!.offset;
  const single = ops.flatMap((op, index): Overlap[] => {
    const { input, output } = graph.ops[index];
    const [over, under] = [requestOf(output), requestOf(input)];
    if (blockOf(index) !== undefined || under.last !== index || over === under || at(input) > 0) return [];
    return [
      ...(over.first === index && at(output) === 0 && op.overlap !== undefined
        ? [{ over: over.id, under: under.id, ...op.overlap }]
        : []),
      ...(op.scratchDistance !== undefined
        ? [{ over: scratchId(index), under: under.id, distance: op.scratchDistance }]
        : []),
    ];
  });
  const streamed = blocks.flatMap((block) => {
    const over = requestOf(graph.ops[block.lastOp].output);
    return block.distances
      .map(({ tensorId, bytes }) => ({ tensorId, under: requestOf(tensorId), distance: bytes }))
      .filter(({ under, tensorId }) => {
        const meets = under.last === block.lastOp && over.first === block.firstOp && under !== over;
        return meets && at(tensorId) === 0 && at(graph.ops[block.lastOp].output) === 0;
      })
      .map(({ under, distance }): Overlap => ({ over: over.id, under: under.id, distance }));
  });
  return { lifetimes, places, tensors: [...requests.values()], scratch, overlaps: [...single, ...streamed] };
}

function placesOf(lifetimes: readonly Lifetime[], views: Views): Map<number, Place> {
  const sharesWith = new Map(lifetimes.map((l) => [l.tensorId, l.sharesWith]));
  const takenBy = new Map(
    lifetimes.flatMap((l) => (l.sharesWith === null ? [] : [[l.sharesWith, l.tensorId] as const])),
  );
  /** The view that the tensor becomes where ops write over it. */
  const becomes = (id: number | undefined): View | undefined =>
    id === undefined ? undefined : (views.get(id) ?? becomes(takenBy.get(id)));
  const placeOf = (id: number): Place => {
    const view = becomes(id);
    if (view !== undefined) {
      const { buffer, offset } = placeOf(view.within);
      return { buffer, offset: offset + view.offset };
    }
    const shared = sharesWith.get(id) ?? null;
    return shared === null ? { buffer: id, offset: 0 } : placeOf(shared);
  };
  return new Map(lifetimes.map(({ tensorId }) => [tensorId, placeOf(tensorId)]));
}
