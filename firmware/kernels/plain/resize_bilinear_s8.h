/*
 * An image at another size: each output value is the mean of the four input values around its place, weighted by nearness,
 * halves away from zero. Places are counted in 1/1024 of an input pixel: row r lies at first_row + r * row_step, column c
 * alike. Byte for byte TFLite's (docs/numerics.md, "Resize bilinear").
 */
#ifndef GRAPES_PLAIN_RESIZE_BILINEAR_S8_H
#define GRAPES_PLAIN_RESIZE_BILINEAR_S8_H

#include <stddef.h>

#include "requantize.h"

/* The input places below and above `at`, of `size`, and how far `at` lies behind the lower one. */
static inline int32_t grapes_resize_between(int32_t at, uint16_t size, uint16_t *lower, uint16_t *upper) {
  const uint16_t below = at < 0 ? 0 : (uint16_t)((uint32_t)at >> 10);
  const uint16_t above = (uint16_t)((uint32_t)(at + 1023) >> 10); /* at >= -512 */
  *lower = below;
  *upper = above < size ? above : (uint16_t)(size - 1);
  return at - ((int32_t)below << 10);
}

/*
 * input    [in_height][in_width][channels]
 * output   [out_height][out_width][channels]; must not overlap input
 */
static inline void grapes_resize_bilinear_s8_plain(const int8_t *input, uint16_t in_height, uint16_t in_width,
                                                   uint16_t channels, int8_t *output, uint16_t out_height,
                                                   uint16_t out_width, int32_t first_row, int32_t row_step,
                                                   int32_t first_column, int32_t column_step) {
  const size_t row_bytes = (size_t)in_width * channels;
  for (uint16_t r = 0; r < out_height; r++) {
    uint16_t lower, upper;
    const int32_t down = grapes_resize_between(first_row + r * row_step, in_height, &lower, &upper);
    const int8_t *above = input + lower * row_bytes;
    const int8_t *below = input + upper * row_bytes;
    for (uint16_t c = 0; c < out_width; c++) {
      uint16_t left, right;
      const int32_t along = grapes_resize_between(first_column + c * column_step, in_width, &left, &right);
      const size_t a = (size_t)left * channels, b = (size_t)right * channels;
      const int32_t w00 = (1024 - down) * (1024 - along), w01 = (1024 - down) * along;
      const int32_t w10 = down * (1024 - along), w11 = down * along;
      for (uint16_t i = 0; i < channels; i++) {
        const int32_t sum = above[a + i] * w00 + above[b + i] * w01 + below[a + i] * w10 + below[b + i] * w11;
        *output++ = (int8_t)grapes_rounding_shift_right(sum, 20);
      }
    }
  }
}

#endif
