/*
 * int8 depthwise 3x3 convolution for Cortex-M cores with the DSP extension: bit for bit what kernels/plain computes, in
 * about three instructions per multiply-accumulate, requantization included, where one value and one weight at a time take
 * ten.
 *
 * Each channel is swept by itself, row by row, so that its weights and its scale stay in registers. A column of the window
 * is three values, two of them side by side in one word: with a pair of weights that is one SMLAD, and one SMLA for the
 * third. Every column is loaded once and goes into all outputs that see it: at stride 1 into the one that it completes,
 * the one that it continues and the one that it begins.
 *
 * A column outside the input is one of zero points. Where the window passes the upper or lower edge it stays inside and
 * its weights move instead: the rows that are left get those that belong to them, the others get 0. So the bias is the
 * layer's own, and the zero point is taken off for those weights that are there.
 *
 * For kernels of 3x3, horizontal strides of 1 and 2, any vertical stride, no dilation, input of at least three rows.
 *
 * weights      [out_channels][3 columns][4]: three rows and a zero
 * bias         [out_channels]: the layer's bias, without the input's zero point
 * multiplier, shift   as in kernels/plain; tflite: every shift in [-22, -1], and sums stay below 2^29 (checked)
 * scratch      not used
 *
 * All others: grapes_depthwise_conv_2d_s8_dsp_window of depthwise_window.h.
 */
#ifndef GRAPES_DSP_DEPTHWISE_CONV_2D_S8_H
#define GRAPES_DSP_DEPTHWISE_CONV_2D_S8_H

#include "depthwise_columns.h"
#include "depthwise_window.h"
#include "requantize.h"

#define GRAPES_DEPTHWISE grapes_depthwise_conv_2d_s8_dsp
#define GRAPES_VALUE int8_t
#define GRAPES_RESULT(sum)                                                                                 \
  (rounding == GRAPES_ROUNDING_TFLITE                                                                      \
       ? grapes_finish_twice_dsp((int32_t)(sum), scale, addend, right, clamp_min, clamp_max)               \
       : grapes_scale_once_dsp((int32_t)(sum), scale, (int8_t)right, output_zero_point, clamp_min, clamp_max))
#include "depthwise_sweep_body.h"

#endif
