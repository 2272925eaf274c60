import type { FullyConnectedOp, Graph } from '../graph.js';

/** Every value that an accumulator takes on the way must stay below this in magnitude: int32. */
export const ACCUMULATOR_LIMIT = 2 ** 31;

/**
 * The largest magnitude that any intermediate of a dense op's integer arithmetic can take, over all int8 inputs and
 * any order of summation, with the zero point folded into the bias or not, and after the left shift of requantization.
 * Exact: an integer below 2^53.
 */
export function accumulatorBound(graph: Graph<'quantized'>, op: FullyConnectedOp): number {
  const weights = graph.tensors[op.weights].data as Int8Array;
  const bias = op.bias === null ? null : (graph.tensors[op.bias].data as Int32Array);
  const zeroPoint = graph.tensors[op.input].quant!.zeroPoint[0];
  const { shift } = op.requantize!;
  const [outputs, inputs] = graph.tensors[op.weights].shape;
  // |x| <= 128 beside |zeroPoint| <= 128: partial sums of either form stay below bias + (128 + |zp|) * sum|w|.
  const reach = 128 + Math.abs(zeroPoint);
  let bound = 0;
  for (let o = 0; o < outputs; o++) {
    let sum = 0;
    for (let i = 0; i < inputs; i++) sum += Math.abs(weights[o * inputs + i]);
    const channel = (Math.abs(bias === null ? 0 : bias[o]) + reach * sum) * 2 ** Math.max(0, shift[o]);
    if (channel > bound) bound = channel;
  }
  return bound;
}
