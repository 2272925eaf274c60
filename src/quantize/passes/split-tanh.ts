import type { FloatGraph, FloatOp, FullyConnectedOp, LookupOp } from '../../ir/graph.js';
import type { Tensor } from '../../ir/tensor.js';

/**
 * Gives every tanh an op of its own behind its layer, because in int8 it is a table over the layer's sums, which need
 * a range of their own. Existing tensors keep their ids; the sums are appended. Computes the same values.
 */
export function splitTanh(graph: FloatGraph): FloatGraph {
  const tensors: Tensor[] = [...graph.tensors];
  const ops = graph.ops.flatMap((op): FloatOp[] => {
    if (op.kind !== 'fully_connected' || op.activation !== 'tanh') return [op];
    const output = graph.tensors[op.output];
    const sums: Tensor = { ...output, id: tensors.length, name: `${output.name}_sum`, role: 'activation' };
    tensors.push(sums);
    const dense: FullyConnectedOp = { ...op, activation: 'none', output: sums.id };
    const lookup: LookupOp = {
      kind: 'lookup',
      name: `${op.name}_tanh`,
      input: sums.id,
      table: -1,
      output: op.output,
      activation: 'tanh',
    };
    return [dense, lookup];
  });
  return { ...graph, tensors, ops };
}
