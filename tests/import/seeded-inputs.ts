import { integersOf, limitsOf, type DType, type Integers } from '../../src/ir/tensor.js';

/** The inputs of scripts/tflm/run.py: all at the lowest, all at the highest value, then bits of a 32-bit xorshift. */
export function seededInputs(count: number, size: number, dtype: DType = 'int8'): Integers[] {
  const { lowest, highest } = limitsOf({ dtype });
  const [shift, mask] = dtype === 'int16' ? [8, 65535] : [16, 255];
  let state = 0x9e3779b9;
  const next = (): number => {
    state = (state ^ (state << 13)) >>> 0;
    state = (state ^ (state >>> 17)) >>> 0;
    state = (state ^ (state << 5)) >>> 0;
    return state;
  };
  return Array.from({ length: count }, (_, k) => {
    const values = integersOf({ dtype }, size);
    if (k < 2) return values.fill(k === 0 ? lowest : highest);
    for (let i = 0; i < size; i++) values[i] = ((next() >>> shift) & mask) + lowest;
    return values;
  });
}
