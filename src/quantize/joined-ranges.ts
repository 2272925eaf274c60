import { opInputs, type FloatGraph, type FloatOp, type LookupOp } from '../ir/graph.js';
import { addActivation, readerCounts, withInputs } from './passes/graph-edit.js';
import type { Tensor } from '../ir/tensor.js';
import type { ActivationBits } from './schemes/activations.js';

/** Ops whose output has the quantization of their input. */
const KEEPERS: readonly FloatOp['kind'][] = ['max_pool_2d', 'average_pool_2d', 'reshape', 'flatten', 'pad'];

interface Widthed {
  readonly graph: FloatGraph;
  readonly bits: ReadonlyMap<number, ActivationBits>;
}

/**
 * A concatenation joins bytes, so its inputs have its output's quantization: a `rescale` op in front of it brings each there.
 * Where the layer below can take that quantization itself, the op does nothing, and an exact pass takes it out.
 */
export function rescaleJoined({ graph, bits }: Widthed): Widthed {
  if (!graph.ops.some(({ kind }) => kind === 'concatenation')) return { graph, bits };
  const tensors: Tensor[] = [...graph.tensors];
  const widths = new Map(bits);
  const ops = graph.ops.flatMap((op): FloatOp[] => {
    if (op.kind !== 'concatenation') return [op];
    const rescales = [...new Set(op.inputs)].map((input, k): LookupOp => {
      const name = `${op.name}_input_${k + 1}`;
      const output = addActivation(tensors, name, tensors[input].shape);
      widths.set(output, bits.get(input)!);
      return { kind: 'lookup', name, input, table: -1, output, activation: 'rescale' };
    });
    const inputs = op.inputs.map((id) => rescales.find(({ input }) => input === id)!.output);
    return [...rescales, withInputs(op, inputs)];
  });
  return { graph: { ...graph, tensors, ops }, bits: widths };
}

/** Does this op bring an input to the quantization of a concatenation? */
export function isJoinedInput(graph: FloatGraph, op: FloatOp): boolean {
  return graph.ops.some((other) => other.kind === 'concatenation' && other.inputs.includes(op.output));
}

/**
 * Tensors that take the range of a concatenation's output, each with that output: the inputs of the concatenation, and, but
 * for those in `exact`, what is read for nothing but them.
 */
export function joinedRanges(graph: FloatGraph, exact: ReadonlySet<number>): ReadonlyMap<number, number> {
  const readers = readerCounts(graph);
  const writer = new Map(graph.ops.map((op) => [op.output, op]));
  const joined = new Map<number, number>();
  // From the last to the first, so that a chain of concatenations has one range.
  for (const { kind, output, ...op } of [...graph.ops].reverse()) {
    if (kind !== 'concatenation') continue;
    const target = joined.get(output) ?? output;
    for (const input of opInputs({ kind, output, ...op } as FloatOp)) {
      joined.set(input, target);
      let below = writer.get(input);
      while (below !== undefined && (below.output === input || KEEPERS.includes(below.kind))) {
        const from: number = below.input;
        if (readers.get(from) !== 1 || exact.has(from)) break;
        joined.set(from, target);
        below = writer.get(from);
      }
    }
  }
  return joined;
}
