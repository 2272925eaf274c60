/*
 * Depthwise convolution of int16 activations and int8 weights for Cortex-M cores with the DSP extension: bit for bit what
 * kernels/plain computes, for layers whose sums stay in int32 and are rounded once (rounding SINGLE). Windows of 3x3 are swept
 * as kernels/dsp/depthwise_conv_2d_s8.h says; grapes_depthwise_conv_2d_s16_dsp_window takes all others, as
 * kernels/dsp/depthwise_window.h says. Weights and scratch memory are those of the int8 kernels.
 */
#ifndef GRAPES_DSP_DEPTHWISE_CONV_2D_S16_H
#define GRAPES_DSP_DEPTHWISE_CONV_2D_S16_H

#include "depthwise_columns.h"
#include "depthwise_window.h"
#include "int16.h"

#define GRAPES_DEPTHWISE grapes_depthwise_sweep_s16_dsp
#define GRAPES_VALUE int16_t
#define GRAPES_RESULT(sum) \
  grapes_requantize_s16_dsp(sum, scale, (int8_t)right, clamp_min, clamp_max, GRAPES_ROUNDING_SINGLE)
#include "depthwise_sweep_body.h"

#define GRAPES_DEPTHWISE grapes_depthwise_window_s16_dsp
#define GRAPES_PAIR_ROWS grapes_pair_rows_s16_dsp
#define GRAPES_VALUE int16_t
#define GRAPES_HAS_WAYS 0
#define GRAPES_TWICE(sum) GRAPES_OTHERWISE(sum)
#define GRAPES_OTHERWISE(sum) \
  grapes_requantize_s16_dsp(sum, scale, way, clamp_min, clamp_max, GRAPES_ROUNDING_SINGLE)
#include "depthwise_window_body.h"

GRAPES_INLINE void grapes_depthwise_conv_2d_s16_dsp(
    const int16_t *input, uint16_t in_height, uint16_t in_width, uint16_t in_channels, const int8_t *weights,
    const int32_t *bias, const int32_t *multiplier, const int8_t *shift, int16_t *output, uint16_t out_height,
    uint16_t out_width, uint16_t out_channels, uint16_t kernel_height, uint16_t kernel_width, uint16_t stride_height,
    uint16_t stride_width, uint16_t dilation_height, uint16_t dilation_width, uint16_t pad_top, uint16_t pad_left,
    int16_t clamp_min, int16_t clamp_max, uint8_t rounding, int8_t *scratch) {
  (void)rounding;
  grapes_depthwise_sweep_s16_dsp(input, in_height, in_width, in_channels, weights, bias, multiplier, shift, output,
                                 out_height, out_width, out_channels, kernel_height, kernel_width, stride_height,
                                 stride_width, dilation_height, dilation_width, pad_top, pad_left, 0, 0, clamp_min,
                                 clamp_max, GRAPES_ROUNDING_SINGLE, scratch);
}

GRAPES_INLINE void grapes_depthwise_conv_2d_s16_dsp_window(
    const int16_t *input, uint16_t in_height, uint16_t in_width, uint16_t in_channels, const int8_t *weights,
    const int32_t *bias, const int32_t *multiplier, const int8_t *shift, int16_t *output, uint16_t out_height,
    uint16_t out_width, uint16_t out_channels, uint16_t kernel_height, uint16_t kernel_width, uint16_t stride_height,
    uint16_t stride_width, uint16_t dilation_height, uint16_t dilation_width, uint16_t pad_top, uint16_t pad_left,
    int16_t clamp_min, int16_t clamp_max, uint8_t rounding, int8_t *scratch) {
  grapes_depthwise_window_s16_dsp(input, in_height, in_width, in_channels, weights, bias, multiplier, shift, output,
                                  out_height, out_width, out_channels, kernel_height, kernel_width, stride_height,
                                  stride_width, dilation_height, dilation_width, pad_top, pad_left, 0, 0, clamp_min,
                                  clamp_max, rounding, scratch);
}

#endif
