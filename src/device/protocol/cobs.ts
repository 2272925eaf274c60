/**
 * Consistent Overhead Byte Stuffing (Cheshire and Baker, 1999): rewrites bytes so that none is zero, at the cost of
 * one byte per 254. Zero then marks the ends of frames, whatever they carry.
 */
export function cobsEncode(bytes: Uint8Array): Uint8Array {
  const out = new Uint8Array(bytes.length + Math.floor(bytes.length / 254) + 1);
  let codeAt = 0;
  let length = 1;
  bytes.forEach((byte, index) => {
    if (byte !== 0) out[length++] = byte;
    const full = length - codeAt === 255;
    if (byte === 0 || (full && index + 1 < bytes.length)) {
      out[codeAt] = length - codeAt;
      codeAt = length++;
    }
  });
  out[codeAt] = length - codeAt;
  return out.subarray(0, length);
}

/** The bytes before encoding; null if this is no COBS. */
export function cobsDecode(encoded: Uint8Array): Uint8Array | null {
  const out = new Uint8Array(encoded.length);
  let length = 0;
  let at = 0;
  while (at < encoded.length) {
    const code = encoded[at++];
    const end = at + code - 1;
    if (code === 0 || end > encoded.length) return null;
    while (at < end) {
      if (encoded[at] === 0) return null;
      out[length++] = encoded[at++];
    }
    if (code !== 255 && at < encoded.length) out[length++] = 0;
  }
  return out.subarray(0, length);
}
