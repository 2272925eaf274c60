import { isLayerOp, type FloatGraph, type FloatOp, type LayerOp } from '../../ir/graph.js';
import type { AddLayerSpec } from '../../ir/model-spec.js';
import type { Tensor } from '../../ir/tensor.js';
import { addActivation } from './graph-edit.js';

/**
 * Sums of three and more become sums of two, one after another: that is what the integer op adds. Sums in between are
 * rounded to float32, so the result may differ in its last bit.
 */
export function binaryAdds(graph: FloatGraph): FloatGraph {
  const tensors: Tensor[] = [...graph.tensors];
  const ops = graph.ops.flatMap((op): FloatOp[] => {
    if (!isAdd(op) || op.inputs.length === 2) return [op];
    const { shape, name } = tensors[op.output];
    const sums = op.inputs.slice(2).map((_, k) => addActivation(tensors, `${name}_sum_${k + 1}`, shape));
    return op.inputs.slice(1).map((b, k): LayerOp => {
      const last = k === sums.length;
      const a = k === 0 ? op.input : sums[k - 1];
      const spec: AddLayerSpec = last ? op.spec : { ...op.spec, activation: 'none' };
      const step = last ? op.name : `${op.name}_${k + 1}`;
      return { ...op, name: step, input: a, inputs: [a, b], output: last ? op.output : sums[k], spec };
    });
  });
  return ops.length === graph.ops.length ? graph : { ...graph, tensors, ops };
}

function isAdd(op: FloatOp): op is LayerOp & { readonly spec: AddLayerSpec } {
  return isLayerOp(op) && op.spec.type === 'add';
}
