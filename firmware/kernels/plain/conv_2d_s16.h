/*
 * Convolution of int16 activations and int8 weights in plain C:
 *
 *   output[y][x][o] = clamp(scale(bias[o] +
 *                     sum over ky, kx, c of weights[o][ky][kx][c] * input[y * sy - top + ky * dy][x * sx - left + kx * dx][c]))
 *
 * input        [in_height][in_width][in_channels]; outside it every value is 0
 * weights      [out_channels][kernel_height][kernel_width][in_channels], in flash
 * bias, multiplier, shift   [out_channels], in flash: see grapes_requantize_s64
 * rounding     GRAPES_ROUNDING_WIDE; with TFLITE or SINGLE sums stay in int32 and multipliers are Q31
 * scratch      not used
 */
#ifndef GRAPES_PLAIN_CONV_2D_S16_H
#define GRAPES_PLAIN_CONV_2D_S16_H

#include <stddef.h>

#include "int16.h"

static inline void grapes_conv_2d_s16_plain(
    const int16_t *input, uint16_t in_height, uint16_t in_width, uint16_t in_channels, const int8_t *weights,
    const int32_t *bias, const int32_t *multiplier, const int8_t *shift, int16_t *output, uint16_t out_height,
    uint16_t out_width, uint16_t out_channels, uint16_t kernel_height, uint16_t kernel_width, uint16_t stride_height,
    uint16_t stride_width, uint16_t dilation_height, uint16_t dilation_width, uint16_t pad_top, uint16_t pad_left,
    int16_t clamp_min, int16_t clamp_max, uint8_t rounding, int8_t *scratch) {
  (void)scratch;
  for (uint16_t y = 0; y < out_height; y++) {
    for (uint16_t x = 0; x < out_width; x++) {
      const int8_t *w = weights;
      for (uint16_t o = 0; o < out_channels; o++) {
        int64_t sum = grapes_ld_s32(bias + o);
        for (uint16_t ky = 0; ky < kernel_height; ky++) {
          const int32_t row = (int32_t)y * stride_height + (int32_t)ky * dilation_height - pad_top;
          for (uint16_t kx = 0; kx < kernel_width; kx++, w += in_channels) {
            const int32_t column = (int32_t)x * stride_width + (int32_t)kx * dilation_width - pad_left;
            if (row < 0 || row >= in_height || column < 0 || column >= in_width) continue;
            sum += grapes_dot_s16(input + ((size_t)row * in_width + (size_t)column) * in_channels, w, in_channels);
          }
        }
        const int32_t v = grapes_requantize_s64(sum, grapes_ld_s32(multiplier + o), grapes_ld_s8(shift + o), rounding);
        *output++ = grapes_clamp_s16(v, clamp_min, clamp_max);
      }
    }
  }
}

#endif
