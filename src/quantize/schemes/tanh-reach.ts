import type { Graph } from '../../ir/graph.js';
import type { Range } from '../observers/observer.js';

/**
 * Beyond these sums the int8 output of tanh is at the end of its range whatever the sum (tanh 3.2 > 127.5 / 128), so a
 * tensor that only feeds tanh needs no wider range, and clipping it there is no loss.
 */
export const TANH_REACH: Range = { min: -3.2, max: 3.2 };

/** Ids of the tensors that feed a tanh after the pass `split-tanh`. */
export function tanhInputs(graph: Graph): ReadonlySet<number> {
  return new Set(graph.ops.filter((op) => op.kind === 'lookup').map((op) => op.input));
}
