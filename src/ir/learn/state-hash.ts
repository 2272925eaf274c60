/** FNV-1a over 32-bit words in place of bytes: what device and host compare after every learning step. */
export function hashWords(words: Uint32Array): number {
  let h = 2166136261 | 0;
  for (let i = 0; i < words.length; i++) h = Math.imul(h ^ words[i], 16777619);
  return h >>> 0;
}
