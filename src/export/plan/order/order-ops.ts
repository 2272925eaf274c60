import type { KernelSet } from '../../../ir/c-sources.js';
import { opInputs, type QuantizedGraph } from '../../../ir/graph.js';
import { trainedPart } from '../../../ir/learn/trained-layers.js';
import type { LearnSpec } from '../../../ir/learn-spec.js';
import type { OrderReport } from '../../../ir/report.js';
import { tensorBytes } from '../../../ir/tensor.js';
import { lowerOps } from '../../c/ops/lower.js';
import type { LoweredOp } from '../../c/ops/lowered-op.js';
import { alignUp } from '../buffers.js';
import { writesInPlace } from '../lifetime.js';
import { planArena, TENSOR_ALIGNMENT } from '../plan-arena.js';
import type { Streaming } from '../stream/streaming.js';
import { peakOf, type OrderedOp, type OrderProblem } from './order-problem.js';
import { searchOrder } from './search-order.js';

export interface OrderOptions {
  /** Layers that the device trains run last, as they stand. */
  readonly learn: Pick<LearnSpec, 'layers'> | null;
  readonly kernels: KernelSet;
  readonly streaming?: Streaming;
}

/**
 * The ops in the order that takes the least arena: the one with the least peak of live memory if the plan of its arena, with
 * what may overlap and stream in it, comes out smaller than that of the given order, else the given one. Ops, tensors and
 * outputs stay what they were, bit for bit. The report is null where there is but one order.
 */
export function orderOps(
  graph: QuantizedGraph,
  { learn, kernels, streaming = 'auto' }: OrderOptions,
): { output: QuantizedGraph; report: OrderReport | null } {
  const movable = learn === null ? graph.ops.length : trainedPart(graph, learn).frozenOps;
  if (!hasChoice(graph, movable)) return { output: graph, report: null };
  const ops = lowerOps(graph, kernels);
  const problem = orderProblem(graph, ops, movable);
  const found = searchOrder(problem);
  const places = [...found.order, ...graph.ops.keys()].filter((k, n, all) => all.indexOf(k) === n);
  const ordered: QuantizedGraph = { ...graph, ops: places.map((k) => graph.ops[k]) };
  const givenPeak = peakOf(problem, [...problem.ops.keys()]);
  const peaks = { before: givenPeak, after: found.peakBytes, bound: found.boundBytes };
  if (found.peakBytes === givenPeak)
    return { output: graph, report: { schemaVersion: 1, liveBytes: peaks, arenaBytes: null } };
  const arena = (g: QuantizedGraph): number => planArena(g, lowerOps(g, kernels), kernels, streaming).arenaBytes;
  const arenas = { before: arena(graph), after: arena(ordered) };
  const better = arenas.after < arenas.before;
  const arenaBytes = better ? arenas : { before: arenas.before, after: arenas.before };
  return { output: better ? ordered : graph, report: { schemaVersion: 1, liveBytes: peaks, arenaBytes } };
}

/** Is there a moment at which more than one op could run? */
function hasChoice({ ops }: QuantizedGraph, movable: number): boolean {
  return ops.slice(1, movable).some((op, k) => !opInputs(op).includes(ops[k].output));
}

function orderProblem(graph: QuantizedGraph, lowered: readonly LoweredOp[], movable: number): OrderProblem {
  const size = (id: number): number => alignUp(tensorBytes(graph.tensors[id]), TENSOR_ALIGNMENT);
  const ops = graph.ops.slice(0, movable).map((op, k): OrderedOp => {
    const { scratchBytes, overlap, scratchDistance } = lowered[k];
    const reads = [...new Set(opInputs(op))];
    const over = (high: number, low: number, distance: number): number => {
      return Math.max(0, low + high - Math.max(alignUp(distance, TENSOR_ALIGNMENT) + high, low));
    };
    const saves = reads.map((id) => {
      if (writesInPlace(graph, op, id)) return size(op.output);
      if (id !== op.input) return 0;
      return Math.max(
        overlap === undefined ? 0 : over(size(id), size(op.output), overlap.distance),
        scratchDistance === undefined ? 0 : over(size(id), scratchBytes, scratchDistance),
      );
    });
    return { reads, writes: op.output, scratchBytes, saves };
  });
  const later = graph.ops.slice(movable).flatMap(opInputs);
  return {
    ops,
    bytes: graph.tensors.map(({ id }) => size(id)),
    kept: new Set([graph.output, ...later]),
    given: [graph.input],
  };
}
