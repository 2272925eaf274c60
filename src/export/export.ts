import type { CFile, CSources, KernelSet } from '../ir/c-sources.js';
import type { QuantizedGraph } from '../ir/graph.js';
import { graphDigest } from '../ir/graph-file.js';
import type { LearnSpec } from '../ir/learn-spec.js';
import { validateGraph } from '../ir/validate-graph.js';
import { canonicalJson, sha256Hex } from '../util/digest.js';
import { emitBinding } from './c/binding.js';
import { emitData, emitDataHeader } from './c/data.js';
import { emitHeader } from './c/header.js';
import { emitInference } from './c/inference.js';
import { learnConstants } from './c/learn/constants.js';
import { emitLearning } from './c/learn/routine.js';
import { copyLibrary } from './c/library.js';
import type { CModel } from './c/model.js';
import { modelPrefix } from './c/naming.js';
import { lowerOps } from './c/ops/lower.js';
import { constantsOf } from './c/ops/lowered-op.js';
import { widthOf } from './c/ops/width.js';
import { emitReadme, standaloneCommand } from './c/readme.js';
import { emitSelfTest, type SelfTestSamples } from './c/self-test.js';
import { planMemory } from './plan/plan.js';
import type { Streaming } from './plan/stream/streaming.js';

export interface ExportOptions {
  /** Null: the model only infers. */
  readonly learn: LearnSpec | null;
  readonly kernels: KernelSet;
  /** Which ops may take turns, a few rows at a time, where that saves RAM; default `auto`. */
  readonly streaming?: Streaming;
  /** Text of the kernel headers by their path under `firmware/`. */
  readonly library: Readonly<Record<string, string>>;
  /** Samples for the generated self-test: a handful is enough. */
  readonly selfTest: SelfTestSamples;
  readonly toolVersion: string;
}

export interface ExportReport {
  readonly schemaVersion: 1;
  /** Which kernel each op calls, in execution order. */
  readonly ops: readonly { readonly name: string; readonly kernel: string; readonly macs: number }[];
  readonly constantBytes: number;
  readonly arenaBytes: number;
  readonly learnRamBytes: number | null;
  /** Builds and tests the folder by itself. */
  readonly standaloneCommand: string;
}

/**
 * The quantized graph as a C directory that needs nothing but a compiler. Pure: the same graph and options give the
 * same bytes.
 */
export function exportC(graph: QuantizedGraph, options: ExportOptions): { output: CSources; report: ExportReport } {
  validateGraph(graph);
  const { learn, kernels, toolVersion } = options;
  const prefix = modelPrefix(graph.name);
  const ops = lowerOps(graph, kernels);
  const plan = planMemory(graph, learn, kernels, options.streaming);
  const model: CModel = {
    graph,
    learn,
    kernels,
    plan,
    ops,
    constants: [...constantsOf(ops), ...(learn === null ? [] : learnConstants(graph, learn))],
    prefix,
    macro: prefix.toUpperCase(),
    modelDigest: modelDigest(graph, learn),
    toolVersion,
  };
  const sources: CFile[] = [
    { path: `${prefix}.c`, text: emitInference(model) },
    { path: `${prefix}_data.c`, text: emitData(model) },
    ...(learn === null ? [] : [{ path: `${prefix}_learn.c`, text: emitLearning(model) }]),
  ];
  const files: CFile[] = [
    { path: 'README.md', text: emitReadme(model) },
    { path: `${prefix}.h`, text: emitHeader(model) },
    { path: `${prefix}_data.h`, text: emitDataHeader(model) },
    { path: `${prefix}_selftest.c`, text: emitSelfTest(model, options.selfTest) },
    { path: 'grapes_binding.h', text: emitBinding(model) },
    ...sources,
    ...copyLibrary(model, options.library),
  ];
  return {
    output: {
      schemaVersion: 1,
      name: prefix,
      files: files.sort((a, b) => (a.path < b.path ? -1 : 1)),
      sources: sources.map((s) => s.path),
      kernels,
      learns: learn !== null,
      elements: { input: widthOf(graph, graph.input).element, output: widthOf(graph, graph.output).element },
      modelDigest: model.modelDigest,
      plan,
      provenance: { toolVersion, seed: graph.provenance.seed, inputs: { graph: graphDigest(graph) } },
    },
    report: {
      schemaVersion: 1,
      ops: ops.map((op, i) => ({ name: graph.ops[i].name, kernel: op.kernelHeader, macs: op.macs })),
      constantBytes: plan.constantBytes,
      arenaBytes: plan.arenaBytes,
      learnRamBytes: plan.learn?.ramBytes ?? null,
      standaloneCommand: standaloneCommand(model),
    },
  };
}

/** What identifies a firmware's model: the integers it computes with, and how it learns. */
export function modelDigest(graph: QuantizedGraph, learn: LearnSpec | null): string {
  return sha256Hex(graphDigest(graph), canonicalJson(learn));
}
