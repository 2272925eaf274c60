import { isLayerOp, type FloatGraph, type FloatOp } from '../../ir/graph.js';
import type { Tensor } from '../../ir/tensor.js';
import { weightsOf } from './graph-edit.js';

/** Gives each layer of weights that has no bias one of zeros: a place for what bias correction finds. */
export function addBiases(graph: FloatGraph): FloatGraph {
  const tensors: Tensor[] = [...graph.tensors];
  const ops = graph.ops.map((op): FloatOp => {
    const layer = weightsOf(op);
    if (layer === null || layer.bias !== null || op.kind === 'lookup') return op;
    const channels = tensors[layer.weights].shape[layer.channelAxis];
    const bias = tensors.length;
    tensors.push({
      id: bias,
      name: `${op.name}_bias`,
      shape: [channels],
      dtype: 'float32',
      role: 'bias',
      quant: null,
      data: new Float32Array(channels),
    });
    return isLayerOp(op) ? { ...op, parameters: [layer.weights, bias] } : { ...op, bias };
  });
  return { ...graph, tensors, ops };
}
