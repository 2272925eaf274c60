import { opInputs, type QuantizedGraph } from '../ir/graph.js';
import { graphMacs } from '../ir/interpret.js';
import { trainedPart } from '../ir/learn/trained-layers.js';
import type { LearnSpec } from '../ir/learn-spec.js';
import type { OptimizeReport } from '../ir/report.js';
import { tensorBytes } from '../ir/tensor.js';
import { validateGraph } from '../ir/validate-graph.js';
import { foldConstants } from './passes/fold-constants.js';
import { foldPads } from './passes/fold-pads.js';
import { mergeCopies } from './passes/merge-copies.js';
import { mergeLookups } from './passes/merge-lookups.js';
import { removeDeadChannels } from './passes/remove-dead-channels.js';
import { removeNoOps } from './passes/remove-no-ops.js';

export interface OptimizeOptions {
  /** Layers that the device trains stay as they are: a unit that is constant today may learn tomorrow. */
  readonly learn: Pick<LearnSpec, 'layers'> | null;
}

/** A pass: the same bytes for every input, with less to do. `untouched` are names of ops that stay as they are. */
export type OptimizePass = (graph: QuantizedGraph, untouched: ReadonlySet<string>) => QuantizedGraph;

const PASSES: readonly (readonly [name: string, pass: OptimizePass])[] = [
  ['remove-no-ops', removeNoOps],
  ['fold-pads', foldPads],
  ['merge-copies', mergeCopies],
  ['fold-constants', foldConstants],
  ['merge-lookups', mergeLookups],
  ['remove-dead-channels', removeDeadChannels],
];

/**
 * The graph that is deployed: every pass in turn, until none finds anything. Its output equals that of `graph` bit for bit
 * on every int8 input; input and output tensors keep shape, scale and zero point, and ops that stay keep their names.
 */
export function optimize(
  graph: QuantizedGraph,
  options: OptimizeOptions,
): { output: QuantizedGraph; report: OptimizeReport } {
  const untouched = trainedOps(graph, options);
  const applied = new Set<string>();
  let output = graph;
  for (let before: QuantizedGraph | null = null; before !== output;) {
    before = output;
    for (const [name, pass] of PASSES) {
      const next = pass(output, untouched);
      if (next !== output) applied.add(name);
      output = next;
    }
  }
  return { output: output === graph ? graph : validateGraph(output), report: reportOf(graph, output, [...applied]) };
}

function trainedOps(graph: QuantizedGraph, { learn }: OptimizeOptions): ReadonlySet<string> {
  if (learn === null) return new Set();
  return new Set(graph.ops.slice(trainedPart(graph, learn).frozenOps).map((op) => op.name));
}

function reportOf(before: QuantizedGraph, after: QuantizedGraph, passes: readonly string[]): OptimizeReport {
  const now = new Map(after.ops.map((op) => [op.name, op]));
  const channels = (graph: QuantizedGraph, tensor: number): number => graph.tensors[tensor].shape.at(-1) ?? 0;
  return {
    schemaVersion: 1,
    passes,
    macs: { before: graphMacs(before), after: graphMacs(after) },
    weightBytes: { before: weightBytes(before), after: weightBytes(after) },
    removedOps: before.ops.filter((op) => !now.has(op.name)).map((op) => op.name),
    removedChannels: before.ops.flatMap((op) => {
      const kept = now.get(op.name);
      if (kept === undefined || opInputs(kept).length !== opInputs(op).length) return [];
      const [was, is] = [channels(before, op.output), channels(after, kept.output)];
      return is < was ? [{ op: op.name, before: was, after: is }] : [];
    }),
  };
}

/** Weights, biases and tables. */
function weightBytes(graph: QuantizedGraph): number {
  return graph.tensors.reduce((n, tensor) => n + (tensor.data === null ? 0 : tensorBytes(tensor)), 0);
}
