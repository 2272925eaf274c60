/*
 * Pooling of int16 values in plain C. Input and output have the same scale; places outside the input do not count, and every
 * window holds at least one value.
 *
 * input    [in_height][in_width][channels]
 * output   [out_height][out_width][channels]
 */
#ifndef GRAPES_PLAIN_POOL_2D_S16_H
#define GRAPES_PLAIN_POOL_2D_S16_H

#include <stddef.h>

#include "int16.h"
#include "pool_2d_s8.h"

/* The largest value under the window. */
static inline void grapes_max_pool_2d_s16_plain(const int16_t *input, uint16_t in_height, uint16_t in_width,
                                                uint16_t channels, int16_t *output, uint16_t out_height,
                                                uint16_t out_width, uint16_t kernel_height, uint16_t kernel_width,
                                                uint16_t stride_height, uint16_t stride_width, uint16_t pad_top,
                                                uint16_t pad_left, int16_t clamp_min, int16_t clamp_max) {
  for (uint16_t y = 0; y < out_height; y++) {
    const int32_t top = (int32_t)y * stride_height - pad_top;
    const uint16_t row_end = grapes_window_end(top, kernel_height, in_height);
    for (uint16_t x = 0; x < out_width; x++) {
      const int32_t left = (int32_t)x * stride_width - pad_left;
      const uint16_t column_end = grapes_window_end(left, kernel_width, in_width);
      for (uint16_t c = 0; c < channels; c++) {
        int16_t most = INT16_MIN;
        for (uint16_t row = grapes_window_first(top); row < row_end; row++) {
          for (uint16_t column = grapes_window_first(left); column < column_end; column++) {
            const int16_t value = input[((size_t)row * in_width + column) * channels + c];
            if (value > most) most = value;
          }
        }
        *output++ = grapes_clamp_s16(most, clamp_min, clamp_max);
      }
    }
  }
}

/* The mean under the window, halves away from zero. */
static inline void grapes_average_pool_2d_s16_plain(const int16_t *input, uint16_t in_height, uint16_t in_width,
                                                    uint16_t channels, int16_t *output, uint16_t out_height,
                                                    uint16_t out_width, uint16_t kernel_height, uint16_t kernel_width,
                                                    uint16_t stride_height, uint16_t stride_width, uint16_t pad_top,
                                                    uint16_t pad_left, int16_t clamp_min, int16_t clamp_max) {
  for (uint16_t y = 0; y < out_height; y++) {
    const int32_t top = (int32_t)y * stride_height - pad_top;
    const uint16_t row_first = grapes_window_first(top);
    const uint16_t row_end = grapes_window_end(top, kernel_height, in_height);
    for (uint16_t x = 0; x < out_width; x++) {
      const int32_t left = (int32_t)x * stride_width - pad_left;
      const uint16_t column_first = grapes_window_first(left);
      const uint16_t column_end = grapes_window_end(left, kernel_width, in_width);
      const int32_t count = (int32_t)(row_end - row_first) * (column_end - column_first);
      for (uint16_t c = 0; c < channels; c++) {
        int32_t sum = 0;
        for (uint16_t row = row_first; row < row_end; row++) {
          for (uint16_t column = column_first; column < column_end; column++) {
            sum += input[((size_t)row * in_width + column) * channels + c];
          }
        }
        sum = sum > 0 ? (sum + count / 2) / count : (sum - count / 2) / count;
        *output++ = grapes_clamp_s16(sum, clamp_min, clamp_max);
      }
    }
  }
}

#endif
