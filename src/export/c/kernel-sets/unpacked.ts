import type { Int8Convolution } from '../../../ir/ops/int8/convolution.js';
import type { Pack } from './kernel-set.js';

/** kernels/plain/unpack_s4.h: eight weights to a word, each plus 8; the first four in the low halves of the bytes. */
function packGroups(values: Int8Array): Int8Array {
  const packed = new Int8Array(4 * Math.ceil(values.length / 8)).fill(0x88 - 256);
  values.forEach((v, k) => {
    const at = 4 * (k >> 3) + (k & 3);
    const [low, high] = [packed[at] & 0x0f, packed[at] & 0xf0];
    packed[at] = (k & 4) === 0 ? high | (v + 8) : low | ((v + 8) << 4);
  });
  return packed;
}

/**
 * int4 weights for a set's int8 kernel: the weights as that kernel wants them, unpacked to the scratch memory before each
 * call. For layers of few weights, each used at every pixel: at most `most` bytes.
 */
export function unpackedFirst(pack: Pack<Int8Convolution>, most = Infinity): Pack<Int8Convolution> {
  return (layer, rounding) => {
    const packed = pack(layer, rounding);
    if (packed === null || packed.weights.length > most) return null;
    const groups = Math.ceil(packed.weights.length / 8);
    return {
      ...packed,
      weights: packGroups(packed.weights),
      unpackedGroups: groups,
      layout: `${packed.layout}; plus 8, two a byte`,
    };
  };
}
