/*
 * output[i] = a[i] - b[i] in real numbers: both are shifted left, brought to a common scale, subtracted, and the
 * difference is brought to the scale of the output. a, b and output have `count` elements; output may be a or b.
 */
#ifndef GRAPES_PLAIN_SUB_S8_H
#define GRAPES_PLAIN_SUB_S8_H

#include <stddef.h>

#include "requantize.h"

static inline void grapes_sub_s8_plain(const int8_t *a, const int8_t *b, int8_t *output, uint32_t count,
                                       int8_t a_zero_point, int32_t a_multiplier, int8_t a_shift, int8_t b_zero_point,
                                       int32_t b_multiplier, int8_t b_shift, uint8_t left_shift,
                                       int8_t output_zero_point, int32_t multiplier, int8_t shift, int8_t clamp_min,
                                       int8_t clamp_max, uint8_t rounding) {
  const int32_t one = (int32_t)1 << left_shift;
  for (uint32_t i = 0; i < count; i++) {
    const int32_t x = grapes_requantize_s32((a[i] - a_zero_point) * one, a_multiplier, a_shift, rounding);
    const int32_t y = grapes_requantize_s32((b[i] - b_zero_point) * one, b_multiplier, b_shift, rounding);
    const int32_t difference = grapes_requantize_s32(x - y, multiplier, shift, rounding);
    output[i] = grapes_offset_clamp_s8(difference, output_zero_point, clamp_min, clamp_max);
  }
}

#endif
