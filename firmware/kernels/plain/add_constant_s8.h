/*
 * output[r][i] = a[r][i] + terms[i] in real numbers: a has `rows` rows of `count` elements, terms has `count` and lies in
 * flash, already at the common scale of sums (docs/numerics.md, "Pools, mean, add, mul"). Output may be a.
 */
#ifndef GRAPES_PLAIN_ADD_CONSTANT_S8_H
#define GRAPES_PLAIN_ADD_CONSTANT_S8_H

#include <stddef.h>

#include "../../core/grapes_flash.h"
#include "requantize.h"

static inline void grapes_add_constant_s8_plain(const int8_t *a, const int32_t *terms, int8_t *output, uint32_t rows,
                                                uint32_t count, int8_t a_zero_point, int32_t a_multiplier,
                                                int8_t a_shift, uint8_t left_shift, int8_t output_zero_point,
                                                int32_t multiplier, int8_t shift, int8_t clamp_min, int8_t clamp_max,
                                                uint8_t rounding) {
  const int32_t one = (int32_t)1 << left_shift;
  for (uint32_t row = 0; row < rows; row++, a += count, output += count) {
    for (uint32_t i = 0; i < count; i++) {
      const int32_t x = grapes_requantize_s32((a[i] - a_zero_point) * one, a_multiplier, a_shift, rounding);
      const int32_t sum = grapes_requantize_s32(x + grapes_ld_s32(terms + i), multiplier, shift, rounding);
      output[i] = grapes_offset_clamp_s8(sum, output_zero_point, clamp_min, clamp_max);
    }
  }
}

#endif
