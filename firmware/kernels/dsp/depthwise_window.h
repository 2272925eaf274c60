/*
 * int8 depthwise convolution with any window, stride, dilation, multiplier and numbers, for Cortex-M cores with the DSP
 * extension: bit for bit what kernels/plain computes. kernels/dsp/depthwise_conv_2d_s8.h is faster where it fits.
 *
 * Each output channel is swept by itself. Two rows of its input that meet neighbouring rows of the kernel lie in the halves
 * of one line of words, with zero points around, so that one SMLAD does two multiply-accumulates of a column. Lines are made
 * once, wherever the next output row sees the same two rows again: a ring holds those that are still wanted. Four
 * neighbouring outputs share each pair of weights.
 *
 * weights      [out_channels][taps / 2][4]. A tap is a kernel column of two kernel rows, in the order [pair of rows][column];
 *              of two taps the bytes of their upper rows, then of their lower rows. 0 for a row below the last one and for
 *              a tap that makes the number even.
 * bias         as in kernels/plain: the input's zero point is folded in
 * shift        as grapes_requantize_any_dsp of requantize.h
 * scratch      GRAPES_DEPTHWISE_WINDOW_SCRATCH bytes, any alignment
 */
#ifndef GRAPES_DSP_DEPTHWISE_WINDOW_H
#define GRAPES_DSP_DEPTHWISE_WINDOW_H

#include <stddef.h>

#include "requantize.h"

/* Outputs that are made at once. */
#define GRAPES_DEPTHWISE_LANES(out_width) ((out_width) < 4 ? (out_width) : 4)
/* Pairs of kernel rows. */
#define GRAPES_DEPTHWISE_PAIRS(kernel_height) (((kernel_height) + 1) / 2)
/* Columns that the outputs of a row see, the last ones made up to whole lanes. */
#define GRAPES_DEPTHWISE_COLUMNS(out_width, kernel_width, stride_width, dilation_width)                        \
  ((((out_width) < 4 ? (out_width) : ((out_width) + 3) / 4 * 4) - 1) * (stride_width) +                        \
   ((kernel_width) - 1) * (dilation_width) + 1)
/* By how many lines pairs of kernel rows lie apart; 0 where output rows share none. */
#define GRAPES_DEPTHWISE_APART(stride_height, dilation_height) \
  (2 * (dilation_height) % (stride_height) == 0 ? 2 * (dilation_height) / (stride_height) : 0)
/* Lines of the ring. */
#define GRAPES_DEPTHWISE_LINES(pairs, apart) ((apart) == 0 ? (pairs) : (apart) * ((pairs) - 1) + 1)
#define GRAPES_DEPTHWISE_WINDOW_SCRATCH(out_width, kernel_height, kernel_width, stride_height, stride_width,  \
                                        dilation_height, dilation_width)                                      \
  (4 * (GRAPES_DEPTHWISE_LINES(GRAPES_DEPTHWISE_PAIRS(kernel_height),                                         \
                               GRAPES_DEPTHWISE_APART(stride_height, dilation_height)) *                      \
            GRAPES_DEPTHWISE_COLUMNS(out_width, kernel_width, stride_width, dilation_width) +                 \
        (GRAPES_DEPTHWISE_PAIRS(kernel_height) * (kernel_width) + 1) / 2 * 2) +                               \
   3)

#define GRAPES_DEPTHWISE grapes_depthwise_conv_2d_s8_dsp_window
#define GRAPES_PAIR_ROWS grapes_pair_rows_dsp
#define GRAPES_VALUE int8_t
#define GRAPES_HAS_WAYS 1
#define GRAPES_TWICE(sum) \
  grapes_finish_twice_dsp((int32_t)((sum) << 1), scale, addend, (uint8_t)-way, clamp_min, clamp_max)
#define GRAPES_OTHERWISE(sum) grapes_requantize_any_dsp(sum, scale, way, output_zero_point, clamp_min, clamp_max)
#include "depthwise_window_body.h"

#endif
