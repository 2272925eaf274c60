import { ToolError } from '../errors/tool-error.js';
import { opInputs, type FloatGraph, type FloatOp, type LookupOp } from '../ir/graph.js';
import type { QuantizeOptions } from '../ir/options.js';
import type { Tensor } from '../ir/tensor.js';
import { rescaleJoined } from './joined-ranges.js';
import { addActivation, withInputs } from './passes/graph-edit.js';
import type { ActivationBits } from './schemes/activations.js';

/** A prepared float graph in which every op reads and gives tensors of one width. */
export interface WidthedGraph {
  readonly graph: FloatGraph;
  /** Of every run-time tensor. */
  readonly bits: ReadonlyMap<number, ActivationBits>;
}

/** They pass their input on, or are part of the layer below: where options do not name them, they have its width. */
const FOLLOWERS: readonly FloatOp['kind'][] = ['max_pool_2d', 'average_pool_2d', 'pad', 'reshape', 'flatten', 'lookup'];

export function isRescale(op: FloatOp): op is LookupOp {
  return op.kind === 'lookup' && op.activation === 'rescale';
}

/** Does the op take the width of what it reads, unless an option names it? */
export function followsWidth(op: FloatOp): boolean {
  return FOLLOWERS.includes(op.kind);
}

/**
 * The width of every activation as the options have it, with a `rescale` op at each border between widths: one for all
 * readers of a tensor. Input and output of the network have the width of the whole project, the input its own if
 * `layers.input` says so. A network of one width comes back as it is, but for what a concatenation reads.
 */
export function withWidths(graph: FloatGraph, options: QuantizeOptions): WidthedGraph {
  const general = options.activationBits ?? 8;
  const wanted = (name: string): ActivationBits | undefined => options.layers?.[name]?.activationBits;
  const bits = new Map<number, ActivationBits>([[graph.input, wanted('input') ?? general]]);
  const tensors: Tensor[] = [...graph.tensors];
  const ops: FloatOp[] = [];
  /** What stands for a tensor at the other width. */
  const copies = new Map<number, number>();

  const rescaled = (id: number, to: ActivationBits): number => {
    if (bits.get(id) === to) return id;
    const known = copies.get(id);
    if (known !== undefined) return known;
    const { name, shape } = tensors[id];
    const output = addActivation(tensors, `${name}_int${to}`, shape);
    copies.set(id, output);
    bits.set(output, to);
    ops.push(rescaleOp(`${name}_to_int${to}`, id, output));
    return output;
  };

  for (const op of graph.ops) {
    const own = wanted(op.name) ?? (followsWidth(op) ? bits.get(op.input)! : general);
    const inputs = opInputs(op).map((id) => rescaled(id, own));
    bits.set(op.output, own);
    ops.push(withInputs(op, inputs));
  }
  if (bits.get(graph.output) !== general) endAt(general, { graph, tensors, ops, bits });
  const isAsItWas = tensors.length === graph.tensors.length && ops.length === graph.ops.length;
  return rescaleJoined({ graph: isAsItWas ? graph : { ...graph, tensors, ops }, bits });
}

/** The output keeps its tensor: what was written there goes to one of its own, which is then rescaled. */
function endAt(
  to: ActivationBits,
  made: { graph: FloatGraph; tensors: Tensor[]; ops: FloatOp[]; bits: Map<number, ActivationBits> },
): void {
  const { graph, tensors, ops, bits } = made;
  const { output } = graph;
  const { name, shape } = tensors[output];
  const from = bits.get(output)!;
  const inner = addActivation(tensors, `${name}_int${from}`, shape);
  bits.set(inner, from);
  bits.set(output, to);
  ops.forEach((op, k) => {
    const read = withInputs(
      op,
      opInputs(op).map((id) => (id === output ? inner : id)),
    );
    ops[k] = op.output === output ? { ...read, output: inner } : read;
  });
  ops.push(rescaleOp(`${name}_to_int${to}`, inner, output));
}

function rescaleOp(name: string, input: number, output: number): LookupOp {
  return { kind: 'lookup', name, input, table: -1, output, activation: 'rescale' };
}

/** Throws LEARN_UNSUPPORTED where one of the layers that the device trains is to have 16-bit activations. */
export function checkLearnedWidths(graph: FloatGraph, options: QuantizeOptions, learned: ReadonlySet<string>): void {
  const { graph: widthed, bits } = withWidths(graph, options);
  const wide = widthed.ops.find((op) => learned.has(op.name) && bits.get(op.output) === 16);
  if (wide === undefined) return;
  throw new ToolError(
    'LEARN_UNSUPPORTED',
    `'${graph.name}' cannot learn on a device: '${wide.name}' is among the layers that learn and has 16-bit activations.`,
    { hint: 'Give it activationBits 8 in quantize.layers; what learns is computed in float32 anyway.' },
  );
}
