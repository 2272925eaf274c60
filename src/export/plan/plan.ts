import type { KernelSet } from '../../ir/c-sources.js';
import type { QuantizedGraph } from '../../ir/graph.js';
import { trainedPart } from '../../ir/learn/trained-layers.js';
import type { LearnSpec } from '../../ir/learn-spec.js';
import type { ConstantSize, MemoryPlan, TensorPlacement } from '../../ir/memory-plan.js';
import { constantBytes } from '../c/constant.js';
import { learnConstants } from '../c/learn/constants.js';
import { lowerOps } from '../c/ops/lower.js';
import { constantsOf, type LoweredOp } from '../c/ops/lowered-op.js';
import { placeBuffers } from './arena.js';
import type { BufferRequest } from './buffers.js';
import { arenaPeak } from './arena-peak.js';
import type { Overlap } from './conflicts.js';
import { estimateCodeBytes } from './code-estimate.js';
import { planLearning } from './learn.js';
import { tensorLifetimes, type Lifetime } from './lifetime.js';

/** Tensors start at multiples of four: kernels read them as words. */
const TENSOR_ALIGNMENT = 4;

/** Exact RAM and constant sizes of a model, without a compiler; only the code size is an estimate. */
export function planMemory(graph: QuantizedGraph, learn: LearnSpec | null, kernels: KernelSet): MemoryPlan {
  const ops = lowerOps(graph, kernels);
  const layers = learn === null ? null : trainedPart(graph, learn).layers;
  const all = [...constantsOf(ops), ...(learn === null ? [] : learnConstants(graph, learn))];
  const constants = all.map((c): ConstantSize => ({ name: c.name, role: c.role, bytes: constantBytes(c) }));
  return {
    schemaVersion: 1,
    ...planArena(graph, ops),
    constants,
    constantBytes: constants.reduce((n, c) => n + c.bytes, 0),
    codeEstimateBytes: estimateCodeBytes(graph, learn, ops),
    macs: ops.reduce((n, op) => n + op.macs, 0),
    learn: learn === null || layers === null ? null : planLearning(layers, learn),
  };
}

function planArena(
  graph: QuantizedGraph,
  ops: readonly LoweredOp[],
): Pick<MemoryPlan, 'tensors' | 'scratch' | 'arenaBytes' | 'arenaBoundBytes' | 'arenaOptimal' | 'peak'> {
  const lifetimes = tensorLifetimes(graph);
  const owner = bufferOwners(lifetimes);
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
  const scratchId = (opIndex: number): number => graph.tensors.length + opIndex;
  const scratchRequests = ops.flatMap((op, index): BufferRequest[] =>
    op.scratchBytes === 0 ? [] : [{ id: scratchId(index), bytes: op.scratchBytes, first: index, last: index }],
  );
  const overlaps = ops.flatMap((op, index): Overlap[] => {
    const { input, output } = graph.ops[index];
    const [over, under] = [output, input].map((id) => requests.get(owner.get(id) ?? id)!);
    if (under.last !== index || over === under) return [];
    return [
      ...(over.first === index && op.overlap !== undefined ? [{ over: over.id, under: under.id, ...op.overlap }] : []),
      ...(op.scratchDistance !== undefined
        ? [{ over: scratchId(index), under: under.id, distance: op.scratchDistance }]
        : []),
    ];
  });
  const all = [...requests.values(), ...scratchRequests];
  const layout = placeBuffers(all, TENSOR_ALIGNMENT, overlaps);
  const offset = (id: number): number => layout.offsets.get(id) ?? 0;
  const tensors = lifetimes.map((l): TensorPlacement => ({
    tensorId: l.tensorId,
    name: graph.tensors[l.tensorId].name,
    offset: offset(owner.get(l.tensorId) ?? l.tensorId),
    bytes: l.bytes,
    firstOp: l.firstOp,
    lastOp: l.lastOp,
  }));
  const scratch = scratchRequests.map((r) => ({ opIndex: r.first, offset: offset(r.id), bytes: r.bytes }));
  return {
    arenaBytes: layout.totalBytes,
    arenaBoundBytes: layout.boundBytes,
    arenaOptimal: layout.optimal,
    tensors,
    scratch,
    peak: arenaPeak(graph, tensors, scratch),
  };
}

/** The tensor whose buffer each tensor uses: its own, or that of the one it writes over. */
function bufferOwners(lifetimes: readonly Lifetime[]): Map<number, number> {
  const owner = new Map<number, number>();
  for (const { tensorId, sharesWith } of lifetimes) {
    owner.set(tensorId, sharesWith === null ? tensorId : (owner.get(sharesWith) ?? sharesWith));
  }
  return owner;
}
