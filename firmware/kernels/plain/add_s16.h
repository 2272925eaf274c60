/*
 * Sums and differences of int16 tensors in real numbers: both operands are shifted left by left_shift, brought to a common
 * scale, added, and the sum is brought to the scale of the output. a, b and output have `count` elements; output may be a
 * or b. A constant operand repeats: a has `rows` rows of `count`, terms has `count` and lies in flash, already at the common
 * scale.
 */
#ifndef GRAPES_PLAIN_ADD_S16_H
#define GRAPES_PLAIN_ADD_S16_H

#include "int16.h"

static inline void grapes_add_s16_plain(const int16_t *a, const int16_t *b, int16_t *output, uint32_t count,
                                        int32_t a_multiplier, int8_t a_shift, int32_t b_multiplier, int8_t b_shift,
                                        uint8_t left_shift, int32_t multiplier, int8_t shift, int16_t clamp_min,
                                        int16_t clamp_max, uint8_t rounding) {
  const int32_t one = (int32_t)1 << left_shift;
  for (uint32_t i = 0; i < count; i++) {
    const int32_t x = grapes_requantize_s32(a[i] * one, a_multiplier, a_shift, rounding);
    const int32_t y = grapes_requantize_s32(b[i] * one, b_multiplier, b_shift, rounding);
    output[i] = grapes_clamp_s16(grapes_requantize_s32(x + y, multiplier, shift, rounding), clamp_min, clamp_max);
  }
}

static inline void grapes_sub_s16_plain(const int16_t *a, const int16_t *b, int16_t *output, uint32_t count,
                                        int32_t a_multiplier, int8_t a_shift, int32_t b_multiplier, int8_t b_shift,
                                        uint8_t left_shift, int32_t multiplier, int8_t shift, int16_t clamp_min,
                                        int16_t clamp_max, uint8_t rounding) {
  const int32_t one = (int32_t)1 << left_shift;
  for (uint32_t i = 0; i < count; i++) {
    const int32_t x = grapes_requantize_s32(a[i] * one, a_multiplier, a_shift, rounding);
    const int32_t y = grapes_requantize_s32(b[i] * one, b_multiplier, b_shift, rounding);
    output[i] = grapes_clamp_s16(grapes_requantize_s32(x - y, multiplier, shift, rounding), clamp_min, clamp_max);
  }
}

static inline void grapes_add_constant_s16_plain(const int16_t *a, const int32_t *terms, int16_t *output,
                                                 uint32_t rows, uint32_t count, int32_t a_multiplier, int8_t a_shift,
                                                 uint8_t left_shift, int32_t multiplier, int8_t shift,
                                                 int16_t clamp_min, int16_t clamp_max, uint8_t rounding) {
  const int32_t one = (int32_t)1 << left_shift;
  for (uint32_t row = 0; row < rows; row++, a += count, output += count) {
    for (uint32_t i = 0; i < count; i++) {
      const int32_t x = grapes_requantize_s32(a[i] * one, a_multiplier, a_shift, rounding) + grapes_ld_s32(terms + i);
      output[i] = grapes_clamp_s16(grapes_requantize_s32(x, multiplier, shift, rounding), clamp_min, clamp_max);
    }
  }
}

#endif
