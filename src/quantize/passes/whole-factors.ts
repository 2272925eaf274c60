import { isLayerOp, type FloatGraph, type FloatOp } from '../../ir/graph.js';
import { repeatedFactor } from '../../ir/ops/mul.js';
import type { Tensor } from '../../ir/tensor.js';
import { addActivation, reshapeOp, withInputs } from './graph-edit.js';

/**
 * Of a product, the factor with the output's shape comes first, and the one that repeats has no leading axes of 1: that is
 * how the integer op reads them.
 */
export function wholeFactors(graph: FloatGraph): FloatGraph {
  const tensors: Tensor[] = [...graph.tensors];
  let changed = false;
  const ops = graph.ops.flatMap((op): FloatOp[] => {
    if (!isLayerOp(op) || op.spec.type !== 'mul') return [op];
    const small = repeatedFactor(op.inputs.map((id) => tensors[id].shape));
    const [whole, factor] = [op.inputs[1 - small], op.inputs[small]];
    const { shape } = tensors[factor];
    const first = shape.findIndex((d) => d !== 1);
    const own = first < 0 ? [1] : shape.slice(first);
    const isTrimmed = own.length === shape.length || String(shape) === String(tensors[whole].shape);
    if (isTrimmed && small === 1) return [op];
    changed = true;
    if (isTrimmed) return [withInputs(op, [whole, factor])];
    const name = `${op.name}_factor`;
    const trimmed = addActivation(tensors, name, own);
    return [reshapeOp(name, factor, trimmed, own), withInputs(op, [whole, trimmed])];
  });
  return changed ? { ...graph, tensors, ops } : graph;
}
