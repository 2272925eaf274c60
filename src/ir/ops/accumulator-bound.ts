import type { FullyConnectedOp, QuantizedGraph, QuantizedOp } from '../graph.js';
import type { Requantize } from '../quant-params.js';
import { limitsOf } from '../tensor.js';

/** Every value that an accumulator takes on the way must stay below this in magnitude: int32. */
export const ACCUMULATOR_LIMIT = 2 ** 31;

/** With Q15 multipliers accumulators are wider; so far their products are exact, also in double. */
export const WIDE_ACCUMULATOR_LIMIT = 2 ** 37;

/** Where an op's bound has to end. */
export function accumulatorLimit(op: QuantizedOp): number {
  const requantize = 'requantize' in op ? op.requantize : null;
  return requantize?.multiplierBits === 15 ? WIDE_ACCUMULATOR_LIMIT : ACCUMULATOR_LIMIT;
}

/** The largest |x - zero point| that folding the zero point into a bias, or not, lets appear in a sum: bounds both forms. */
export function reachOf(graph: QuantizedGraph, tensor: number): number {
  const { quant } = graph.tensors[tensor];
  return -limitsOf(graph.tensors[tensor]).lowest + Math.abs(quant!.zeroPoint[0]);
}

/**
 * The largest magnitude of channel `o`'s accumulator up to its output, where the sum itself stays below `sum`: after the left
 * shift of requantization; with Q15 multipliers the output has to fit in int32, and counts 64 times, for the limit there is
 * 64 times as high.
 */
export function requantizedBound({ multiplier, shift, multiplierBits }: Requantize, o: number, sum: number): number {
  if (multiplierBits !== 15) return sum * 2 ** Math.max(0, shift[o]);
  return Math.max(sum, 64 * (sum * (multiplier[o] / 2 ** 15) * 2 ** shift[o] + 1));
}

/**
 * The largest magnitude that any intermediate of a dense op's integer arithmetic can take, over all inputs and
 * any order of summation, with the zero point folded into the bias or not.
 */
export function accumulatorBound(graph: QuantizedGraph, op: FullyConnectedOp): number {
  const weights = graph.tensors[op.weights].data as Int8Array;
  const bias = op.bias === null ? null : (graph.tensors[op.bias].data as Int32Array);
  const [outputs, inputs] = graph.tensors[op.weights].shape;
  const reach = reachOf(graph, op.input);
  let bound = 0;
  for (let o = 0; o < outputs; o++) {
    let sum = 0;
    for (let i = 0; i < inputs; i++) sum += Math.abs(weights[o * inputs + i]);
    const channel = Math.abs(bias === null ? 0 : bias[o]) + reach * sum;
    bound = Math.max(bound, requantizedBound(op.requantize!, o, channel));
  }
  return bound;
}
