import { packInt4 } from '../../ir/int4.js';

/** How weights lie in flash: one layout for each kernel set. The TypeScript twin of the kernel's own description. */

/** A dense layer's integers as the kernels use them. */
export interface PackedDense {
  readonly weights: Int8Array;
  readonly bias: Int32Array;
}

export interface DenseIntegers {
  readonly inputs: number;
  readonly outputs: number;
  /** [outputs][inputs] */
  readonly weights: Int8Array;
  /** The bias minus input zero point times the row's weight sum. */
  readonly foldedBias: Int32Array;
}

/** One row of weights and its bias, as a kernel multiplies them. */
export type PackRow = (
  row: Int8Array,
  length: number,
  bias: number,
) => { readonly bytes: Int8Array; readonly bias: number };

/** Pairs of weights in one 16-bit number: kernels/dsp/pairs.h. */
export const pairedRow: PackRow = (row, length, bias) => {
  const { bytes, evenSum } = pairWeights(row, length);
  // int32 on both sides of the multiplication by 256: the kernel computes modulo 2^32.
  return { bytes, bias: (Math.imul(bias, 256) - 127 * evenSum) | 0 };
};

/** Each weight in its byte: kernels/dsp/wide.h. */
export const wideRow: PackRow = (row, length, bias) => {
  const bytes = new Int8Array(length);
  bytes.set(row);
  return { bytes, bias };
};

/** Four weights as SXTB16 makes neighbours of them, for int16 inputs as they lie in memory: kernels/dsp/int16.h. */
export const halvesRow: PackRow = (row, length, bias) => {
  const bytes = Int8Array.from({ length }, (_, k) => row[(k & ~3) + [0, 2, 1, 3][k & 3]] ?? 0);
  return { bytes, bias };
};

/** The inputs of eight weights from the lowest four bits of a word on. */
const NIBBLE_INPUTS = [0, 1, 4, 5, 2, 3, 6, 7] as const;

/** int4 weights plus 8, eight to a word: kernels/dsp/nibbles.h. */
export const nibbleRow: PackRow = (row, _length, bias) => {
  const groups = Math.ceil(row.length / 8);
  const places = Int8Array.from({ length: 8 * groups }, (_, k) => {
    const weight = row[(k & ~7) + NIBBLE_INPUTS[k & 7]] ?? 0;
    return weight + 8;
  });
  return { bytes: packInt4(places), bias };
};

/** Blocks of four interleaved rows, the last ones of less than a block one by one: kernels/dsp. */
export function packDsp(
  { inputs, outputs, weights, foldedBias }: DenseIntegers,
  packRow: PackRow = pairedRow,
): PackedDense {
  const rows = Array.from({ length: outputs }, (_, o) =>
    packRow(weights.subarray(o * inputs, (o + 1) * inputs), Math.ceil(inputs / 4) * 4, foldedBias[o]),
  );
  const rowBytes = rows[0].bytes.length;
  const blocked = outputs - (outputs % 4);
  const packed = new Int8Array(outputs * rowBytes);
  rows.forEach(({ bytes }, o) => {
    if (o >= blocked) {
      packed.set(bytes, o * rowBytes);
      return;
    }
    for (let i = 0; i < rowBytes; i += 4) {
      packed.set(bytes.subarray(i, i + 4), (o & ~3) * rowBytes + i * 4 + (o & 3) * 4);
    }
  });
  return { weights: packed, bias: Int32Array.from(rows, ({ bias }) => bias) };
}

/** A row with its neighbours in pairs: 256 * odd + even in two bytes, padded with zeros to `length`. */
export function pairWeights(row: Int8Array, length: number): { readonly bytes: Int8Array; readonly evenSum: number } {
  const bytes = new Int8Array(length);
  let evenSum = 0;
  for (let i = 0; i < row.length; i += 2) {
    const even = row[i];
    bytes[i] = even;
    bytes[i + 1] = (i + 1 < row.length ? row[i + 1] : 0) - (even < 0 ? 1 : 0);
    evenSum += even;
  }
  return { bytes, evenSum };
}

/** Smallest and largest value the accumulator of row `o` can end with, over all int8 inputs. */
export function accumulatorRange({ inputs, weights, foldedBias }: DenseIntegers, o: number): readonly [number, number] {
  let low = foldedBias[o];
  let high = foldedBias[o];
  for (let i = 0; i < inputs; i++) {
    const w = weights[o * inputs + i];
    low += w > 0 ? -128 * w : 127 * w;
    high += w > 0 ? 127 * w : -128 * w;
  }
  return [low, high];
}

/** Can kernels/dsp compute with pairs of weights? Its sums, in units of 1/256, must stay in int32. */
export function fitsPairs(layer: DenseIntegers): boolean {
  if (layer.weights.includes(-128)) return false;
  for (let o = 0; o < layer.outputs; o++) {
    const [low, high] = accumulatorRange(layer, o);
    if (low < -(2 ** 23) || high >= 2 ** 23) return false;
  }
  return true;
}
