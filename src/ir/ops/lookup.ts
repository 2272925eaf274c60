import type { Activation, LookupOp } from '../graph.js';
import type { Integers } from '../tensor.js';
import { activateFloat } from './activation.js';

/** A lookup multiplies nothing. */
export const LOOKUP_MACS = 0;

/** Entries of a table: one per int8 value. */
export const LOOKUP_ENTRIES = 256;

/** The shape rule: element by element, the shape stays. */
export function lookupOutputShape(inputShape: readonly number[]): readonly number[] {
  return inputShape;
}

/** Output parameters of tanh, fixed as in TFLite: the int8 range is [-1, 1). */
export const TANH_OUTPUT = { scale: 1 / 128, zeroPoint: 0 } as const;

/** Output parameters of the sigmoid, fixed as in TFLite: the int8 range is [0, 1). */
export const SIGMOID_OUTPUT = { scale: 1 / 256, zeroPoint: -128 } as const;

/** Float forward: the function that the table samples. */
export function lookupFloat(op: Pick<LookupOp, 'activation'>, x: Float32Array, y: Float32Array): void {
  // To another scale or width: the same real values.
  const activation = op.activation === 'rescale' ? 'none' : (op.activation as Activation);
  for (let i = 0; i < x.length; i++) y[i] = activateFloat(activation, x[i]);
}

/** The integer reference. */
export function lookupInt8(table: Int8Array, x: Integers, y: Integers): void {
  for (let i = 0; i < x.length; i++) y[i] = table[x[i] + 128];
}
