import type { KernelSet } from '../../ir/c-sources.js';
import type { QuantizedGraph } from '../../ir/graph.js';
import { trainedPart } from '../../ir/learn/trained-layers.js';
import type { LearnSpec } from '../../ir/learn-spec.js';
import type { ConstantSize, MemoryPlan } from '../../ir/memory-plan.js';
import { constantBytes } from '../c/constant.js';
import { learnConstants } from '../c/learn/constants.js';
import { lowerOps } from '../c/ops/lower.js';
import { constantsOf } from '../c/ops/lowered-op.js';
import { estimateCodeBytes } from './code-estimate.js';
import { planLearning } from './learn.js';
import { planArena } from './plan-arena.js';
import type { Streaming } from './stream/streaming.js';

/**
 * Exact RAM and constant sizes of a model, without a compiler; only the code size is an estimate. `streaming`: which ops may
 * run together row by row.
 */
export function planMemory(
  graph: QuantizedGraph,
  learn: LearnSpec | null,
  kernels: KernelSet,
  streaming: Streaming = 'auto',
): MemoryPlan {
  const ops = lowerOps(graph, kernels);
  const layers = learn === null ? null : trainedPart(graph, learn).layers;
  const all = [...constantsOf(ops), ...(learn === null ? [] : learnConstants(graph, learn))];
  const constants = all.map((c): ConstantSize => ({ name: c.name, role: c.role, bytes: constantBytes(c) }));
  return {
    schemaVersion: 1,
    ops: graph.ops.map((op) => op.name),
    ...planArena(graph, ops, kernels, streaming),
    constants,
    constantBytes: constants.reduce((n, c) => n + c.bytes, 0),
    codeEstimateBytes: estimateCodeBytes(graph, learn, ops),
    macs: ops.reduce((n, op) => n + op.macs, 0),
    learn: learn === null || layers === null ? null : planLearning(layers, learn),
  };
}
