import {
  isLayerOp,
  opInputs,
  type FloatGraph,
  type FloatOp,
  type FullyConnectedOp,
  type LayerOp,
} from '../../ir/graph.js';
import type { BatchNormLayerSpec, Conv2dLayerSpec, DepthwiseConv2dLayerSpec } from '../../ir/model-spec.js';
import type { Tensor } from '../../ir/tensor.js';

type Linear = FullyConnectedOp | (LayerOp & { readonly spec: Conv2dLayerSpec | DepthwiseConv2dLayerSpec });
type Norm = LayerOp & { readonly spec: BatchNormLayerSpec };

/**
 * Folds each batch normalization into the layer below it: with s = gamma / sqrt(variance + epsilon) per channel,
 * weights · s and (bias − mean) · s + beta. It folds where that layer is linear, has no activation of its own, ends in
 * the normalized channels and feeds nothing else; what cannot be folded stays. Computed in double, rounded once.
 */
export function foldBatchNorm(graph: FloatGraph): FloatGraph {
  const readers = new Map<number, number>();
  for (const op of graph.ops) for (const id of opInputs(op)) readers.set(id, (readers.get(id) ?? 0) + 1);
  const tensors = [...graph.tensors];
  const ops: FloatOp[] = [];
  for (const op of graph.ops) {
    const below = ops.findIndex((other) => other.output === opInputs(op)[0]);
    const linear = ops.at(below);
    if (!isNorm(op) || below < 0 || !isLinear(linear) || readers.get(linear.output) !== 1) {
      ops.push(op);
      continue;
    }
    ops[below] = fold(linear, op, tensors);
  }
  return ops.length === graph.ops.length ? graph : { ...graph, ...onlyUsed(graph, tensors, ops) };
}

function isNorm(op: FloatOp): op is Norm {
  return op.kind === 'batch_norm';
}

function isLinear(op: FloatOp | undefined): op is Linear {
  if (op === undefined) return false;
  if (op.kind === 'fully_connected') return op.activation === 'none';
  return (
    isLayerOp(op) &&
    (op.spec.type === 'conv_2d' || op.spec.type === 'depthwise_conv_2d') &&
    op.spec.activation === 'none'
  );
}

function fold(linear: Linear, norm: Norm, tensors: Tensor[]): FloatOp {
  const [gamma, beta, mean, variance] = norm.parameters.map((id) => tensors[id].data as Float32Array);
  const factor = (c: number): number => gamma[c] / Math.sqrt(variance[c] + norm.spec.epsilon);
  const [weightId, biasId] = isLayerOp(linear) ? linear.parameters : [linear.weights, linear.bias ?? undefined];
  const weights = tensors[weightId].data as Float32Array;
  const channels = gamma.length;
  // Channels come first, but in a depthwise layer last.
  const perChannel = weights.length / channels;
  const last = linear.kind === 'depthwise_conv_2d';
  const folded = weights.map((w, i) => w * factor(last ? i % channels : Math.floor(i / perChannel)));
  tensors[weightId] = { ...tensors[weightId], data: folded };
  const old = biasId === undefined ? null : (tensors[biasId].data as Float32Array);
  const bias = Float32Array.from(beta, (b, c) => ((old?.[c] ?? 0) - mean[c]) * factor(c) + b);
  // Without a bias of its own the layer takes over the norm's beta.
  const target = biasId ?? norm.parameters[1];
  const name = biasId === undefined ? `${linear.name}_bias` : tensors[target].name;
  tensors[target] = { ...tensors[target], name, role: 'bias', data: bias };
  const { activation } = norm.spec;
  const { output } = norm;
  if (!isLayerOp(linear)) return { ...linear, bias: target, activation, output };
  return { ...linear, parameters: [weightId, target], output, spec: { ...linear.spec, activation } };
}

/** Tensors that nothing mentions any more are dropped, and the others numbered anew. */
function onlyUsed(
  graph: FloatGraph,
  tensors: readonly Tensor[],
  ops: readonly FloatOp[],
): Pick<FloatGraph, 'tensors' | 'ops' | 'input' | 'output'> {
  const used = new Set([graph.input, graph.output]);
  const mentioned = (op: FloatOp): readonly (number | null)[] =>
    isLayerOp(op)
      ? [...op.inputs, ...op.parameters, op.state, op.output]
      : op.kind === 'lookup'
        ? [op.input, op.output]
        : [op.input, op.weights, op.bias, op.output];
  for (const op of ops) for (const id of mentioned(op)) if (id !== null) used.add(id);
  const kept = tensors.filter(({ id }) => used.has(id));
  const numbers = new Map(kept.map(({ id }, i) => [id, i]));
  const at = (id: number): number => numbers.get(id)!;
  return {
    tensors: kept.map((tensor, id) => ({ ...tensor, id })),
    ops: ops.map((op): FloatOp => {
      const ends = { input: at(op.input), output: at(op.output) };
      if (op.kind === 'lookup') return { ...op, ...ends };
      if (!isLayerOp(op))
        return { ...op, ...ends, weights: at(op.weights), bias: op.bias === null ? null : at(op.bias) };
      const state = op.state === null ? null : at(op.state);
      return { ...op, ...ends, inputs: op.inputs.map(at), parameters: op.parameters.map(at), state };
    }),
    input: at(graph.input),
    output: at(graph.output),
  };
}
