/*
 * Products of each row of a [rows][count] with the same b [count], in real numbers; output has the shape of a and may be a.
 * b is a tensor (grapes_mul_rows_s8_plain) or a constant in flash (grapes_mul_constant_s8_plain).
 */
#ifndef GRAPES_PLAIN_MUL_ROWS_S8_H
#define GRAPES_PLAIN_MUL_ROWS_S8_H

#include <stddef.h>

#include "../../core/grapes_flash.h"
#include "mul_s8.h"
#include "requantize.h"

static inline void grapes_mul_rows_s8_plain(const int8_t *a, const int8_t *b, int8_t *output, uint32_t rows,
                                            uint32_t count, int8_t a_zero_point, int8_t b_zero_point,
                                            int8_t output_zero_point, int32_t multiplier, int8_t shift,
                                            int8_t clamp_min, int8_t clamp_max, uint8_t rounding) {
  for (uint32_t row = 0; row < rows; row++, a += count, output += count) {
    grapes_mul_s8_plain(a, b, output, count, a_zero_point, b_zero_point, output_zero_point, multiplier, shift,
                        clamp_min, clamp_max, rounding);
  }
}

static inline void grapes_mul_constant_s8_plain(const int8_t *a, const int8_t *b, int8_t *output, uint32_t rows,
                                                uint32_t count, int8_t a_zero_point, int8_t b_zero_point,
                                                int8_t output_zero_point, int32_t multiplier, int8_t shift,
                                                int8_t clamp_min, int8_t clamp_max, uint8_t rounding) {
  for (uint32_t row = 0; row < rows; row++, a += count, output += count) {
    for (uint32_t i = 0; i < count; i++) {
      const int32_t product = (int32_t)(a[i] - a_zero_point) * (int32_t)(grapes_ld_s8(b + i) - b_zero_point);
      const int32_t v = grapes_requantize_s32(product, multiplier, shift, rounding);
      output[i] = grapes_offset_clamp_s8(v, output_zero_point, clamp_min, clamp_max);
    }
  }
}

#endif
