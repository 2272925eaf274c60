import { roundHalfAway } from '../../quantize-input.js';
import type { Affine } from './lookup-tables.js';

/** What a clamp can hold. */
export type ClampActivation = 'none' | 'relu' | 'relu6' | 'relu_n1_to_1';

/** The int8 range that a fused activation leaves, as TFLite computes it: float32 quotients, halves away from zero. */
export function activationClamp(
  activation: ClampActivation,
  { scale, zeroPoint }: Affine,
): { readonly clampMin: number; readonly clampMax: number } {
  const quantized = (real: number): number => zeroPoint + roundHalfAway(Math.fround(real / scale));
  const bounds: Partial<Record<ClampActivation, readonly [number, number]>> = {
    relu: [quantized(0), 127],
    relu6: [quantized(0), quantized(6)],
    relu_n1_to_1: [quantized(-1), quantized(1)],
  };
  const [low, high] = bounds[activation] ?? [-128, 127];
  return { clampMin: Math.max(-128, low), clampMax: Math.min(127, high) };
}
