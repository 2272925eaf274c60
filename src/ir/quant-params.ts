/**
 * Affine quantization: real = scale * (q - zeroPoint).
 * Per tensor: one scale and one zero point, `axis` null. Per channel: one of each per index along `axis`.
 * Scales hold exact float32 values.
 */
export interface QuantParams {
  readonly scale: readonly number[];
  readonly zeroPoint: readonly number[];
  readonly axis: number | null;
}

/**
 * How an accumulator becomes an int8 or int16 output (docs/numerics.md, "Requantization"): for channel c,
 * out = clamp(zeroPoint + multiplyByQuantizedMultiplier(acc, multiplier[c], shift[c]), clampMin, clampMax).
 * `multiplier` is Q31 in [2^30, 2^31) or 0; `shift` is the power of two, positive for a left shift.
 */
export interface Requantize {
  /**
   * 15: multipliers are Q15 in [2^14, 2^15) or 0 and accumulators may take 38 bits, rounded once whatever the graph's `rounding`:
   * layers of weights on int16 activations, where TFLite has biases of int64. Absent: Q31.
   */
  readonly multiplierBits?: 15;
  readonly multiplier: readonly number[];
  readonly shift: readonly number[];
  readonly zeroPoint: number;
  readonly clampMin: number;
  readonly clampMax: number;
}
