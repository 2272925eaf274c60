/** The inputs of scripts/tflm/run.py: all -128, all 127, then a 32-bit xorshift's bytes. */
export function seededInputs(count: number, size: number): Int8Array[] {
  let state = 0x9e3779b9;
  const next = (): number => {
    state = (state ^ (state << 13)) >>> 0;
    state = (state ^ (state >>> 17)) >>> 0;
    state = (state ^ (state << 5)) >>> 0;
    return state;
  };
  return Array.from({ length: count }, (_, k) =>
    k < 2
      ? new Int8Array(size).fill(k === 0 ? -128 : 127)
      : Int8Array.from({ length: size }, () => ((next() >>> 16) & 255) - 128),
  );
}
