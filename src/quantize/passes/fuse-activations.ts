import { isLayerOp, type FloatGraph, type FloatOp } from '../../ir/graph.js';
import { activationOf, readerCounts, reshapeOp, withActivation, withOps } from './graph-edit.js';

/**
 * Moves each activation that stands as a layer of its own into the op below, where that op has none yet and feeds nothing
 * else. `none` vanishes: only where its input is read elsewhere too, or comes from outside, is it a copy. An activation
 * behind a pool, say, stays.
 */
export function fuseActivations(graph: FloatGraph): FloatGraph {
  const readers = readerCounts(graph);
  const ops: FloatOp[] = [];
  for (const op of graph.ops) {
    if (!isLayerOp(op) || op.spec.type !== 'activation') {
      ops.push(op);
      continue;
    }
    const { activation } = op.spec;
    const below = ops.findIndex((other) => other.output === op.input);
    if (below >= 0 && readers.get(op.input) === 1) {
      const producer = ops[below];
      if (activation === 'none') {
        ops[below] = { ...producer, output: op.output };
        continue;
      }
      if (activationOf(producer) === 'none') {
        ops[below] = { ...withActivation(producer, activation), output: op.output };
        continue;
      }
    }
    ops.push(activation === 'none' ? reshapeOp(op.name, op.input, op.output, graph.tensors[op.output].shape) : op);
  }
  return withOps(graph, graph.tensors, ops);
}
