import { roundHalfAway } from '../../quantize-input.js';
import { limitsOf, type DType } from '../../tensor.js';
import type { Affine } from './lookup-tables.js';

/** What a clamp can hold. */
export type ClampActivation = 'none' | 'relu' | 'relu6' | 'relu_n1_to_1';

/** The range of int8 or int16 that a fused activation leaves, as TFLite computes it: float32 quotients, halves away from zero. */
export function activationClamp(
  activation: ClampActivation,
  { scale, zeroPoint }: Affine,
  dtype: DType = 'int8',
): { readonly clampMin: number; readonly clampMax: number } {
  const { lowest, highest } = limitsOf({ dtype });
  const quantized = (real: number): number => zeroPoint + roundHalfAway(Math.fround(real / scale));
  const bounds: Partial<Record<ClampActivation, readonly [number, number]>> = {
    relu: [quantized(0), highest],
    relu6: [quantized(0), quantized(6)],
    relu_n1_to_1: [quantized(-1), quantized(1)],
  };
  const [low, high] = bounds[activation] ?? [lowest, highest];
  return { clampMin: Math.max(lowest, low), clampMax: Math.min(highest, high) };
}
