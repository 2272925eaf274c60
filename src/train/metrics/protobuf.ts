/**
 * The wire format of Protocol Buffers, as far as event files need it: a field is its number and kind, then its value.
 * (protobuf.dev/programming-guides/encoding)
 */
const KIND = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 } as const;

/** A message: its fields' bytes, one after the other. */
export function message(...fields: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat(fields);
}

/** `value` is a whole number from 0 to 2^53. */
export function integerField(number: number, value: number): Uint8Array {
  return message(varint(number * 8 + KIND.varint), varint(value));
}

export function doubleField(number: number, value: number): Uint8Array {
  const out = new DataView(new ArrayBuffer(8));
  out.setFloat64(0, value, true);
  return message(varint(number * 8 + KIND.fixed64), new Uint8Array(out.buffer));
}

export function floatField(number: number, value: number): Uint8Array {
  const out = new DataView(new ArrayBuffer(4));
  out.setFloat32(0, value, true);
  return message(varint(number * 8 + KIND.fixed32), new Uint8Array(out.buffer));
}

/** A repeated field of doubles, packed. */
export function doublesField(number: number, values: readonly number[]): Uint8Array {
  const out = new DataView(new ArrayBuffer(8 * values.length));
  values.forEach((value, i) => out.setFloat64(8 * i, value, true));
  return bytesField(number, new Uint8Array(out.buffer));
}

export function bytesField(number: number, value: Uint8Array | string): Uint8Array {
  const bytes = Buffer.from(value);
  return message(varint(number * 8 + KIND.bytes), varint(bytes.length), bytes);
}

/** Seven bits a byte, lowest first. */
function varint(value: number): Uint8Array {
  const out: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return Uint8Array.from([...out, rest]);
    out.push((rest % 128) | 128);
  }
}
