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

/* A window: where it begins, and its rows and columns that lie inside; rows are `line` apart. */
typedef struct {
  const int8_t *from;
  size_t line;
  uint16_t rows, columns;
} grapes_pool_window;

GRAPES_INLINE grapes_pool_window grapes_pool_window_at(const int8_t *input, uint16_t in_height, uint16_t in_width,
                                                       uint16_t channels, int32_t top, int32_t left,
                                                       uint16_t kernel_height, uint16_t kernel_width) {
  const uint16_t row = grapes_window_first(top), column = grapes_window_first(left);
  grapes_pool_window window;
  window.line = (size_t)in_width * channels;
  window.from = input + row * window.line + (size_t)column * channels;
  window.rows = (uint16_t)(grapes_window_end(top, kernel_height, in_height) - row);
  window.columns = (uint16_t)(grapes_window_end(left, kernel_width, in_width) - column);
  return window;
}

/* Does the edge cut no window at all? Known where the shape is. */
GRAPES_INLINE int grapes_pool_is_uncut(uint16_t in_height, uint16_t in_width, uint16_t out_height, uint16_t out_width,
                                       uint16_t kernel_height, uint16_t kernel_width, uint16_t stride_height,
                                       uint16_t stride_width, uint16_t pad_top, uint16_t pad_left) {
  return pad_top == 0 && pad_left == 0 && (out_height - 1) * stride_height + kernel_height <= in_height &&
         (out_width - 1) * stride_width + kernel_width <= in_width;
}

/* `line` and `column` go over a window; unrolled where it is `whole`, its size a constant. */
#if defined(__GNUC__)
#define GRAPES_UNROLL(times) _Pragma(times)
#else
#define GRAPES_UNROLL(times)
#endif
#define GRAPES_OVER_POOL_WINDOW(...)                                                  \
  if (whole && rows <= 3) {                                                           \
    GRAPES_UNROLL("GCC unroll 3")                                                     \
    for (uint16_t row = 0; row < rows; row++, line += window.line) {                  \
      GRAPES_UNROLL("GCC unroll 8")                                                   \
      for (uint16_t column = 0; column < columns; column++) __VA_ARGS__;              \
    }                                                                                 \
  } else if (whole) {                                                                 \
    for (uint16_t row = 0; row < rows; row++, line += window.line) {                  \
      GRAPES_UNROLL("GCC unroll 8")                                                   \
      for (uint16_t column = 0; column < columns; column++) __VA_ARGS__;              \
    }                                                                                 \
  } else {                                                                            \
    for (uint16_t row = 0; row < rows; row++, line += window.line) {                  \
      for (uint16_t column = 0; column < columns; column++) __VA_ARGS__;              \
    }                                                                                 \
  }

/* All channels of one window. */
GRAPES_INLINE void grapes_largest_plain(grapes_pool_window window, uint16_t rows, uint16_t columns, int whole,
                                        uint16_t channels, int8_t clamp_min, int8_t clamp_max, int8_t *output) {
  const int8_t *from = window.from;
  for (int8_t *const end = output + channels; output != end; from++, output++) {
    const int8_t *line = from;
    int32_t most = *from;
    GRAPES_OVER_POOL_WINDOW({
      const int32_t value = line[(size_t)column * channels];
      if (value > most) most = value;
    });
    *output = grapes_clamp_s8(most, clamp_min, clamp_max);
  }
}

/* The same as a function of its own, for windows that the edge cuts. */
static GRAPES_NOINLINE void grapes_largest_of_part_plain(grapes_pool_window window, uint16_t channels, int8_t clamp_min,
                                                         int8_t clamp_max, int8_t *output) {
  grapes_largest_plain(window, window.rows, window.columns, 0, channels, clamp_min, clamp_max, output);
}

/* The largest value under the window. */
static inline void grapes_max_pool_2d_s8_plain(const int8_t *input, uint16_t in_height, uint16_t in_width,
                                               uint16_t channels, int8_t *output, uint16_t out_height,
                                               uint16_t out_width, uint16_t kernel_height, uint16_t kernel_width,
                                               uint16_t stride_height, uint16_t stride_width, uint16_t pad_top,
                                               uint16_t pad_left, int8_t clamp_min, int8_t clamp_max) {
  const int uncut = grapes_pool_is_uncut(in_height, in_width, out_height, out_width, kernel_height, kernel_width,
                                         stride_height, stride_width, pad_top, pad_left);
  for (uint16_t y = 0; y < out_height; y++) {
    for (uint16_t x = 0; x < out_width; x++, output += channels) {
      const grapes_pool_window window = grapes_pool_window_at(
          input, in_height, in_width, channels, (int32_t)y * stride_height - pad_top, (int32_t)x * stride_width - pad_left,
          kernel_height, kernel_width);
      if (uncut || (window.rows == kernel_height && window.columns == kernel_width)) {
        grapes_largest_plain(window, kernel_height, kernel_width, 1, channels, clamp_min, clamp_max, output);
      } else {
        grapes_largest_of_part_plain(window, channels, clamp_min, clamp_max, output);
      }
    }
  }
}

/*
 * Where a division is a call, windows up to so many places divide by a multiplication: 128.5 * places * places < 2^24. Cores
 * without a long multiplication have no division either.
 */
#define GRAPES_POOL_RECIPROCAL_PLACES 361

/* sum / count, halves away from zero. */
GRAPES_INLINE int32_t grapes_mean_of_sum_plain(int32_t sum, int32_t count) {
  if (GRAPES_NARROW_MULTIPLY && count <= GRAPES_POOL_RECIPROCAL_PLACES) {
    /* What the reciprocal is too large by does not reach the next integer in any quotient. */
    const uint32_t reciprocal = (((uint32_t)1 << 24) + (uint32_t)count - 1u) / (uint32_t)count;
    const int32_t mean = (int32_t)(((uint32_t)(sum < 0 ? -sum : sum) + (uint32_t)count / 2u) * reciprocal >> 24);
    return sum < 0 ? -mean : mean;
  }
  return sum > 0 ? (sum + count / 2) / count : (sum - count / 2) / count;
}

GRAPES_INLINE void grapes_means_plain(grapes_pool_window window, uint16_t rows, uint16_t columns, int whole,
                                      uint16_t channels, int8_t clamp_min, int8_t clamp_max, int8_t *output) {
  const int8_t *from = window.from;
  for (int8_t *const end = output + channels; output != end; from++, output++) {
    const int8_t *line = from;
    int32_t sum = 0;
    GRAPES_OVER_POOL_WINDOW(sum += line[(size_t)column * channels]);
    /* A mean of int8 values is one. */
    const int32_t mean = grapes_mean_of_sum_plain(sum, (int32_t)rows * columns);
    *output = clamp_min == -128 && clamp_max == 127 ? (int8_t)mean : grapes_clamp_s8(mean, clamp_min, clamp_max);
  }
}

static GRAPES_NOINLINE void grapes_means_of_part_plain(grapes_pool_window window, uint16_t channels, int8_t clamp_min,
                                                       int8_t clamp_max, int8_t *output) {
  grapes_means_plain(window, window.rows, window.columns, 0, channels, clamp_min, clamp_max, output);
}

/* The mean under the window. */
static inline void grapes_average_pool_2d_s8_plain(const int8_t *input, uint16_t in_height, uint16_t in_width,
                                                   uint16_t channels, int8_t *output, uint16_t out_height,
                                                   uint16_t out_width, uint16_t kernel_height, uint16_t kernel_width,
                                                   uint16_t stride_height, uint16_t stride_width, uint16_t pad_top,
                                                   uint16_t pad_left, int8_t clamp_min, int8_t clamp_max) {
  const int uncut = grapes_pool_is_uncut(in_height, in_width, out_height, out_width, kernel_height, kernel_width,
                                         stride_height, stride_width, pad_top, pad_left);
  for (uint16_t y = 0; y < out_height; y++) {
    for (uint16_t x = 0; x < out_width; x++, output += channels) {
      const grapes_pool_window window = grapes_pool_window_at(
          input, in_height, in_width, channels, (int32_t)y * stride_height - pad_top, (int32_t)x * stride_width - pad_left,
          kernel_height, kernel_width);
      if (uncut || (window.rows == kernel_height && window.columns == kernel_width)) {
        grapes_means_plain(window, kernel_height, kernel_width, 1, channels, clamp_min, clamp_max, output);
      } else {
        grapes_means_of_part_plain(window, channels, clamp_min, clamp_max, output);
      }
    }
  }
}

#endif
