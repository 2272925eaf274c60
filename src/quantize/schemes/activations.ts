import type { QuantParams } from '../../ir/quant-params.js';
import { roundHalfAway } from '../../ir/quantize-input.js';
import type { Range } from '../observers/observer.js';
import { MIN_SCALE } from './limits.js';

/**
 * Asymmetric int8 over `range`, widened to hold 0, which is represented exactly. `finest` is the smallest scale worth
 * having. A tensor that was always 0 gets the range [0, 2): as good as any, and fine enough for biases beside it.
 */
export function asymmetricInt8(range: Range, finest = 0): QuantParams {
  const min = Math.min(0, range.min);
  const max = Math.max(0, range.max);
  const wanted = min === max ? 1 / 128 : Math.max(MIN_SCALE, (max - min) / 255);
  const scale = Math.fround(Math.max(wanted, finest));
  const zeroPoint = Math.max(-128, Math.min(127, roundHalfAway(-128 - min / scale)));
  return { scale: [scale], zeroPoint: [zeroPoint + 0], axis: null };
}
