import type { Int8Convolution } from '../../../ir/ops/int8/convolution.js';
import { sumByChannel } from '../../../ir/ops/int8/convolution.js';
import { multiplyByQuantizedMultiplier, multiplySingleRounding, type Rounding } from '../../../ir/requantize.js';

/**
 * A channel whose weights are all zero always gives the same value, and converters leave any numbers in its bias and
 * multiplier. They are replaced by small ones that give the same value, so that the other channels are not kept from a
 * fast kernel by their neighbour. Same outputs for every input.
 */
export function tameConstantChannels(
  layer: Int8Convolution,
  channelIsLast: boolean,
  rounding: Rounding,
): Int8Convolution {
  const weight = sumByChannel(layer.weights, layer.outputChannels, channelIsLast, Math.abs);
  const scale = rounding === 'single' ? multiplySingleRounding : multiplyByQuantizedMultiplier;
  const foldedBias = layer.foldedBias.slice();
  const multiplier = layer.multiplier.slice();
  const shift = layer.shift.slice();
  weight.forEach((sum, o) => {
    if (sum > 0) return;
    const value = layer.zeroPoint + scale(foldedBias[o], multiplier[o], shift[o]);
    const clamped = Math.max(layer.clampMin, Math.min(layer.clampMax, value));
    // 4d * 2^30 is d in both fixed points: halved twice, or the top word.
    foldedBias[o] = 4 * (clamped - layer.zeroPoint);
    multiplier[o] = 2 ** 30;
    shift[o] = rounding === 'single' ? 0 : -1;
  });
  return { ...layer, foldedBias, multiplier, shift };
}
