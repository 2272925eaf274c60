/*
 * int8 convolution for Cortex-M cores with the DSP extension: bit for bit what kernels/plain computes, with 0.75
 * instructions per multiply-accumulate in the inner loop.
 *
 * Two output pixels are made at a time. What each of them sees, kernel_height * kernel_width * in_channels values, is
 * expanded into the scratch memory in the form that kernels/dsp/fully_connected_s8.h explains; then pairs of output
 * channels run over both. A 1x1 convolution expands straight from the input. Nothing is summed that the exporter could
 * sum: padding reads as the input's zero point, and the bias holds the rest.
 *
 * weights      output channels in pairs, interleaved: for every four inputs the four bytes of the first, then of the
 *              second channel, pairs of weights in one 16-bit number. Inputs in the order [kernel row][kernel column]
 *              [channel], padded to a multiple of four with zero weights; the partner of an odd last channel is zero.
 * bias         256 * (bias - input zero point * row sum) - 127 * sum of the row's even weights, modulo 2^32
 * multiplier, shift   as in kernels/plain; tflite: every shift is below 0. The exporter has checked both, and that sums
 *              stay below 2^23.
 * scratch      GRAPES_CONV_2D_S8_DSP_SCRATCH(kernel_height * kernel_width * in_channels) bytes, any alignment
 */
#ifndef GRAPES_DSP_CONV_2D_S8_H
#define GRAPES_DSP_CONV_2D_S8_H

#include <stddef.h>

#include "pairs.h"
#include "requantize.h"

/* Words of two pixels, the values of one, and three bytes to start at a multiple of four. */
#define GRAPES_CONV_2D_S8_DSP_SCRATCH(taps) (20 * (((taps) + 3) / 4) + 3)

/* Expands 4 * groups values to every second pair of words. */
static inline uint32_t *grapes_expand_pixel_dsp(const int8_t *values, uint16_t groups, uint32_t *words) {
  uint32_t *const end = words + 4u * groups;
  for (; words != end; words += 4, values += 4) grapes_expand_word_dsp(grapes_load_word(values), words);
  return words;
}

static inline int8_t *grapes_fill_s8_dsp(int8_t *to, int8_t value, size_t count) {
  for (; count > 0; count--) *to++ = value;
  return to;
}

static inline int8_t *grapes_copy_s8_dsp(int8_t *to, const int8_t *from, size_t count) {
  for (; count >= 4; count -= 4, to += 4, from += 4) memcpy(to, from, 4);
  for (; count > 0; count--) *to++ = *from++;
  return to;
}

/* What the window at (top, left) sees, one value after the other. */
static inline void grapes_gather_s8_dsp(const int8_t *input, uint16_t in_height, uint16_t in_width,
                                        uint16_t in_channels, int32_t top, int32_t left, uint16_t kernel_height,
                                        uint16_t kernel_width, uint16_t dilation_height, uint16_t dilation_width,
                                        int8_t input_zero_point, int8_t *to) {
  for (uint16_t ky = 0; ky < kernel_height; ky++) {
    const int32_t row = top + (int32_t)ky * dilation_height;
    const int8_t *const line = input + (ptrdiff_t)row * in_width * in_channels;
    const int inside = row >= 0 && row < in_height;
    if (dilation_width == 1 && inside && left >= 0 && left + kernel_width <= in_width) {
      to = grapes_copy_s8_dsp(to, line + (size_t)left * in_channels, (size_t)kernel_width * in_channels);
      continue;
    }
    for (uint16_t kx = 0; kx < kernel_width; kx++) {
      const int32_t column = left + (int32_t)kx * dilation_width;
      to = inside && column >= 0 && column < in_width
               ? grapes_copy_s8_dsp(to, line + (size_t)column * in_channels, in_channels)
               : grapes_fill_s8_dsp(to, input_zero_point, in_channels);
    }
  }
}

static inline void grapes_conv_2d_s8_dsp(const int8_t *input, uint16_t in_height, uint16_t in_width,
                                         uint16_t in_channels, const int8_t *weights, const int32_t *bias,
                                         const int32_t *multiplier, const int8_t *shift, int8_t *output,
                                         uint16_t out_height, uint16_t out_width, uint16_t out_channels,
                                         uint16_t kernel_height, uint16_t kernel_width, uint16_t stride_height,
                                         uint16_t stride_width, uint16_t dilation_height, uint16_t dilation_width,
                                         uint16_t pad_top, uint16_t pad_left, int8_t input_zero_point,
                                         int8_t output_zero_point, int8_t clamp_min, int8_t clamp_max,
                                         uint8_t rounding, int8_t *scratch) {
  const uint16_t taps = (uint16_t)(kernel_height * kernel_width * in_channels);
  const uint16_t groups = (uint16_t)((taps + 3u) / 4u);
  const int pointwise = kernel_height == 1 && kernel_width == 1 && pad_top == 0 && pad_left == 0 && in_channels % 4 == 0;
  uint32_t *const words = (uint32_t *)(void *)(scratch + ((4u - ((uintptr_t)scratch & 3u)) & 3u));
  int8_t *const field = (int8_t *)(words + 4u * groups);
  const uint32_t pixels = (uint32_t)out_height * out_width;
  uint16_t y = 0, x = 0;
  for (uint32_t pixel = 0; pixel < pixels; pixel += 2) {
    const int two = pixel + 1 < pixels;
    for (int k = 0; k <= two; k++) {
      const int8_t *values = field;
      if (pointwise) {
        values = input + ((size_t)y * stride_height * in_width + (size_t)x * stride_width) * in_channels;
      } else {
        grapes_gather_s8_dsp(input, in_height, in_width, in_channels, (int32_t)y * stride_height - pad_top,
                             (int32_t)x * stride_width - pad_left, kernel_height, kernel_width, dilation_height,
                             dilation_width, input_zero_point, field);
      }
      grapes_expand_pixel_dsp(values, groups, words + 2 * k);
      if (++x == out_width) {
        x = 0;
        y++;
      }
    }
    const int8_t *w = weights;
    for (uint16_t o = 0; o < out_channels; o = (uint16_t)(o + 2)) {
      const int pair = out_channels % 2 == 0 || o + 1 < out_channels;
      const uint16_t partner = (uint16_t)(o + (pair ? 1 : 0));
      uint32_t sums[4] = {(uint32_t)bias[o], (uint32_t)bias[partner], (uint32_t)bias[o], (uint32_t)bias[partner]};
      w = grapes_dot_two_by_two_dsp(w, words, groups, sums);
      for (int c = 0; c <= pair; c++) {
        const int32_t m = multiplier[o + c];
        const int8_t s = shift[o + c];
        output[o + c] =
            grapes_requantize_pairs_dsp(sums[c], m, s, output_zero_point, clamp_min, clamp_max, rounding);
        if (two) {
          output[out_channels + o + c] =
              grapes_requantize_pairs_dsp(sums[2 + c], m, s, output_zero_point, clamp_min, clamp_max, rounding);
        }
      }
    }
    output += 2u * out_channels;
  }
}

#endif
