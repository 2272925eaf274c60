import { tanhf } from '../learn/math-f32.js';
import type { LookupOp } from '../graph.js';
import { roundHalfAway } from '../quantize-input.js';

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

/** Float forward: the function that the table samples. */
export function lookupFloat(op: Pick<LookupOp, 'activation'>, x: Float32Array, y: Float32Array): void {
  if (op.activation === 'tanh') for (let i = 0; i < x.length; i++) y[i] = tanhf(x[i]);
}

/** The integer reference. */
export function lookupInt8(table: Int8Array, x: Int8Array, y: Int8Array): void {
  for (let i = 0; i < x.length; i++) y[i] = table[x[i] + 128];
}

/**
 * table[q + 128] = clamp(round_half_away(128 * tanhf(scale * (q - zeroPoint))), -128, 127), with the product rounded to
 * float32 and our own tanhf, so that every machine makes the same table.
 */
export function tanhTable(scale: number, zeroPoint: number): Int8Array {
  const table = new Int8Array(LOOKUP_ENTRIES);
  for (let q = -128; q < 128; q++) {
    const scaled = 128 * tanhf(Math.fround(scale * (q - zeroPoint)));
    table[q + 128] = Math.max(-128, Math.min(127, roundHalfAway(scaled)));
  }
  return table;
}
