/* output[i] = a[i] * b[i] in real numbers; a, b and output have `count` elements; output may be a or b. */
#ifndef GRAPES_PLAIN_MUL_S8_H
#define GRAPES_PLAIN_MUL_S8_H

#include <stddef.h>

#include "requantize.h"

static inline void grapes_mul_s8_plain(const int8_t *a, const int8_t *b, int8_t *output, uint32_t count,
                                       int8_t a_zero_point, int8_t b_zero_point, int8_t output_zero_point,
                                       int32_t multiplier, int8_t shift, int8_t clamp_min, int8_t clamp_max,
                                       uint8_t rounding) {
  for (uint32_t i = 0; i < count; i++) {
    const int32_t product = (int32_t)(a[i] - a_zero_point) * (int32_t)(b[i] - b_zero_point);
    const int32_t v = grapes_requantize_s32(product, multiplier, shift, rounding);
    output[i] = grapes_offset_clamp_s8(v, output_zero_point, clamp_min, clamp_max);
  }
}

#endif
