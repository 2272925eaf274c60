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

#include <stddef.h>

#include "depthwise_window.h"
#include "requantize.h"

/*
 * The weights of one channel: rows 0 and 1 of each column in pairs; row 2 of columns 0 and 1 in the halves of `thirds`, of
 * column 2 in the high half of `last`.
 */
typedef struct {
  uint32_t pair0, pair1, pair2, thirds, last;
} grapes_depthwise_weights_dsp;

/* A column's weights moved up by `rows` (down, if negative), in the halves of two words; twice as large for factor 2. */
GRAPES_INLINE void grapes_move_column_dsp(const int8_t *column, int32_t rows, int factor, uint32_t *pair,
                                          uint32_t *even) {
  const uint32_t word = grapes_load_word(column);
  const uint32_t moved = rows >= 0 ? word >> (8 * rows) : word << (-8 * rows);
  uint32_t odd = grapes_widen_odd(moved);
  *even = grapes_widen_even(moved);
  if (factor == 2) {
    *even = grapes_add_halves(*even, *even);
    odd = grapes_add_halves(odd, odd);
  }
  *pair = grapes_pack_low(*even, odd);
}

/* One column of the window into a sum, by its place in the window. */
GRAPES_INLINE uint32_t grapes_begin_column_dsp(const grapes_depthwise_weights_dsp *w, uint32_t pair, uint32_t third,
                                               uint32_t sum) {
  return grapes_multiply_low(third, w->thirds, grapes_dot_halves(pair, w->pair0, sum));
}

GRAPES_INLINE uint32_t grapes_middle_column_dsp(const grapes_depthwise_weights_dsp *w, uint32_t pair, uint32_t third,
                                                uint32_t sum) {
  return grapes_multiply_low_high(third, w->thirds, grapes_dot_halves(pair, w->pair1, sum));
}

GRAPES_INLINE uint32_t grapes_last_column_dsp(const grapes_depthwise_weights_dsp *w, uint32_t pair, uint32_t third,
                                              uint32_t sum) {
  return grapes_multiply_low_high(third, w->last, grapes_dot_halves(pair, w->pair2, sum));
}

GRAPES_INLINE void grapes_depthwise_conv_2d_s8_dsp(
    const int8_t *input, uint16_t in_height, uint16_t in_width, uint16_t in_channels, const int8_t *weights,
    const int32_t *bias, const int32_t *multiplier, const int8_t *shift, int8_t *output, uint16_t out_height,
    uint16_t out_width, uint16_t out_channels, uint16_t kernel_height, uint16_t kernel_width, uint16_t stride_height,
    uint16_t stride_width, uint16_t dilation_height, uint16_t dilation_width, uint16_t pad_top, uint16_t pad_left,
    int8_t input_zero_point, int8_t output_zero_point, int8_t clamp_min, int8_t clamp_max, uint8_t rounding,
    int8_t *scratch) {
  const uint16_t multiples = (uint16_t)(out_channels / in_channels);
  const size_t line = (size_t)in_width * in_channels;
  const int factor = rounding == GRAPES_ROUNDING_TFLITE ? 2 : 1;
  const uint32_t outside = (uint32_t)(int32_t)input_zero_point;
  const uint32_t outside_pair = grapes_pack_low(outside, outside);
  const uint32_t minus = 0u - outside, minus_pair = grapes_pack_low(minus, minus);
  /* Columns that are inside for every output but the last ones. */
  const int32_t last_left = (int32_t)(out_width - 1) * stride_width - pad_left;
  const uint16_t inside =
      (uint16_t)(last_left + 2 < in_width ? out_width
                                          : (in_width + pad_left - 3 + stride_width) / stride_width);
  (void)kernel_height;
  (void)kernel_width;
  (void)dilation_height;
  (void)dilation_width;
  (void)scratch;
#define GRAPES_LOAD_COLUMN(column, pair, third)                                                            \
  pair = grapes_pack_low((uint32_t)(int32_t)(column)[0], (uint32_t)(int32_t)(column)[line]);               \
  third = (uint32_t)(int32_t)(column)[2u * line]
/* The sum to an output. */
#define GRAPES_FINISH(sum)                                                                                 \
  *to = rounding == GRAPES_ROUNDING_TFLITE                                                                 \
            ? grapes_finish_twice_dsp((int32_t)(sum), scale, addend, right, clamp_min, clamp_max)          \
            : grapes_scale_once_dsp((int32_t)(sum), scale, (int8_t)right, output_zero_point, clamp_min, clamp_max); \
  to += out_channels
  for (uint16_t o = 0; o < out_channels; o++, weights += 12) {
    const int8_t *const plane = input + o / multiples;
    const int32_t scale = multiplier[o];
    const uint8_t right = (uint8_t)(rounding == GRAPES_ROUNDING_TFLITE ? -shift[o] : shift[o]);
    const int32_t addend = rounding == GRAPES_ROUNDING_TFLITE ? grapes_addend_dsp(shift[o], output_zero_point) : 0;
    int8_t *to = output + o;
    grapes_depthwise_weights_dsp w = {0, 0, 0, 0, 0};
    uint32_t start = 0;
    int32_t moved = INT32_MAX;
    for (uint16_t y = 0; y < out_height; y++) {
      const int32_t top = (int32_t)y * stride_height - pad_top;
      const int32_t row = top < 0 ? 0 : top + 3 > in_height ? in_height - 3 : top;
      if (row - top != moved) {
        moved = row - top;
        uint32_t even0, even1;
        grapes_move_column_dsp(weights, moved, factor, &w.pair0, &even0);
        grapes_move_column_dsp(weights + 4, moved, factor, &w.pair1, &even1);
        grapes_move_column_dsp(weights + 8, moved, factor, &w.pair2, &w.last);
        w.thirds = grapes_pack_high(even0, even1);
        start = (uint32_t)bias[o] * (uint32_t)factor;
        start = grapes_begin_column_dsp(&w, minus_pair, minus, start);
        start = grapes_middle_column_dsp(&w, minus_pair, minus, start);
        start = grapes_last_column_dsp(&w, minus_pair, minus, start);
      }
      const int8_t *from = plane + (size_t)row * line;
      uint32_t pair = outside_pair, third = outside;
      uint32_t next, begun; /* the output that the next column (or two) completes, and the one after it */
      uint16_t x = 0;
      if (pad_left == 0) {
        GRAPES_LOAD_COLUMN(from, pair, third);
        from += in_channels;
      }
      next = grapes_begin_column_dsp(&w, pair, third, start);
      if (stride_width == 1) {
        if (pad_left < 2) {
          GRAPES_LOAD_COLUMN(from, pair, third);
          from += in_channels;
        }
        next = grapes_middle_column_dsp(&w, pair, third, next);
        begun = grapes_begin_column_dsp(&w, pair, third, start);
        for (; x < inside; x++, from += in_channels) {
          GRAPES_LOAD_COLUMN(from, pair, third);
          const uint32_t sum = grapes_last_column_dsp(&w, pair, third, next);
          next = grapes_middle_column_dsp(&w, pair, third, begun);
          begun = grapes_begin_column_dsp(&w, pair, third, start);
          GRAPES_FINISH(sum);
        }
        for (; x < out_width; x++) {
          const uint32_t sum = grapes_last_column_dsp(&w, outside_pair, outside, next);
          next = grapes_middle_column_dsp(&w, outside_pair, outside, begun);
          begun = grapes_begin_column_dsp(&w, outside_pair, outside, start);
          GRAPES_FINISH(sum);
        }
      } else {
        for (; x < inside; x++, from += 2u * in_channels) {
          GRAPES_LOAD_COLUMN(from, pair, third);
          uint32_t sum = grapes_middle_column_dsp(&w, pair, third, next);
          GRAPES_LOAD_COLUMN(from + in_channels, pair, third);
          sum = grapes_last_column_dsp(&w, pair, third, sum);
          next = grapes_begin_column_dsp(&w, pair, third, start);
          GRAPES_FINISH(sum);
        }
        for (; x < out_width; x++) {
          pair = outside_pair;
          third = outside;
          if (2 * x + 1 < in_width + pad_left) {
            GRAPES_LOAD_COLUMN(from, pair, third);
          }
          const uint32_t sum = grapes_middle_column_dsp(&w, pair, third, next);
          GRAPES_FINISH(grapes_last_column_dsp(&w, outside_pair, outside, sum));
          next = grapes_begin_column_dsp(&w, outside_pair, outside, start);
        }
      }
    }
  }
#undef GRAPES_LOAD_COLUMN
#undef GRAPES_FINISH
}

#endif
