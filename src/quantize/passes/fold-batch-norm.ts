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
import { readerCounts, withOps } from './graph-edit.js';

type Linear = FullyConnectedOp | (LayerOp & { readonly spec: Conv2dLayerSpec | DepthwiseConv2dLayerSpec });
export type NormOp = LayerOp & { readonly spec: BatchNormLayerSpec };

/**
 * Folds each batch normalization into the layer below it: with s = gamma / sqrt(variance + epsilon) per channel,
 * weights · s and (bias − mean) · s + beta. It folds where that layer is linear, has no activation of its own, ends in
 * the normalized channels and feeds nothing else; what cannot be folded stays. Computed in double, rounded once.
 */
export function foldBatchNorm(graph: FloatGraph): FloatGraph {
  const readers = readerCounts(graph);
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
  return ops.length === graph.ops.length ? graph : withOps(graph, tensors, ops);
}

export function isNorm(op: FloatOp): op is NormOp {
  return op.kind === 'batch_norm';
}

/** What a norm multiplies each channel by and adds to it, in double: x · factor + offset. */
export function normLine(
  norm: NormOp,
  tensors: readonly Tensor[],
): { readonly factor: Float64Array; readonly offset: (sum: number, c: number) => number } {
  const [gamma, beta, mean, variance] = norm.parameters.map((id) => tensors[id].data as Float32Array);
  const factor = Float64Array.from(gamma, (g, c) => g / Math.sqrt(variance[c] + norm.spec.epsilon));
  return { factor, offset: (bias, c) => (bias - mean[c]) * factor[c] + beta[c] };
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

function fold(linear: Linear, norm: NormOp, tensors: Tensor[]): FloatOp {
  const { factor, offset } = normLine(norm, tensors);
  const [weightId, biasId] = isLayerOp(linear) ? linear.parameters : [linear.weights, linear.bias ?? undefined];
  const weights = tensors[weightId].data as Float32Array;
  const channels = factor.length;
  // Channels come first, but in a depthwise layer last.
  const perChannel = weights.length / channels;
  const last = linear.kind === 'depthwise_conv_2d';
  const folded = weights.map((w, i) => w * factor[last ? i % channels : Math.floor(i / perChannel)]);
  tensors[weightId] = { ...tensors[weightId], data: folded };
  const old = biasId === undefined ? null : (tensors[biasId].data as Float32Array);
  const bias = Float32Array.from(factor, (_, c) => offset(old?.[c] ?? 0, c));
  // Without a bias of its own the layer takes over the norm's beta.
  const target = biasId ?? norm.parameters[1];
  const name = biasId === undefined ? `${linear.name}_bias` : tensors[target].name;
  tensors[target] = { ...tensors[target], name, role: 'bias', data: bias };
  const { activation } = norm.spec;
  const { output } = norm;
  if (!isLayerOp(linear)) return { ...linear, bias: target, activation, output };
  return { ...linear, parameters: [weightId, target], output, spec: { ...linear.spec, activation } };
}
