/*
 * int8 pooling in plain C. Input and output have the same scale and zero point; places outside the input do not count,
 * and every window holds at least one value.
 *
 * input    [in_height][in_width][channels]
 * output   [out_height][out_width][channels]
 */
#ifndef GRAPES_PLAIN_POOL_2D_S8_H
#define GRAPES_PLAIN_POOL_2D_S8_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "../../core/grapes_flash.h"
#include "requantize.h"

/* First place of a window that lies inside, and one behind the last. */
static inline uint16_t grapes_window_first(int32_t start) {
  return (uint16_t)(start < 0 ? 0 : start);
}

static inline uint16_t grapes_window_end(int32_t start, uint16_t kernel, uint16_t size) {
  return (uint16_t)(start + kernel < size ? start + kernel : size);
}

static inline int8_t grapes_clamp_s8(int32_t v, int8_t low, int8_t high) {
  return (int8_t)(v < low ? low : v > high ? high : v);
}

/* The largest value under the window: one place of it after the other meets all channels. */
static inline void grapes_max_pool_2d_s8_plain(const int8_t *input, uint16_t in_height, uint16_t in_width,
                                               uint16_t channels, int8_t *output, uint16_t out_height,
                                               uint16_t out_width, uint16_t kernel_height, uint16_t kernel_width,
                                               uint16_t stride_height, uint16_t stride_width, uint16_t pad_top,
                                               uint16_t pad_left, int8_t clamp_min, int8_t clamp_max) {
  const size_t line = (size_t)in_width * channels;
  for (uint16_t y = 0; y < out_height; y++) {
    const int32_t top = (int32_t)y * stride_height - pad_top;
    const uint16_t row_first = grapes_window_first(top);
    const uint16_t rows = (uint16_t)(grapes_window_end(top, kernel_height, in_height) - row_first);
    for (uint16_t x = 0; x < out_width; x++, output += channels) {
      const int32_t left = (int32_t)x * stride_width - pad_left;
      const uint16_t column_first = grapes_window_first(left);
      const uint16_t columns = (uint16_t)(grapes_window_end(left, kernel_width, in_width) - column_first);
      const int8_t *from = input + row_first * line + (size_t)column_first * channels;
      memcpy(output, from, channels);
      for (uint16_t row = 0; row < rows; row++, from += line) {
        const int8_t *place = row == 0 ? from + channels : from;
        for (const int8_t *const end = from + (size_t)columns * channels; place != end;) {
          for (int8_t *most = output, *const last = output + channels; most != last; most++, place++) {
            if (*place > *most) *most = *place;
          }
        }
      }
      if (clamp_min > -128 || clamp_max < 127) {
        for (uint16_t c = 0; c < channels; c++) output[c] = grapes_clamp_s8(output[c], clamp_min, clamp_max);
      }
    }
  }
}

/*
 * Where a division is a call, windows up to so many places divide by a multiplication: 128.5 * places * places < 2^24. Cores
 * without a long multiplication have no division either.
 */
#define GRAPES_POOL_RECIPROCAL_PLACES 361

/* A window: the rows and columns that lie inside. */
typedef struct {
  uint16_t row_first, row_end, column_first, column_end;
} grapes_pool_window;

/* The means of all channels under one window. reciprocal: 2^24 / places, rounded up, or 0. */
GRAPES_INLINE void grapes_window_means_plain(const int8_t *input, uint16_t in_width, uint16_t channels,
                                             grapes_pool_window window, int32_t count, uint32_t reciprocal,
                                             int8_t clamp_min, int8_t clamp_max, int8_t *output) {
  for (uint16_t c = 0; c < channels; c++) {
    int32_t sum = 0;
    for (uint16_t row = window.row_first; row < window.row_end; row++) {
      for (uint16_t column = window.column_first; column < window.column_end; column++) {
        sum += input[((size_t)row * in_width + column) * channels + c];
      }
    }
    if (reciprocal != 0) {
      const int32_t mean = (int32_t)(((uint32_t)(sum < 0 ? -sum : sum) + (uint32_t)count / 2u) * reciprocal >> 24);
      sum = sum < 0 ? -mean : mean;
    } else {
      sum = sum > 0 ? (sum + count / 2) / count : (sum - count / 2) / count;
    }
    /* A mean of int8 values is one. */
    *output++ = clamp_min == -128 && clamp_max == 127 ? (int8_t)sum : grapes_clamp_s8(sum, clamp_min, clamp_max);
  }
}

/* As a function of its own: the loops over windows outside do not take the registers of those inside. */
#if defined(__GNUC__)
__attribute__((noinline, unused))
#endif
static void grapes_means_of_window_plain(const int8_t *input, uint16_t in_width, uint16_t channels,
                                         grapes_pool_window window, int32_t count, uint32_t reciprocal,
                                         int8_t clamp_min, int8_t clamp_max, int8_t *output) {
  grapes_window_means_plain(input, in_width, channels, window, count, reciprocal, clamp_min, clamp_max, output);
}

/*
 * Where a division is a call, windows up to so many places divide by a multiplication: 128.5 * places * places < 2^24. Cores
 * without a long multiplication have no division either.
 */
#define GRAPES_POOL_RECIPROCAL_PLACES 361

/* All channels of one place: a window of rows, `line` apart, and columns. */
GRAPES_INLINE void grapes_mean_place_plain(const int8_t *from, uint16_t channels, uint16_t rows, uint16_t columns,
                                           size_t line, uint32_t count, uint32_t reciprocal, int8_t clamp_min,
                                           int8_t clamp_max, int8_t *output) {
  for (int8_t *const end = output + channels; output != end; from++) {
    int32_t sum = 0;
    for (uint16_t row = 0; row < rows; row++) {
      for (uint16_t column = 0; column < columns; column++) sum += from[row * line + (size_t)column * channels];
    }
    if (reciprocal != 0) {
      const int32_t mean = (int32_t)(((uint32_t)(sum < 0 ? -sum : sum) + count / 2) * reciprocal >> 24);
      sum = sum < 0 ? -mean : mean;
    } else {
      const int32_t half = (int32_t)(count / 2);
      sum = sum > 0 ? (sum + half) / (int32_t)count : (sum - half) / (int32_t)count;
    }
    *output++ = grapes_clamp_s8(sum, clamp_min, clamp_max);
  }
}

/* The same as a function of its own: the loops over places outside do not take the registers of those inside. */
#if defined(__GNUC__)
__attribute__((noinline, unused))
#endif
static void grapes_mean_of_place_plain(const int8_t *from, uint16_t channels, uint16_t rows, uint16_t columns, size_t line,
                                       uint32_t count, uint32_t reciprocal, int8_t clamp_min, int8_t clamp_max,
                                       int8_t *output) {
  grapes_mean_place_plain(from, channels, rows, columns, line, count, reciprocal, clamp_min, clamp_max, output);
}

/* The mean under the window, halves away from zero. */
static inline void grapes_average_pool_2d_s8_plain(const int8_t *input, uint16_t in_height, uint16_t in_width,
                                                   uint16_t channels, int8_t *output, uint16_t out_height,
                                                   uint16_t out_width, uint16_t kernel_height, uint16_t kernel_width,
                                                   uint16_t stride_height, uint16_t stride_width, uint16_t pad_top,
                                                   uint16_t pad_left, int8_t clamp_min, int8_t clamp_max) {
  const int few = GRAPES_NARROW_MULTIPLY && (int32_t)kernel_height * kernel_width <= GRAPES_POOL_RECIPROCAL_PLACES;
  /* Of whole windows; what it is too large by does not reach the next integer in any quotient. */
  const int32_t places = (int32_t)kernel_height * kernel_width;
  const uint32_t of_whole = few ? (((uint32_t)1 << 24) + (uint32_t)places - 1u) / (uint32_t)places : 0;
  for (uint16_t y = 0; y < out_height; y++) {
    const int32_t top = (int32_t)y * stride_height - pad_top;
    for (uint16_t x = 0; x < out_width; x++, output += channels) {
      const int32_t left = (int32_t)x * stride_width - pad_left;
      const grapes_pool_window window = {grapes_window_first(top), grapes_window_end(top, kernel_height, in_height),
                                         grapes_window_first(left), grapes_window_end(left, kernel_width, in_width)};
      const int32_t count = (int32_t)(window.row_end - window.row_first) * (window.column_end - window.column_first);
      uint32_t reciprocal = of_whole;
      if (few && count != places) reciprocal = (((uint32_t)1 << 24) + (uint32_t)count - 1u) / (uint32_t)count;
      if (out_height == 1 && out_width == 1) {
        grapes_window_means_plain(input, in_width, channels, window, count, reciprocal, clamp_min, clamp_max, output);
      } else {
        grapes_means_of_window_plain(input, in_width, channels, window, count, reciprocal, clamp_min, clamp_max, output);
      }
    }
  }
}

#endif
