/*
 * Rows divided by their length, byte for byte TFLite's: output scale 1/128, zero point 0. A number "with three integer bits"
 * is an int32 of value raw / 2^28.
 */
#ifndef GRAPES_PLAIN_L2_NORMALIZATION_S8_H
#define GRAPES_PLAIN_L2_NORMALIZATION_S8_H

#include <stddef.h>

#include "requantize.h"

/* 1 / sqrt(x) as a multiplier / 2^31 and a shift to the right, by Newton's iteration; 0 counts as 1. x >= 0. */
static inline int32_t grapes_inverse_square_root(int32_t x, int8_t *right_shift) {
  if (x <= 1) {
    *right_shift = 0;
    return INT32_MAX;
  }
  int8_t right = 11;
  for (; x >= (int32_t)1 << 29; right++) x >>= 2;
  for (; x < (int32_t)1 << 27; right--) x = (int32_t)((uint32_t)x << 2);
  const int32_t half = grapes_rounding_shift_right(x >> 1, 1); /* three integer bits; x / 2 lies in [1/4, 1) */
  int32_t y = (int32_t)1 << 28;
  for (uint8_t k = 0; k < 5; k++) {
    const int32_t cube = grapes_high_multiply(grapes_high_multiply(y, y), y); /* nine integer bits */
    const int32_t cube3 = cube >= (int32_t)1 << 25 ? INT32_MAX : cube * 64;
    y = (grapes_high_multiply(y, 402653184) - grapes_high_multiply(half, cube3)) * 8; /* y * (3/2 - x/2 * y^2) */
  }
  y = grapes_high_multiply(y, 1518500250); /* sqrt(1/2) */
  if (right < 0) {
    y = (int32_t)((uint32_t)y << -right);
    right = 0;
  }
  *right_shift = right;
  return y;
}

/* input, output   [rows][depth]; output may be the input */
static inline void grapes_l2_normalization_s8_plain(const int8_t *input, uint32_t rows, uint16_t depth, int8_t *output,
                                                    int8_t input_zero_point) {
  for (uint32_t row = 0; row < rows; row++, input += depth, output += depth) {
    int32_t sum = 0;
    for (uint16_t i = 0; i < depth; i++) {
      const int32_t x = input[i] - input_zero_point;
      sum += x * x;
    }
    int8_t right;
    const int32_t multiplier = grapes_inverse_square_root(sum, &right);
    for (uint16_t i = 0; i < depth; i++) {
      const int32_t y = grapes_scale_s32(input[i] - input_zero_point, multiplier, (int8_t)(7 - right));
      output[i] = grapes_offset_clamp_s8(y, 0, -128, 127);
    }
  }
}

#endif
