import { isLayerOp, type FloatGraph, type FloatOp, type LookupOp } from '../../ir/graph.js';
import type { Tensor } from '../../ir/tensor.js';
import { activationOf, addActivation, withActivation } from './graph-edit.js';

/**
 * Gives every tanh and sigmoid an op of its own behind its layer, because in int8 they are tables over the layer's sums,
 * which need a range of their own. Activations that stand alone become tables too. Existing tensors keep their ids; the
 * sums are appended. Computes the same values.
 */
export function splitLookups(graph: FloatGraph): FloatGraph {
  const tensors: Tensor[] = [...graph.tensors];
  const ops = graph.ops.flatMap((op): FloatOp[] => {
    const { name, input, output } = op;
    if (isLayerOp(op) && op.spec.type === 'activation') {
      const { activation } = op.spec;
      // `fuse-activations` has left none without a function.
      return activation === 'none' ? [op] : [lookupOp(name, input, output, activation)];
    }
    const activation = activationOf(op);
    if (activation !== 'tanh' && activation !== 'sigmoid') return [op];
    const { name: outputName, shape } = tensors[output];
    const sums = addActivation(tensors, `${outputName}_sum`, shape);
    return [
      { ...withActivation(op, 'none'), output: sums },
      lookupOp(`${name}_${activation}`, sums, output, activation),
    ];
  });
  return { ...graph, tensors, ops };
}

function lookupOp(name: string, input: number, output: number, activation: LookupOp['activation']): LookupOp {
  return { kind: 'lookup', name, input, table: -1, output, activation };
}
