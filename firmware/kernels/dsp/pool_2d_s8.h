/*
 * int8 pooling for Cortex-M cores with the DSP extension: bit for bit what kernels/plain computes, arguments as there, four
 * channels at a time. The last four channels may overlap those before; images of fewer channels, and means of more than 255
 * places, go the plain way.
 */
#ifndef GRAPES_DSP_POOL_2D_S8_H
#define GRAPES_DSP_POOL_2D_S8_H

#include "../plain/pool_2d_s8.h"
#include "instructions.h"

/* Values that can be summed in halves of words: 255 * 128 < 2^15. */
#define GRAPES_POOL_PLACES_DSP 255

GRAPES_INLINE uint32_t grapes_four_of_dsp(int8_t value) {
  return (uint32_t)(uint8_t)value * 0x01010101u;
}

GRAPES_INLINE void grapes_largest_dsp(grapes_pool_window window, uint16_t rows, uint16_t columns, int whole,
                                      uint16_t channels, int8_t clamp_min, int8_t clamp_max, int8_t *output) {
  const int8_t *from = window.from;
  for (int left = channels; left > 0; left -= 4, from += 4, output += 4) {
    if (channels % 4 != 0 && left < 4) {
      from -= 4 - left;
      output -= 4 - left;
    }
    const int8_t *line = from;
    uint32_t most = grapes_load_word(from);
    GRAPES_OVER_POOL_WINDOW(most = grapes_larger_bytes(most, grapes_load_word(line + (size_t)column * channels)));
    if (clamp_min > -128) most = grapes_larger_bytes(most, grapes_four_of_dsp(clamp_min));
    if (clamp_max < 127) most = grapes_smaller_bytes(most, grapes_four_of_dsp(clamp_max));
    memcpy(output, &most, 4);
  }
}

static GRAPES_NOINLINE void grapes_largest_of_part_dsp(grapes_pool_window window, uint16_t channels, int8_t clamp_min,
                                                       int8_t clamp_max, int8_t *output) {
  grapes_largest_dsp(window, window.rows, window.columns, 0, channels, clamp_min, clamp_max, output);
}

static inline void grapes_max_pool_2d_s8_dsp(const int8_t *input, uint16_t in_height, uint16_t in_width,
                                             uint16_t channels, int8_t *output, uint16_t out_height, uint16_t out_width,
                                             uint16_t kernel_height, uint16_t kernel_width, uint16_t stride_height,
                                             uint16_t stride_width, uint16_t pad_top, uint16_t pad_left,
                                             int8_t clamp_min, int8_t clamp_max) {
  if (channels < 4) {
    grapes_max_pool_2d_s8_plain(input, in_height, in_width, channels, output, out_height, out_width, kernel_height,
                                kernel_width, stride_height, stride_width, pad_top, pad_left, clamp_min, clamp_max);
    return;
  }
  const int uncut = grapes_pool_is_uncut(in_height, in_width, out_height, out_width, kernel_height, kernel_width,
                                         stride_height, stride_width, pad_top, pad_left);
  for (uint16_t y = 0; y < out_height; y++) {
    for (uint16_t x = 0; x < out_width; x++, output += channels) {
      const grapes_pool_window window = grapes_pool_window_at(
          input, in_height, in_width, channels, (int32_t)y * stride_height - pad_top, (int32_t)x * stride_width - pad_left,
          kernel_height, kernel_width);
      if (uncut || (window.rows == kernel_height && window.columns == kernel_width)) {
        grapes_largest_dsp(window, kernel_height, kernel_width, 1, channels, clamp_min, clamp_max, output);
      } else {
        grapes_largest_of_part_dsp(window, channels, clamp_min, clamp_max, output);
      }
    }
  }
}

/* The means of channels 0 and 2, or 1 and 3, of which `sums` has the sums in its halves. */
GRAPES_INLINE void grapes_means_of_sums_dsp(uint32_t sums, int32_t count, int8_t clamp_min, int8_t clamp_max,
                                            int8_t *output) {
  const int32_t low = grapes_mean_of_sum_plain((int16_t)(uint16_t)(sums & 0xFFFFu), count);
  const int32_t high = grapes_mean_of_sum_plain((int32_t)sums >> 16, count);
  output[0] = clamp_min == -128 && clamp_max == 127 ? (int8_t)low : grapes_clamp_s8(low, clamp_min, clamp_max);
  output[2] = clamp_min == -128 && clamp_max == 127 ? (int8_t)high : grapes_clamp_s8(high, clamp_min, clamp_max);
}

GRAPES_INLINE void grapes_means_dsp(grapes_pool_window window, uint16_t rows, uint16_t columns, int whole,
                                    uint16_t channels, int8_t clamp_min, int8_t clamp_max, int8_t *output) {
  const int8_t *from = window.from;
  for (int left = channels; left > 0; left -= 4, from += 4, output += 4) {
    if (channels % 4 != 0 && left < 4) {
      from -= 4 - left;
      output -= 4 - left;
    }
    const int8_t *line = from;
    uint32_t even = 0, odd = 0;
    GRAPES_OVER_POOL_WINDOW({
      const uint32_t values = grapes_load_word(line + (size_t)column * channels);
      even = grapes_add_widened_even(even, values);
      odd = grapes_add_widened_odd(odd, values);
    });
    grapes_means_of_sums_dsp(even, (int32_t)rows * columns, clamp_min, clamp_max, output);
    grapes_means_of_sums_dsp(odd, (int32_t)rows * columns, clamp_min, clamp_max, output + 1);
  }
}

static GRAPES_NOINLINE void grapes_means_of_part_dsp(grapes_pool_window window, uint16_t channels, int8_t clamp_min,
                                                     int8_t clamp_max, int8_t *output) {
  grapes_means_dsp(window, window.rows, window.columns, 0, channels, clamp_min, clamp_max, output);
}

static inline void grapes_average_pool_2d_s8_dsp(const int8_t *input, uint16_t in_height, uint16_t in_width,
                                                 uint16_t channels, int8_t *output, uint16_t out_height,
                                                 uint16_t out_width, uint16_t kernel_height, uint16_t kernel_width,
                                                 uint16_t stride_height, uint16_t stride_width, uint16_t pad_top,
                                                 uint16_t pad_left, int8_t clamp_min, int8_t clamp_max) {
  if (channels < 4 || (int32_t)kernel_height * kernel_width > GRAPES_POOL_PLACES_DSP) {
    grapes_average_pool_2d_s8_plain(input, in_height, in_width, channels, output, out_height, out_width, kernel_height,
                                    kernel_width, stride_height, stride_width, pad_top, pad_left, clamp_min, clamp_max);
    return;
  }
  const int uncut = grapes_pool_is_uncut(in_height, in_width, out_height, out_width, kernel_height, kernel_width,
                                         stride_height, stride_width, pad_top, pad_left);
  for (uint16_t y = 0; y < out_height; y++) {
    for (uint16_t x = 0; x < out_width; x++, output += channels) {
      const grapes_pool_window window = grapes_pool_window_at(
          input, in_height, in_width, channels, (int32_t)y * stride_height - pad_top, (int32_t)x * stride_width - pad_left,
          kernel_height, kernel_width);
      if (uncut || (window.rows == kernel_height && window.columns == kernel_width)) {
        grapes_means_dsp(window, kernel_height, kernel_width, 1, channels, clamp_min, clamp_max, output);
      } else {
        grapes_means_of_part_dsp(window, channels, clamp_min, clamp_max, output);
      }
    }
  }
}

#endif
