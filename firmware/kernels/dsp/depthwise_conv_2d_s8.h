/*
 * int8 depthwise 3x3 convolution for Cortex-M cores with the DSP extension: bit for bit what kernels/plain computes, for
 * one output channel an input channel, no dilation and channels in multiples of four.
 *
 * Four channels of one pixel are made at a time. Two taps are loaded as words of four channels and widened; packing the
 * halves of two taps puts a channel's two values side by side, so that one SMLAD does both. Where the window passes the
 * edge, what it sees is first copied to the scratch memory with the input's zero point around it.
 *
 * weights      for every four channels 18 words: for taps (0, 1), (2, 3), (4, 5), (6, 7) a word for channel 0, 2, 1, 3
 *              with the taps' weights as int16 in its halves; then tap 8 of channels (0, 2) and of (1, 3)
 * bias         as in kernels/plain
 * multiplier, shift   as in kernels/plain; tflite: every shift is below 0, and sums stay below 2^29 (checked)
 * scratch      GRAPES_DEPTHWISE_CONV_2D_S8_DSP_SCRATCH(in_channels) bytes, any alignment
 */
#ifndef GRAPES_DSP_DEPTHWISE_CONV_2D_S8_H
#define GRAPES_DSP_DEPTHWISE_CONV_2D_S8_H

#include "conv_2d_s8.h"

#define GRAPES_DEPTHWISE_CONV_2D_S8_DSP_SCRATCH(channels) (9 * (channels) + 3)

/* Two taps of four channels. */
static inline void grapes_two_taps_dsp(const int8_t *first, const int8_t *second, const uint32_t *w, uint32_t *sums) {
  const uint32_t a = grapes_load_word(first), b = grapes_load_word(second);
  const uint32_t a_even = grapes_widen_even(a), a_odd = grapes_widen_odd(a);
  const uint32_t b_even = grapes_widen_even(b), b_odd = grapes_widen_odd(b);
  sums[0] = grapes_dot_halves(grapes_pack_low(a_even, b_even), w[0], sums[0]);
  sums[2] = grapes_dot_halves(grapes_pack_high(a_even, b_even), w[1], sums[2]);
  sums[1] = grapes_dot_halves(grapes_pack_low(a_odd, b_odd), w[2], sums[1]);
  sums[3] = grapes_dot_halves(grapes_pack_high(a_odd, b_odd), w[3], sums[3]);
}

static inline void grapes_depthwise_conv_2d_s8_dsp(
    const int8_t *input, uint16_t in_height, uint16_t in_width, uint16_t in_channels, const int8_t *weights,
    const int32_t *bias, const int32_t *multiplier, const int8_t *shift, int8_t *output, uint16_t out_height,
    uint16_t out_width, uint16_t out_channels, uint16_t kernel_height, uint16_t kernel_width, uint16_t stride_height,
    uint16_t stride_width, uint16_t dilation_height, uint16_t dilation_width, uint16_t pad_top, uint16_t pad_left,
    int8_t input_zero_point, int8_t output_zero_point, int8_t clamp_min, int8_t clamp_max, uint8_t rounding,
    int8_t *scratch) {
  int8_t *const field = scratch + ((4u - ((uintptr_t)scratch & 3u)) & 3u);
  (void)out_channels;
  for (uint16_t y = 0; y < out_height; y++) {
    const int32_t top = (int32_t)y * stride_height - pad_top;
    for (uint16_t x = 0; x < out_width; x++) {
      const int32_t left = (int32_t)x * stride_width - pad_left;
      const int8_t *row = field;
      size_t stride = (size_t)3 * in_channels;
      if (top >= 0 && top + 3 <= in_height && left >= 0 && left + 3 <= in_width) {
        row = input + ((size_t)top * in_width + (size_t)left) * in_channels;
        stride = (size_t)in_width * in_channels;
      } else {
        grapes_gather_s8_dsp(input, in_height, in_width, in_channels, top, left, kernel_height, kernel_width,
                             dilation_height, dilation_width, input_zero_point, field);
      }
      const uint32_t *w = (const uint32_t *)(const void *)weights;
      for (uint16_t c = 0; c < in_channels; c = (uint16_t)(c + 4), w += 18, row += 4) {
        const int8_t *const second = row + stride, *const third = second + stride;
        uint32_t sums[4] = {(uint32_t)bias[c], (uint32_t)bias[c + 1], (uint32_t)bias[c + 2], (uint32_t)bias[c + 3]};
        grapes_two_taps_dsp(row, row + in_channels, w, sums);
        grapes_two_taps_dsp(row + 2u * in_channels, second, w + 4, sums);
        grapes_two_taps_dsp(second + in_channels, second + 2u * in_channels, w + 8, sums);
        grapes_two_taps_dsp(third, third + in_channels, w + 12, sums);
        const uint32_t last = grapes_load_word(third + 2u * in_channels);
        const uint32_t even = grapes_widen_even(last), odd = grapes_widen_odd(last);
        sums[0] = grapes_multiply_low(even, w[16], sums[0]);
        sums[2] = grapes_multiply_high(even, w[16], sums[2]);
        sums[1] = grapes_multiply_low(odd, w[17], sums[1]);
        sums[3] = grapes_multiply_high(odd, w[17], sums[3]);
        for (int k = 0; k < 4; k++) {
          *output++ = grapes_requantize_sum_dsp(sums[k], multiplier[c + k], shift[c + k], output_zero_point, clamp_min,
                                                clamp_max, rounding);
        }
      }
    }
  }
}

#endif
