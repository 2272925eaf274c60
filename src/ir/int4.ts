/** int4: values from -8 to 7, held as bytes in memory and two to a byte in files and flash, the first in the low half. */
export const INT4_MIN = -8;
export const INT4_MAX = 7;

/** Two values to a byte; an odd last one has a zero beside it. */
export function packInt4(values: Int8Array): Int8Array {
  const packed = new Int8Array(Math.ceil(values.length / 2));
  for (let k = 0; k < values.length; k++) packed[k >> 1] |= (values[k] & 15) << (4 * (k & 1));
  return packed;
}

/** The first `count` values of {@link packInt4}'s bytes. */
export function unpackInt4(packed: Int8Array, count: number): Int8Array {
  return Int8Array.from({ length: count }, (_, k) => (packed[k >> 1] << (k & 1 ? 24 : 28)) >> 28);
}
