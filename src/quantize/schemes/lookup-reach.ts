import { opInputs, type FloatGraph, type LookupFunction } from '../../ir/graph.js';
import type { Range } from '../observers/observer.js';
import type { ActivationBits } from './activations.js';

/**
 * Beyond these sums the int8 output of the function is at the end of its range whatever the sum (tanh 3.2 > 127.5 / 128,
 * sigmoid 6.3 > 255.5 / 256), so a tensor that feeds nothing else needs no wider range, and clipping it there is no loss.
 */
const REACH: Partial<Record<LookupFunction, Range>> = {
  tanh: { min: -3.2, max: 3.2 },
  sigmoid: { min: -6.3, max: 6.3 },
};
/** The same for int16: where TFLite's table ends. */
const REACH_INT16: Partial<Record<LookupFunction, Range>> = {
  tanh: { min: -16 / 3, max: 16 / 3 },
  sigmoid: { min: -32 / 3, max: 32 / 3 },
};

/** The reach of each tensor that feeds tables alone, by its id. */
export function lookupReach(graph: FloatGraph, bits: ReadonlyMap<number, ActivationBits>): ReadonlyMap<number, Range> {
  const reach = new Map<number, Range>();
  const elsewhere = new Set([graph.output]);
  for (const op of graph.ops) {
    const table = bits.get(op.input) === 16 ? REACH_INT16 : REACH;
    const range = op.kind === 'lookup' ? table[op.activation] : undefined;
    for (const id of opInputs(op)) {
      const known = reach.get(id);
      if (range === undefined) elsewhere.add(id);
      else reach.set(id, known === undefined ? range : union(known, range));
    }
  }
  for (const id of elsewhere) reach.delete(id);
  return reach;
}

export function within(range: Range, reach: Range | undefined): Range {
  if (reach === undefined) return range;
  return { min: clip(range.min, reach), max: clip(range.max, reach) };
}

export function clip(value: number, { min, max }: Range): number {
  return Math.max(min, Math.min(max, value));
}

function union(a: Range, b: Range): Range {
  return { min: Math.min(a.min, b.min), max: Math.max(a.max, b.max) };
}
