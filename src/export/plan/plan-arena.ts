import type { KernelSet } from '../../ir/c-sources.js';
import type { QuantizedGraph } from '../../ir/graph.js';
import type { MemoryPlan, TensorPlacement } from '../../ir/memory-plan.js';
import type { LoweredOp } from '../c/ops/lowered-op.js';
import { placeBuffers, type BufferLayout } from './arena.js';
import { arenaPeak } from './arena-peak.js';
import { arenaRequests, type ArenaRequests } from './arena-requests.js';
import type { PlannedBlock } from './stream/row-kernels.js';
import { blocksAsAsked, chooseBlocks, type Streaming } from './stream/streaming.js';

/** Tensors start at multiples of four: kernels read them as words. */
export const TENSOR_ALIGNMENT = 4;

/** Enough to compare ways to stream. */
const TRIAL_PLACEMENTS = 2500;

type Arena = Pick<
  MemoryPlan,
  'tensors' | 'scratch' | 'blocks' | 'arenaBytes' | 'arenaBoundBytes' | 'arenaOptimal' | 'peak'
>;

interface Placement {
  readonly requests: ArenaRequests;
  readonly layout: BufferLayout;
}

/** Where tensors and scratch memory lie, and which ops run row by row. */
export function planArena(
  graph: QuantizedGraph,
  ops: readonly LoweredOp[],
  kernels: KernelSet,
  streaming: Streaming,
): Arena {
  const placements = new Map<string, Placement>();
  const place = (blocks: readonly PlannedBlock[], effort?: number): Placement => {
    const names = blocks.map(({ firstOp, lastOp, rowsPerTurn }) => [firstOp, lastOp, rowsPerTurn]);
    const key = JSON.stringify([names, effort]);
    let placement = placements.get(key);
    if (placement === undefined) {
      const requests = arenaRequests(graph, ops, blocks);
      const all = [...requests.tensors, ...requests.scratch];
      placement = { requests, layout: placeBuffers(all, TENSOR_ALIGNMENT, requests.overlaps, effort) };
      placements.set(key, placement);
    }
    return placement;
  };
  const blocks =
    streaming === 'off'
      ? []
      : streaming === 'auto'
        ? chooseBlocks(
            graph,
            ops,
            kernels,
            TENSOR_ALIGNMENT,
            (some) => place(some).layout.totalBytes,
            (some) => place(some, TRIAL_PLACEMENTS).layout.totalBytes,
          )
        : blocksAsAsked(graph, ops, kernels, streaming);
  const { requests, layout } = place(blocks);

  const offset = (id: number): number => layout.offsets.get(id) ?? 0;
  const tensors = requests.lifetimes.map((l): TensorPlacement => {
    const id = requests.owner.get(l.tensorId) ?? l.tensorId;
    const { name } = graph.tensors[l.tensorId];
    const window = blocks.map((b) => b.tensors.get(l.tensorId)).find((x) => x?.whole === false);
    if (window === undefined) {
      return { tensorId: l.tensorId, name, offset: offset(id), bytes: l.bytes, firstOp: l.firstOp, lastOp: l.lastOp };
    }
    const { bytes, first, last } = requests.tensors.find((r) => r.id === id)!;
    const rows = window.heldRows;
    return { tensorId: l.tensorId, name, offset: offset(id), bytes, rows, firstOp: first, lastOp: last };
  });
  const scratch = requests.scratch.map((r) => ({ opIndex: r.first, offset: offset(r.id), bytes: r.bytes }));
  return {
    arenaBytes: layout.totalBytes,
    arenaBoundBytes: layout.boundBytes,
    arenaOptimal: layout.optimal,
    tensors,
    scratch,
    blocks: blocks.map(({ firstOp, lastOp, rowsPerTurn, turns }) => ({ firstOp, lastOp, rowsPerTurn, turns })),
    peak: arenaPeak(graph, tensors, scratch),
  };
}
