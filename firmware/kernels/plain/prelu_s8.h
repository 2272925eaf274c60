/*
 * output[r][i] = x where x = input[r][i] is not negative, else slopes[i] * x, in real numbers. Input has `rows` rows of
 * `count` elements; slopes has `count` and lies in flash. Output may be input.
 */
#ifndef GRAPES_PLAIN_PRELU_S8_H
#define GRAPES_PLAIN_PRELU_S8_H

#include <stddef.h>

#include "../../core/grapes_flash.h"
#include "requantize.h"

static inline void grapes_prelu_s8_plain(const int8_t *input, const int8_t *slopes, int8_t *output, uint32_t rows,
                                         uint32_t count, int8_t input_zero_point, int8_t slope_zero_point,
                                         int32_t multiplier, int8_t shift, int32_t slope_multiplier,
                                         int8_t slope_shift, int8_t output_zero_point, int8_t clamp_min,
                                         int8_t clamp_max, uint8_t rounding) {
  for (uint32_t row = 0; row < rows; row++, input += count, output += count) {
    for (uint32_t i = 0; i < count; i++) {
      const int32_t x = input[i] - input_zero_point;
      const int32_t y =
          x >= 0 ? grapes_requantize_s32(x, multiplier, shift, rounding)
                 : grapes_requantize_s32(x * (grapes_ld_s8(slopes + i) - slope_zero_point), slope_multiplier,
                                         slope_shift, rounding);
      output[i] = grapes_offset_clamp_s8(y, output_zero_point, clamp_min, clamp_max);
    }
  }
}

#endif
