import type { QuantizedGraph } from '../../ir/graph.js';
import type { LoweredOp } from '../c/ops/lowered-op.js';
import type { BufferRequest } from './buffers.js';
import type { Overlap } from './conflicts.js';
import { tensorLifetimes, type Lifetime } from './lifetime.js';
import type { PlannedBlock } from './stream/row-kernels.js';

/** What the arena has to hold, and what of it may lie over what. */
export interface ArenaRequests {
  readonly lifetimes: readonly Lifetime[];
  /** The tensor whose buffer each tensor uses: its own, or that of the one it writes over. */
  readonly owner: ReadonlyMap<number, number>;
  /** By id: that of the owning tensor. */
  readonly tensors: readonly BufferRequest[];
  /** Ids above all tensors. */
  readonly scratch: readonly BufferRequest[];
  readonly overlaps: readonly Overlap[];
}

export function arenaRequests(
  graph: QuantizedGraph,
  ops: readonly LoweredOp[],
  blocks: readonly PlannedBlock[],
): ArenaRequests {
  const lifetimes = tensorLifetimes(graph, blocks);
  const owner = bufferOwners(lifetimes);
  const blockOf = (op: number): PlannedBlock | undefined => blocks.find((b) => b.firstOp <= op && op <= b.lastOp);
  const requests = new Map<number, BufferRequest>();
  for (const l of lifetimes) {
    const id = owner.get(l.tensorId) ?? l.tensorId;
    const known = requests.get(id);
    requests.set(
      id,
      known === undefined
        ? { id, bytes: l.bytes, first: l.firstOp, last: l.lastOp }
        : { ...known, last: Math.max(known.last, l.lastOp) },
    );
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
  const requestOf = (id: number): BufferRequest => requests.get(owner.get(id) ?? id)!;
  const single = ops.flatMap((op, index): Overlap[] => {
    const { input, output } = graph.ops[index];
    const [over, under] = [requestOf(output), requestOf(input)];
    if (blockOf(index) !== undefined || under.last !== index || over === under) return [];
    return [
      ...(over.first === index && op.overlap !== undefined ? [{ over: over.id, under: under.id, ...op.overlap }] : []),
      ...(op.scratchDistance !== undefined
        ? [{ over: scratchId(index), under: under.id, distance: op.scratchDistance }]
        : []),
    ];
  });
  const streamed = blocks.flatMap((block) => {
    const over = requestOf(graph.ops[block.lastOp].output);
    return block.distances
      .map(({ tensorId, bytes }) => ({ under: requestOf(tensorId), distance: bytes }))
      .filter(({ under }) => under.last === block.lastOp && over.first === block.firstOp && under !== over)
      .map(({ under, distance }): Overlap => ({ over: over.id, under: under.id, distance }));
  });
  return { lifetimes, owner, tensors: [...requests.values()], scratch, overlaps: [...single, ...streamed] };
}

function bufferOwners(lifetimes: readonly Lifetime[]): Map<number, number> {
  const owner = new Map<number, number>();
  for (const { tensorId, sharesWith } of lifetimes) {
    owner.set(tensorId, sharesWith === null ? tensorId : (owner.get(sharesWith) ?? sharesWith));
  }
  return owner;
}
