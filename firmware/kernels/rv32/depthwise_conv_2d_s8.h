/*
 * int8 depthwise convolution for RV32IM, by its shape:
 *   grapes_depthwise_conv_2d_s8_rv32              kernels/scalar/depthwise_conv_2d_s8.h: windows of 3x3
 *   grapes_depthwise_conv_2d_s8_rv32_window       kernels/scalar/depthwise_window.h: any window
 *   grapes_depthwise_conv_2d_s8_rv32_window_any   the same with any multiplier and shift
 * These headers say how, and how the constants lie.
 */
#ifndef GRAPES_RV32_DEPTHWISE_CONV_2D_S8_H
#define GRAPES_RV32_DEPTHWISE_CONV_2D_S8_H

#include "../scalar/depthwise_conv_2d_s8.h"
#include "../scalar/depthwise_window.h"

GRAPES_ALWAYS_INLINE void grapes_depthwise_conv_2d_s8_rv32(
    const int8_t *input, uint16_t in_height, uint16_t in_width, uint16_t in_channels, const int8_t *weights,
    const int32_t *bias, const int32_t *multiplier, const int8_t *shift, int8_t *output, uint16_t out_height,
    uint16_t out_width, uint16_t out_channels, uint16_t kernel_height, uint16_t kernel_width, uint16_t stride_height,
    uint16_t stride_width, uint16_t dilation_height, uint16_t dilation_width, uint16_t pad_top, uint16_t pad_left,
    int8_t input_zero_point, int8_t output_zero_point, int8_t clamp_min, int8_t clamp_max, uint8_t rounding,
    int8_t *scratch) {
  /* The exporter takes this kernel for no other shape. */
  (void)out_channels;
  (void)kernel_height;
  (void)kernel_width;
  (void)dilation_height;
  (void)dilation_width;
  grapes_depthwise_conv_2d_s8_scalar(input, in_height, in_width, in_channels, weights, bias, multiplier, shift, output,
                                     out_height, out_width, stride_height, stride_width, pad_top, pad_left,
                                     input_zero_point, output_zero_point, clamp_min, clamp_max, rounding, scratch);
}

GRAPES_ALWAYS_INLINE void grapes_depthwise_conv_2d_s8_rv32_window(
    const int8_t *input, uint16_t in_height, uint16_t in_width, uint16_t in_channels, const int8_t *weights,
    const int32_t *bias, const int32_t *multiplier, const int8_t *shift, int8_t *output, uint16_t out_height,
    uint16_t out_width, uint16_t out_channels, uint16_t kernel_height, uint16_t kernel_width, uint16_t stride_height,
    uint16_t stride_width, uint16_t dilation_height, uint16_t dilation_width, uint16_t pad_top, uint16_t pad_left,
    int8_t input_zero_point, int8_t output_zero_point, int8_t clamp_min, int8_t clamp_max, uint8_t rounding,
    int8_t *scratch) {
  grapes_depthwise_window_scalar(input, in_height, in_width, in_channels, weights, bias, multiplier, shift, output,
                                 out_height, out_width, out_channels, kernel_height, kernel_width, stride_height,
                                 stride_width, dilation_height, dilation_width, pad_top, pad_left, input_zero_point,
                                 output_zero_point, clamp_min, clamp_max, rounding, scratch,
                                 6, 0);
}

GRAPES_ALWAYS_INLINE void grapes_depthwise_conv_2d_s8_rv32_window_any(
    const int8_t *input, uint16_t in_height, uint16_t in_width, uint16_t in_channels, const int8_t *weights,
    const int32_t *bias, const int32_t *multiplier, const int8_t *shift, int8_t *output, uint16_t out_height,
    uint16_t out_width, uint16_t out_channels, uint16_t kernel_height, uint16_t kernel_width, uint16_t stride_height,
    uint16_t stride_width, uint16_t dilation_height, uint16_t dilation_width, uint16_t pad_top, uint16_t pad_left,
    int8_t input_zero_point, int8_t output_zero_point, int8_t clamp_min, int8_t clamp_max, uint8_t rounding,
    int8_t *scratch) {
  grapes_depthwise_window_scalar(input, in_height, in_width, in_channels, weights, bias, multiplier, shift, output,
                                 out_height, out_width, out_channels, kernel_height, kernel_width, stride_height,
                                 stride_width, dilation_height, dilation_width, pad_top, pad_left, input_zero_point,
                                 output_zero_point, clamp_min, clamp_max, rounding, scratch,
                                 6, 1);
}

#endif
