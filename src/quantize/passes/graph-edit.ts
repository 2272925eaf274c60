import { isLayerOp, opInputs, type Activation, type FloatGraph, type FloatOp, type LayerOp } from '../../ir/graph.js';
import type { Tensor } from '../../ir/tensor.js';

/** How often each tensor is read, the network's output once more by whoever runs it. */
export function readerCounts({ ops, output }: Pick<FloatGraph, 'ops' | 'output'>): ReadonlyMap<number, number> {
  const readers = new Map([[output, 1]]);
  for (const op of ops) for (const id of opInputs(op)) readers.set(id, (readers.get(id) ?? 0) + 1);
  return readers;
}

/** The activation that an op applies to what it computed, or null if it has no place for one. */
export function activationOf(op: FloatOp): Activation | null {
  if (op.kind === 'lookup') return null;
  if (!isLayerOp(op)) return op.activation;
  switch (op.spec.type) {
    case 'conv_2d':
    case 'depthwise_conv_2d':
    case 'batch_norm':
    case 'add':
    case 'mul':
      return op.spec.activation;
    default:
      return null;
  }
}

/** An op of which {@link activationOf} is not null, with another activation. */
export function withActivation(op: FloatOp, activation: Activation): FloatOp {
  return isLayerOp(op) ? ({ ...op, spec: { ...op.spec, activation } } as LayerOp) : ({ ...op, activation } as FloatOp);
}

/** A layer of weights among a prepared graph's ops: its constants, and the axis of its output channels; null for others. */
export function weightsOf(op: FloatOp): { weights: number; bias: number | null; channelAxis: number } | null {
  switch (op.kind) {
    case 'fully_connected':
      return { weights: op.weights, bias: op.bias, channelAxis: 0 };
    case 'conv_2d':
    case 'depthwise_conv_2d': {
      const [weights, bias = null] = op.parameters;
      return { weights, bias, channelAxis: op.kind === 'conv_2d' ? 0 : 2 };
    }
    default:
      return null;
  }
}

/** The op with other inputs, in the same order. */
export function withInputs(op: FloatOp, inputs: readonly number[]): FloatOp {
  return isLayerOp(op) ? { ...op, input: inputs[0], inputs } : { ...op, input: inputs[0] };
}

/** Appends a tensor that is filled at run time; its id. */
export function addActivation(tensors: Tensor[], name: string, shape: readonly number[]): number {
  const id = tensors.length;
  tensors.push({ id, name, shape, dtype: 'float32', role: 'activation', quant: null, data: null });
  return id;
}

/** An op that gives its input another shape. */
export function reshapeOp(name: string, input: number, output: number, shape: readonly number[]): LayerOp {
  const spec = { type: 'reshape', shape } as const;
  return { kind: 'reshape', name, input, inputs: [input], parameters: [], state: null, output, spec };
}

/** The graph with other ops: tensors that nothing mentions any more are dropped, and the others numbered anew. */
export function withOps(graph: FloatGraph, tensors: readonly Tensor[], ops: readonly FloatOp[]): FloatGraph {
  const used = new Set([graph.input, graph.output, ...ops.flatMap(mentioned)]);
  const kept = tensors.filter(({ id }) => used.has(id));
  const numbers = new Map(kept.map(({ id }, i) => [id, i]));
  const at = (id: number): number => numbers.get(id)!;
  return {
    ...graph,
    tensors: kept.map((tensor, id) => ({ ...tensor, id })),
    ops: ops.map((op): FloatOp => {
      const ends = { input: at(op.input), output: at(op.output) };
      if (op.kind === 'lookup') return { ...op, ...ends };
      if (!isLayerOp(op)) {
        return { ...op, ...ends, weights: at(op.weights), bias: op.bias === null ? null : at(op.bias) };
      }
      const state = op.state === null ? null : at(op.state);
      return { ...op, ...ends, inputs: op.inputs.map(at), parameters: op.parameters.map(at), state };
    }),
    input: at(graph.input),
    output: at(graph.output),
  };
}

function mentioned(op: FloatOp): readonly number[] {
  const ids = isLayerOp(op)
    ? [...op.inputs, ...op.parameters, op.state, op.output]
    : op.kind === 'lookup'
      ? [op.input, op.output]
      : [op.input, op.weights, op.bias, op.output];
  return ids.filter((id) => id !== null);
}
