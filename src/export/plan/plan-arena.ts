import type { KernelSet } from '../../ir/c-sources.js';
import type { QuantizedGraph } from '../../ir/graph.js';
import type { MemoryPlan, TensorPlacement } from '../../ir/memory-plan.js';
import type { LoweredOp } from '../c/ops/lowered-op.js';
import { placeBuffers, type BufferLayout } from './arena.js';
import { arenaPeak } from './arena-peak.js';
import { arenaRequests, type ArenaRequests } from './arena-requests.js';
import type { PlannedBlock } from './stream/row-kernels.js';
import { blocksAsAsked, chooseBlocks, type Streaming } from './stream/streaming.js';
import { chooseViews, NO_VIEWS, possibleViews, type Views } from './views.js';

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

interface Choice extends Placement {
  readonly blocks: readonly PlannedBlock[];
}

/** Where tensors and scratch memory lie, which are pieces of others, and which ops run row by row. */
export function planArena(
  graph: QuantizedGraph,
  ops: readonly LoweredOp[],
  kernels: KernelSet,
  streaming: Streaming,
): Arena {
  const choose = (views: Views): Choice => chooseBlocksWith(graph, ops, kernels, streaming, views);
  const copies = choose(NO_VIEWS);
  const possible = possibleViews(graph, TENSOR_ALIGNMENT);
  if (possible.length === 0) return arenaOf(graph, copies);
  const trial = (views: Views): number => placeAll(graph, ops, [], views, TRIAL_PLACEMENTS).layout.totalBytes;
  const views = chooseViews(possible, copies.requests.tensors.length, trial);
  const pieces = views.size === 0 ? copies : choose(views);
  return arenaOf(graph, pieces.layout.totalBytes <= copies.layout.totalBytes ? pieces : copies);
}

function placeAll(
  graph: QuantizedGraph,
  ops: readonly LoweredOp[],
  blocks: readonly PlannedBlock[],
  views: Views,
  effort?: number,
): Placement {
  const requests = arenaRequests(graph, ops, blocks, views);
  const all = [...requests.tensors, ...requests.scratch];
  return { requests, layout: placeBuffers(all, TENSOR_ALIGNMENT, requests.overlaps, effort) };
}

function chooseBlocksWith(
  graph: QuantizedGraph,
  ops: readonly LoweredOp[],
  kernels: KernelSet,
  streaming: Streaming,
  views: Views,
): Choice {
  const placements = new Map<string, Placement>();
  const place = (blocks: readonly PlannedBlock[], effort?: number): Placement => {
    const names = blocks.map(({ firstOp, lastOp, rowsPerTurn }) => [firstOp, lastOp, rowsPerTurn]);
    const key = JSON.stringify([names, effort]);
    const placement = placements.get(key) ?? placeAll(graph, ops, blocks, views, effort);
    placements.set(key, placement);
    return placement;
  };
  const blocks =
    streaming === 'off'
      ? []
      : streaming === 'auto'
        ? chooseBlocks(
            { graph, ops, kernels, alignment: TENSOR_ALIGNMENT, views },
            (some) => place(some).layout.totalBytes,
            (some) => place(some, TRIAL_PLACEMENTS).layout.totalBytes,
          )
        : blocksAsAsked(graph, ops, kernels, streaming);
  return { blocks, ...place(blocks) };
}

function arenaOf(graph: QuantizedGraph, { blocks, requests, layout }: Choice): Arena {
  const tensors = requests.lifetimes.map((l): TensorPlacement => {
    const { buffer: id, offset: within } = requests.places.get(l.tensorId)!;
    const offset = layout.offsets.get(id)! + within;
    const { name } = graph.tensors[l.tensorId];
    const window = blocks.map((b) => b.tensors.get(l.tensorId)).find((x) => x?.whole === false);
    if (window === undefined) {
      return { tensorId: l.tensorId, name, offset, bytes: l.bytes, firstOp: l.firstOp, lastOp: l.lastOp };
    }
    const { bytes, first, last } = requests.tensors.find((r) => r.id === id)!;
    const rows = window.heldRows;
    return { tensorId: l.tensorId, name, offset, bytes, rows, firstOp: first, lastOp: last };
  });
  const scratch = requests.scratch.map((r) => ({
    opIndex: r.first,
    offset: layout.offsets.get(r.id)!,
    bytes: r.bytes,
  }));
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
