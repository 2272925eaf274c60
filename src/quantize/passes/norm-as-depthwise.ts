import type { FloatGraph, FloatOp, LayerOp } from '../../ir/graph.js';
import type { DepthwiseConv2dLayerSpec } from '../../ir/model-spec.js';
import type { Tensor } from '../../ir/tensor.js';
import { isNorm, normLine, type NormOp } from './fold-batch-norm.js';
import { addActivation, reshapeOp, withOps } from './graph-edit.js';

/**
 * A batch normalization that could not be folded is a depthwise convolution with windows of 1 × 1: one weight and one bias
 * a channel. Other shapes than images are reshaped around it.
 */
export function normAsDepthwise(graph: FloatGraph): FloatGraph {
  if (!graph.ops.some(isNorm)) return graph;
  const tensors = [...graph.tensors];
  const ops = graph.ops.flatMap((op): FloatOp[] => (isNorm(op) ? depthwise(op, tensors) : [op]));
  return withOps(graph, tensors, ops);
}

function depthwise(norm: NormOp, tensors: Tensor[]): FloatOp[] {
  const { name, input, output } = norm;
  const { factor, offset } = normLine(norm, tensors);
  const channels = factor.length;
  const [gamma, beta] = norm.parameters;
  const weights = Float32Array.from(factor);
  tensors[gamma] = { ...tensors[gamma], name: `${name}_weights`, shape: [1, 1, channels], data: weights };
  const bias = Float32Array.from(factor, (_, c) => offset(0, c));
  tensors[beta] = { ...tensors[beta], name: `${name}_bias`, data: bias };
  const spec: DepthwiseConv2dLayerSpec = {
    type: 'depthwise_conv_2d',
    multiplier: 1,
    kernel: [1, 1],
    strides: [1, 1],
    padding: 'valid',
    activation: norm.spec.activation,
  };
  const op = (from: number, to: number): LayerOp => {
    return {
      kind: spec.type,
      name,
      input: from,
      inputs: [from],
      parameters: [gamma, beta],
      state: null,
      output: to,
      spec,
    };
  };
  const { shape } = tensors[output];
  if (shape.length === 3) return [op(input, output)];
  const image = [1, shape.reduce((n, d) => n * d, 1) / channels, channels];
  const before = addActivation(tensors, `${name}_image`, image);
  const after = addActivation(tensors, `${name}_sum`, image);
  return [
    reshapeOp(`${name}_image`, input, before, image),
    op(before, after),
    reshapeOp(`${name}_shape`, after, output, shape),
  ];
}
