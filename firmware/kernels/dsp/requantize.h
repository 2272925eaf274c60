/*
 * From an accumulator to an int8 output with the DSP extension: five instructions for what grapes_requantize_s32 and
 * grapes_offset_clamp_s8 of kernels/plain compute.
 *
 * tflite, twice rounded. SMMLAR of twice the accumulator is the first rounding. The second divides by 2^right, ties away
 * from zero: adding half a step, and one less for negative numbers, turns it into a plain shift. The sign may be taken
 * from the accumulator: where it is negative and the first rounding gave 0, both ways give 0. The zero point is a whole
 * number of steps, so it is added together with the half.
 *
 * single, once rounded: SMMLAR of accumulator * 2^shift; the zero point is its addend.
 */
#ifndef GRAPES_DSP_REQUANTIZE_H
#define GRAPES_DSP_REQUANTIZE_H

#include "../plain/requantize.h"
#include "instructions.h"

/* One instruction where the clamp is int8's range, as it is for relu with the zero point at -128. */
GRAPES_INLINE int8_t grapes_clamp_dsp(int32_t v, int8_t low, int8_t high) {
  if (low == -128 && high == 127) return (int8_t)grapes_saturate_s8(v);
  if (v < low) v = low;
  if (v > high) v = high;
  return (int8_t)v;
}

/* What a channel adds before the last shift: tflite, shift in [-22, -1]. */
GRAPES_INLINE int32_t grapes_addend_dsp(int8_t shift, int8_t zero_point) {
  return (int32_t)((uint32_t)(2 * zero_point + 1) << (-shift - 1));
}

/* tflite, from twice the accumulator, which is below 2^30, with what the channel adds; right in [1, 22]. */
GRAPES_INLINE int8_t grapes_finish_twice_dsp(int32_t twice, int32_t multiplier, int32_t addend, uint8_t right,
                                             int8_t low, int8_t high) {
  const int32_t v = grapes_multiply_top_rounded(twice, multiplier, addend + (twice >> 31));
  return grapes_clamp_dsp(v >> right, low, high);
}

GRAPES_INLINE int8_t grapes_scale_twice_dsp(int32_t twice, int32_t multiplier, int8_t shift, int8_t zero_point,
                                            int8_t low, int8_t high) {
  const int32_t addend = grapes_addend_dsp(shift, zero_point);
  return grapes_finish_twice_dsp(twice, multiplier, addend, (uint8_t)-shift, low, high);
}

/* single, from the accumulator; accumulator * 2^shift fits an int32. */
GRAPES_INLINE int8_t grapes_scale_once_dsp(int32_t accumulator, int32_t multiplier, int8_t shift, int8_t zero_point,
                                           int8_t low, int8_t high) {
  const int32_t scaled = (int32_t)((uint32_t)accumulator << shift);
  return grapes_clamp_dsp(grapes_multiply_top_rounded(scaled, multiplier, zero_point), low, high);
}

/* From 256 times the accumulator, the unit of kernels/dsp/pairs.h. */
GRAPES_INLINE int8_t grapes_requantize_pairs_dsp(uint32_t sum, int32_t multiplier, int8_t shift, int8_t zero_point,
                                                 int8_t low, int8_t high, uint8_t rounding) {
  return rounding == GRAPES_ROUNDING_TFLITE
             ? grapes_scale_twice_dsp((int32_t)sum >> 7, multiplier, shift, zero_point, low, high)
             : grapes_scale_once_dsp((int32_t)sum >> 8, multiplier, shift, zero_point, low, high);
}

/* From the accumulator itself. */
GRAPES_INLINE int8_t grapes_requantize_sum_dsp(uint32_t sum, int32_t multiplier, int8_t shift, int8_t zero_point,
                                               int8_t low, int8_t high, uint8_t rounding) {
  return rounding == GRAPES_ROUNDING_TFLITE
             ? grapes_scale_twice_dsp((int32_t)(sum << 1), multiplier, shift, zero_point, low, high)
             : grapes_scale_once_dsp((int32_t)sum, multiplier, shift, zero_point, low, high);
}

/*
 * Any multiplier and shift. The exporter knows each channel's largest sum and says by `way` how it is scaled:
 *   below 0         tflite: the shift itself, in [-22, -1]; |sum| < 2^29
 *   0 to 31         one rounding, of sum * 2^way, which fits an int32. single: way is the shift. tflite: way is the shift,
 *                   which is not negative, and one more, because there the first rounding is that of 2 * sum
 *   from 33 on      64 more than the shift, whatever it is: as kernels/plain
 */
#define GRAPES_WAY_PLAIN_DSP 64

#if defined(__GNUC__)
__attribute__((noinline, unused))
#endif
static int32_t grapes_scale_plain_dsp(int32_t sum, int32_t multiplier, int8_t way) {
  return grapes_scale_s32(sum, multiplier, (int8_t)(way - GRAPES_WAY_PLAIN_DSP));
}

GRAPES_INLINE int8_t grapes_requantize_any_dsp(uint32_t sum, int32_t multiplier, int8_t way, int8_t zero_point,
                                               int8_t low, int8_t high) {
  if (way < 0) return grapes_scale_twice_dsp((int32_t)(sum << 1), multiplier, way, zero_point, low, high);
  if (way < 32) return grapes_scale_once_dsp((int32_t)sum, multiplier, way, zero_point, low, high);
  return grapes_offset_clamp_s8(grapes_scale_plain_dsp((int32_t)sum, multiplier, way), zero_point, low, high);
}

#endif
