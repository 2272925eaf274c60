const MAX_RUN = 128;

/**
 * Zero-run coding of int8 inputs (docs/protocol.md): a control byte c below 128 is followed by c + 1 bytes to copy,
 * from 128 on it stands for c - 127 bytes of the zero point. A run of one inside other bytes stays among them: cutting
 * it out would cost two control bytes.
 */
export function zeroRunEncode(bytes: Int8Array, zeroPoint: number): Uint8Array {
  const out: number[] = [];
  let literals: number[] = [];
  const flush = (): void => {
    if (literals.length > 0) out.push(literals.length - 1, ...literals);
    literals = [];
  };
  let at = 0;
  while (at < bytes.length) {
    let run = 0;
    while (run < MAX_RUN && at + run < bytes.length && bytes[at + run] === zeroPoint) run++;
    if (run >= 3 || (run > 0 && (literals.length === 0 || at + run === bytes.length))) {
      flush();
      out.push(127 + run);
      at += run;
    } else {
      literals.push(bytes[at++] & 0xff);
      if (literals.length === MAX_RUN) flush();
    }
  }
  flush();
  return Uint8Array.from(out);
}

/** Undoes {@link zeroRunEncode}; null if a control byte lacks its bytes. */
export function zeroRunDecode(coded: Uint8Array, zeroPoint: number): Int8Array | null {
  const out: number[] = [];
  let at = 0;
  while (at < coded.length) {
    const control = coded[at++];
    if (control >= MAX_RUN) {
      for (let i = 0; i < control - 127; i++) out.push(zeroPoint);
    } else {
      if (at + control + 1 > coded.length) return null;
      for (let i = 0; i <= control; i++) out.push((coded[at++] << 24) >> 24);
    }
  }
  return Int8Array.from(out);
}
