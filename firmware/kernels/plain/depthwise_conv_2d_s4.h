/*
 * Depthwise convolution of int4 weights in plain C: runs anywhere, and is the oracle for the other kernel sets.
 *
 * weights      [kernel_height][kernel_width][out_channels], in flash, two a byte as weights.h
 *              describes
 * All other arguments and the arithmetic as in kernels/plain/depthwise_conv_2d_s8.h.
 */
#ifndef GRAPES_PLAIN_DEPTHWISE_CONV_2D_S4_H
#define GRAPES_PLAIN_DEPTHWISE_CONV_2D_S4_H

#include "depthwise_conv_2d_s8.h"

static inline void grapes_depthwise_conv_2d_s4_plain(
    const int8_t *input, uint16_t in_height, uint16_t in_width, uint16_t in_channels, const int8_t *weights,
    const int32_t *bias, const int32_t *multiplier, const int8_t *shift, int8_t *output, uint16_t out_height,
    uint16_t out_width, uint16_t out_channels, uint16_t kernel_height, uint16_t kernel_width, uint16_t stride_height,
    uint16_t stride_width, uint16_t dilation_height, uint16_t dilation_width, uint16_t pad_top, uint16_t pad_left,
    int8_t input_zero_point, int8_t output_zero_point, int8_t clamp_min, int8_t clamp_max, uint8_t rounding,
    int8_t *scratch) {
  (void)scratch;
  grapes_depthwise_conv_2d_plain(input, in_height, in_width, in_channels, weights, 4, bias, multiplier, shift, output,
                                 out_height, out_width, out_channels, kernel_height, kernel_width, stride_height,
                                 stride_width, dilation_height, dilation_width, pad_top, pad_left, input_zero_point,
                                 output_zero_point, clamp_min, clamp_max, rounding);
}

#endif
