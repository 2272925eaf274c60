import type { Int8Dense } from '../../../ir/ops/fully-connected.js';
import { sumByChannel, type Int8Convolution } from '../../../ir/ops/int8/convolution.js';

/** A Q15 multiplier at most this far up is below 2^31, as the top word of a 32 x 32 bit product wants it. */
const MOST_UP = 16;

type Numbers = Pick<Int8Dense & Int8Convolution, 'weights' | 'foldedBias' | 'multiplier' | 'shift'>;

/**
 * A layer of int16 activations with Q15 multipliers whose sums stay in int32 for every input, as one of a single rounding
 * (docs/numerics.md): the same outputs, without 64-bit sums. With k = 17 + shift, which is not negative,
 *
 *     floor((acc * m + 2^(14 - shift)) / 2^(15 - shift)) = floor((acc * m * 2^k + 2^31) / 2^32)
 *
 * because both numerators and both denominators differ by the factor 2^k. m takes up to 16 of the k places, acc the rest, if
 * its sums leave room. Null where they do not, or where k is negative.
 */
export function narrowSums<Layer extends Numbers>(layer: Layer, channelIsLast: boolean): Layer | null {
  const channels = layer.foldedBias.length;
  const weight = sumByChannel(layer.weights, channels, channelIsLast, Math.abs);
  const multiplier = new Int32Array(channels);
  const shift = new Int8Array(channels);
  for (let o = 0; o < channels; o++) {
    const places = layer.multiplier[o] === 0 ? 0 : 17 + layer.shift[o];
    const left = Math.max(0, places - MOST_UP);
    const most = Math.abs(layer.foldedBias[o]) + 32768 * weight[o];
    if (places < 0 || most * 2 ** left >= 2 ** 31) return null;
    multiplier[o] = layer.multiplier[o] * 2 ** (places - left);
    shift[o] = left;
  }
  return { ...layer, multiplier, shift, multiplierBits: 31 };
}
