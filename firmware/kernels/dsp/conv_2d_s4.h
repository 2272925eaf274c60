/*
 * Convolution of int4 weights for Cortex-M cores with the DSP extension: bit for bit what kernels/plain computes, with 0.9
 * instructions per multiply-accumulate in the inner loop. The idea is explained in nibbles.h, the rest is
 * kernels/dsp/conv_2d_s8.h.
 *
 * weights      output channels in pairs, interleaved: for every eight inputs a word of the first, then of the second channel,
 *              as nibbles.h describes; the partner of an odd last channel does not matter
 * bias, multiplier   as in kernels/plain
 * shift        as grapes_requantize_any_dsp of requantize.h
 * scratch      GRAPES_CONV_2D_S4_DSP_SCRATCH(kernel_height * kernel_width * in_channels) bytes, any alignment
 */
#ifndef GRAPES_DSP_CONV_2D_S4_H
#define GRAPES_DSP_CONV_2D_S4_H

#include "conv_2d_s8.h"

/* Words of two pixels, the values of one, and three bytes to start at a multiple of four. */
#define GRAPES_CONV_2D_S4_DSP_SCRATCH(taps) (40 * (((taps) + 7) / 8) + 3)

GRAPES_INLINE void grapes_conv_2d_s4_dsp(
    const int8_t *input, uint16_t in_height, uint16_t in_width, uint16_t in_channels, const int8_t *weights,
    const int32_t *bias, const int32_t *multiplier, const int8_t *shift, int8_t *output, uint16_t out_height,
    uint16_t out_width, uint16_t out_channels, uint16_t kernel_height, uint16_t kernel_width, uint16_t stride_height,
    uint16_t stride_width, uint16_t dilation_height, uint16_t dilation_width, uint16_t pad_top, uint16_t pad_left,
    int8_t input_zero_point, int8_t output_zero_point, int8_t clamp_min, int8_t clamp_max, uint8_t rounding,
    int8_t *scratch) {
  grapes_conv_2d_form_dsp(input, in_height, in_width, in_channels, weights, bias, multiplier, shift, output, out_height,
                          out_width, out_channels, kernel_height, kernel_width, stride_height, stride_width,
                          dilation_height, dilation_width, pad_top, pad_left, input_zero_point, output_zero_point,
                          clamp_min, clamp_max, rounding, scratch, GRAPES_NIBBLES_DSP);
}

#endif
