/*
 * Products of each row of a [rows][count] with the same b [count], int16, in real numbers; output has the shape of a and may be
 * a, and b where there is one row. b is a tensor (grapes_mul_s16_plain) or a constant in flash (grapes_mul_constant_s16_plain).
 */
#ifndef GRAPES_PLAIN_MUL_S16_H
#define GRAPES_PLAIN_MUL_S16_H

#include "int16.h"

static inline void grapes_mul_s16_plain(const int16_t *a, const int16_t *b, int16_t *output, uint32_t rows,
                                        uint32_t count, int32_t multiplier, int8_t shift, int16_t clamp_min,
                                        int16_t clamp_max, uint8_t rounding) {
  for (uint32_t row = 0; row < rows; row++, a += count, output += count) {
    for (uint32_t i = 0; i < count; i++) {
      const int32_t v = grapes_requantize_s32((int32_t)a[i] * b[i], multiplier, shift, rounding);
      output[i] = grapes_clamp_s16(v, clamp_min, clamp_max);
    }
  }
}

static inline void grapes_mul_constant_s16_plain(const int16_t *a, const int16_t *b, int16_t *output, uint32_t rows,
                                                 uint32_t count, int32_t multiplier, int8_t shift, int16_t clamp_min,
                                                 int16_t clamp_max, uint8_t rounding) {
  for (uint32_t row = 0; row < rows; row++, a += count, output += count) {
    for (uint32_t i = 0; i < count; i++) {
      const int32_t v = grapes_requantize_s32((int32_t)a[i] * grapes_ld_s16(b + i), multiplier, shift, rounding);
      output[i] = grapes_clamp_s16(v, clamp_min, clamp_max);
    }
  }
}

#endif
