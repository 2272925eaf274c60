import type { QuantParams } from '../../ir/quant-params.js';
import { roundHalfAway } from '../../ir/quantize-input.js';
import type { Range } from '../observers/observer.js';
import { MIN_SCALE } from './limits.js';

/** Bits of an activation. */
export type ActivationBits = 8 | 16;

/** The quantization of a tensor over `range`: asymmetric int8 or symmetric int16. `finest` is the smallest scale worth having. */
export function activationQuant(range: Range, bits: ActivationBits, finest = 0): QuantParams {
  return bits === 16 ? symmetricInt16(range, finest) : asymmetricInt8(range, finest);
}

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

/** int16 with the zero point 0, as TFLite's 16-bit kernels want it: the larger end of the range is ±32767. */
function symmetricInt16(range: Range, finest: number): QuantParams {
  const most = Math.max(-range.min, range.max, 0);
  const wanted = most === 0 ? 1 / 32768 : Math.max(MIN_SCALE, most / 32767);
  return { scale: [Math.fround(Math.max(wanted, finest))], zeroPoint: [0], axis: null };
}
