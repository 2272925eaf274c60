import type { LearnDivergence } from '../ir/report.js';
import type { StateSpan } from './state-layout.js';

/** Names one word of the state: which layer, what in it, which element, and its bits on both sides. */
export function describeWord(
  layout: readonly StateSpan[],
  step: number,
  word: number,
  expected: Uint8Array,
  actual: Uint8Array,
): LearnDivergence {
  const span = layout.find(({ from, words }) => word >= from && word < from + words)!;
  const { opName, part, from } = span;
  const want = wordAt(expected, word);
  const got = wordAt(actual, word);
  return {
    step,
    opName,
    part,
    element: word - from,
    expectedBits: want.bits,
    actualBits: got.bits,
    expected: want.value,
    actual: got.value,
  };
}

function wordAt(bytes: Uint8Array, word: number): { bits: string; value: string } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const bits = view
    .getUint32(4 * word, true)
    .toString(16)
    .padStart(8, '0');
  return { bits, value: String(view.getFloat32(4 * word, true)) };
}
