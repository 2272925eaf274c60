const HOST_IS_LITTLE_ENDIAN = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

/** The bytes of a typed array as they stand on a little-endian machine: every artefact and device is one. */
export function littleEndianBytes(array: Float32Array | Int8Array | Int16Array | Int32Array | Uint32Array): Uint8Array {
  const bytes = new Uint8Array(array.buffer, array.byteOffset, array.byteLength).slice();
  if (!HOST_IS_LITTLE_ENDIAN) reverseElements(bytes, array.BYTES_PER_ELEMENT);
  return bytes;
}

/** The inverse: `byteCount` little-endian bytes at `offset` as a fresh, aligned buffer in this machine's order. */
export function nativeBuffer(bytes: Uint8Array, offset: number, byteCount: number, elementBytes: number): ArrayBuffer {
  const copy = new Uint8Array(byteCount);
  copy.set(bytes.subarray(offset, offset + byteCount));
  if (!HOST_IS_LITTLE_ENDIAN) reverseElements(copy, elementBytes);
  return copy.buffer;
}

function reverseElements(bytes: Uint8Array, elementBytes: number): void {
  for (let i = 0; i < bytes.length; i += elementBytes) bytes.subarray(i, i + elementBytes).reverse();
}
