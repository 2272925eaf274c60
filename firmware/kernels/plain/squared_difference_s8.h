/*
 * output[r][i] = (a[r][i] - b[i])^2 in real numbers: both operands are shifted left and brought to a common scale, the square
 * of their difference is brought to the scale of the output. a and output have `rows` rows of `count` elements, b has
 * `count`: a tensor, or constants in flash that are at the common scale already (`terms`). Output may be a, and b where
 * there is one row.
 */
#ifndef GRAPES_PLAIN_SQUARED_DIFFERENCE_S8_H
#define GRAPES_PLAIN_SQUARED_DIFFERENCE_S8_H

#include <stddef.h>

#include "../../core/grapes_flash.h"
#include "requantize.h"

static inline void grapes_squared_difference_s8_plain(const int8_t *a, const int8_t *b, int8_t *output, uint32_t rows,
                                                      uint32_t count, int8_t a_zero_point, int32_t a_multiplier,
                                                      int8_t a_shift, int8_t b_zero_point, int32_t b_multiplier,
                                                      int8_t b_shift, uint8_t left_shift, int8_t output_zero_point,
                                                      int32_t multiplier, int8_t shift, int8_t clamp_min,
                                                      int8_t clamp_max, uint8_t rounding) {
  const int32_t one = (int32_t)1 << left_shift;
  for (uint32_t row = 0; row < rows; row++, a += count, output += count) {
    for (uint32_t i = 0; i < count; i++) {
      const int32_t x = grapes_requantize_s32((a[i] - a_zero_point) * one, a_multiplier, a_shift, rounding);
      const int32_t y = grapes_requantize_s32((b[i] - b_zero_point) * one, b_multiplier, b_shift, rounding);
      const int32_t square = grapes_requantize_s32((x - y) * (x - y), multiplier, shift, rounding);
      output[i] = grapes_offset_clamp_s8(square, output_zero_point, clamp_min, clamp_max);
    }
  }
}

static inline void grapes_squared_difference_constant_s8_plain(
    const int8_t *a, const int32_t *terms, int8_t *output, uint32_t rows, uint32_t count, int8_t a_zero_point,
    int32_t a_multiplier, int8_t a_shift, uint8_t left_shift, int8_t output_zero_point, int32_t multiplier,
    int8_t shift, int8_t clamp_min, int8_t clamp_max, uint8_t rounding) {
  const int32_t one = (int32_t)1 << left_shift;
  for (uint32_t row = 0; row < rows; row++, a += count, output += count) {
    for (uint32_t i = 0; i < count; i++) {
      const int32_t x = grapes_requantize_s32((a[i] - a_zero_point) * one, a_multiplier, a_shift, rounding);
      const int32_t difference = x - grapes_ld_s32(terms + i);
      const int32_t square = grapes_requantize_s32(difference * difference, multiplier, shift, rounding);
      output[i] = grapes_offset_clamp_s8(square, output_zero_point, clamp_min, clamp_max);
    }
  }
}

#endif
