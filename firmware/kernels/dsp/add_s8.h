/*
 * output[i] = a[i] + b[i] in real numbers for Cortex-M cores with the DSP extension: bit for bit what kernels/plain
 * computes, arguments as there, in half the instructions. Multipliers and shifts may be any that kernels/plain takes.
 */
#ifndef GRAPES_DSP_ADD_S8_H
#define GRAPES_DSP_ADD_S8_H

#include "requantize.h"

/* grapes_requantize_s32 of a value below 2^29. */
GRAPES_INLINE int32_t grapes_scale_value_dsp(int32_t value, int32_t multiplier, int8_t shift, uint8_t rounding) {
  if (rounding == GRAPES_ROUNDING_TFLITE && shift < 0) {
    const int32_t twice = 2 * value;
    const int32_t half = (int32_t)((uint32_t)1 << (-shift - 1));
    return grapes_multiply_top_rounded(twice, multiplier, half + (twice >> 31)) >> -shift;
  }
  return grapes_requantize_s32(value, multiplier, shift, rounding);
}

static inline void grapes_add_s8_dsp(const int8_t *a, const int8_t *b, int8_t *output, uint32_t count,
                                     int8_t a_zero_point, int32_t a_multiplier, int8_t a_shift, int8_t b_zero_point,
                                     int32_t b_multiplier, int8_t b_shift, uint8_t left_shift,
                                     int8_t output_zero_point, int32_t multiplier, int8_t shift, int8_t clamp_min,
                                     int8_t clamp_max, uint8_t rounding) {
  const int32_t one = (int32_t)1 << left_shift;
  const int8_t *const end = a + count;
  const int fast = rounding == GRAPES_ROUNDING_TFLITE && shift < 0 && shift >= -22;
  while (a != end) {
    const int32_t x = grapes_scale_value_dsp((*a++ - a_zero_point) * one, a_multiplier, a_shift, rounding);
    const int32_t y = grapes_scale_value_dsp((*b++ - b_zero_point) * one, b_multiplier, b_shift, rounding);
    if (fast) {
      *output++ = grapes_scale_twice_dsp(2 * (x + y), multiplier, shift, output_zero_point, clamp_min, clamp_max);
    } else {
      const int32_t sum = grapes_requantize_s32(x + y, multiplier, shift, rounding);
      *output++ = grapes_offset_clamp_s8(sum, output_zero_point, clamp_min, clamp_max);
    }
  }
}

#endif
