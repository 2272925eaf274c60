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

/* Two rows of a channel side by side; a step of 0 repeats one value. */
#if defined(__GNUC__)
__attribute__((noinline, unused))
#endif
static void grapes_pair_rows_dsp(const int8_t *upper, size_t upper_step, const int8_t *lower, size_t lower_step,
                                 uint32_t *to, uint32_t count) {
  uint32_t *const whole_end = to + (count & ~3u), *const end = to + count;
#define GRAPES_PAIR_PLACE(k)                                                                \
  to[k] = grapes_pack_low((uint32_t)(int32_t)*upper, (uint32_t)(int32_t)*lower);            \
  upper += upper_step;                                                                      \
  lower += lower_step
  for (; to != whole_end; to += 4) {
    GRAPES_PAIR_PLACE(0);
    GRAPES_PAIR_PLACE(1);
    GRAPES_PAIR_PLACE(2);
    GRAPES_PAIR_PLACE(3);
  }
  for (; to != end; to++) {
    GRAPES_PAIR_PLACE(0);
  }
#undef GRAPES_PAIR_PLACE
}

GRAPES_INLINE void grapes_depthwise_conv_2d_s8_dsp_window(
    const int8_t *input, uint16_t in_height, uint16_t in_width, uint16_t in_channels, const int8_t *weights,
    const int32_t *bias, const int32_t *multiplier, const int8_t *shift, int8_t *output, uint16_t out_height,
    uint16_t out_width, uint16_t out_channels, uint16_t kernel_height, uint16_t kernel_width, uint16_t stride_height,
    uint16_t stride_width, uint16_t dilation_height, uint16_t dilation_width, uint16_t pad_top, uint16_t pad_left,
    int8_t input_zero_point, int8_t output_zero_point, int8_t clamp_min, int8_t clamp_max, uint8_t rounding,
    int8_t *scratch) {
  const uint16_t multiples = (uint16_t)(out_channels / in_channels);
  const int lanes = GRAPES_DEPTHWISE_LANES(out_width);
  const int pairs = GRAPES_DEPTHWISE_PAIRS(kernel_height), taps = (pairs * kernel_width + 1) / 2 * 2;
  const int columns = GRAPES_DEPTHWISE_COLUMNS(out_width, kernel_width, stride_width, dilation_width);
  const int apart = GRAPES_DEPTHWISE_APART(stride_height, dilation_height);
  const int lines = GRAPES_DEPTHWISE_LINES(pairs, apart);
  uint32_t *const widened = (uint32_t *)(void *)(scratch + ((4u - ((uintptr_t)scratch & 3u)) & 3u));
  uint32_t *const ring = widened + taps, *const ring_end = ring + lines * columns;
  const int before = pad_left < columns ? pad_left : columns;
  const int inside = in_width < columns - before ? in_width : columns - before;
  const size_t line = (size_t)in_width * in_channels;
  const uint32_t outside = (uint32_t)(int32_t)input_zero_point;
  (void)rounding; /* the shifts say it */
  /* Columns that lie outside stay what they are. */
  for (uint32_t *at = ring; at != ring_end; at++) *at = grapes_pack_low(outside, outside);
#define GRAPES_MAKE_LINE(to, row)                                                                        \
  do {                                                                                                   \
    const int32_t upper = (row), lower = upper + dilation_height;                                        \
    const int in_upper = upper >= 0 && upper < in_height, in_lower = lower >= 0 && lower < in_height;    \
    grapes_pair_rows_dsp(in_upper ? plane + (size_t)upper * line : &input_zero_point, in_upper ? in_channels : 0u, \
                         in_lower ? plane + (size_t)lower * line : &input_zero_point, in_lower ? in_channels : 0u, \
                         (to) + before, (uint32_t)inside);                                               \
  } while (0)
#define GRAPES_LANE_TAP(k) \
  if (lanes > k) sum##k = grapes_dot_halves(from[k * stride_width], pair, sum##k)
#define GRAPES_LANE_OUTPUT(k, value) \
  if (lanes > k && left > k) to[k * out_channels] = value
#define GRAPES_LANE_OUTPUTS(of)                                                                                       \
  GRAPES_LANE_OUTPUT(0, of(sum0));                                                                                    \
  GRAPES_LANE_OUTPUT(1, of(sum1));                                                                                    \
  GRAPES_LANE_OUTPUT(2, of(sum2));                                                                                    \
  GRAPES_LANE_OUTPUT(3, of(sum3))
#define GRAPES_TWICE(sum) \
  grapes_finish_twice_dsp((int32_t)((sum) << 1), scale, addend, (uint8_t)-way, clamp_min, clamp_max)
#define GRAPES_OTHERWISE(sum) grapes_requantize_any_dsp(sum, scale, way, output_zero_point, clamp_min, clamp_max)
  for (uint16_t o = 0; o < out_channels; o++) {
    const int8_t *const plane = input + o / multiples;
    const int32_t scale = multiplier[o];
    const int8_t way = shift[o];
    const int32_t addend = way < 0 ? grapes_addend_dsp(way, output_zero_point) : 0;
    const uint32_t start = (uint32_t)bias[o];
    uint32_t *first = ring, *next = ring;
    int8_t *to = output + o;
    int made = 0;
    for (uint32_t *at = widened; at != ring; at += 2, weights += 4) {
      const uint32_t word = grapes_load_word(weights);
      at[0] = grapes_widen_even(word);
      at[1] = grapes_widen_odd(word);
    }
    for (int y = 0; y < out_height; y++) {
      if (apart > 0) {
        for (; made < y + lines; made++) {
          GRAPES_MAKE_LINE(next, made * stride_height - pad_top);
          next += columns;
          if (next == ring_end) next = ring;
        }
      } else {
        for (int j = 0; j < pairs; j++) {
          GRAPES_MAKE_LINE(ring + j * columns, y * stride_height - pad_top + 2 * j * dilation_height);
        }
      }
      const uint32_t *begin = first;
      for (int left = out_width; left > 0; left -= lanes, to += lanes * out_channels, begin += lanes * stride_width) {
        uint32_t sum0 = start, sum1 = start, sum2 = start, sum3 = start;
        const uint32_t *w = widened, *row = begin;
        for (int j = 0; j < pairs; j++) {
          const uint32_t *from = row;
#if defined(__GNUC__)
#pragma GCC unroll 8
#endif
          for (int kx = 0; kx < kernel_width; kx++, from += dilation_width) {
            const uint32_t pair = *w++;
            GRAPES_LANE_TAP(0);
            GRAPES_LANE_TAP(1);
            GRAPES_LANE_TAP(2);
            GRAPES_LANE_TAP(3);
          }
          row += (apart > 0 ? apart : 1) * columns;
          if (row >= ring_end) row -= lines * columns;
        }
        if (way < 0) {
          GRAPES_LANE_OUTPUTS(GRAPES_TWICE);
        } else {
          GRAPES_LANE_OUTPUTS(GRAPES_OTHERWISE);
        }
      }
      to -= (out_width + lanes - 1) / lanes * lanes * out_channels;
      to += out_width * out_channels;
      if (apart > 0) {
        first += columns;
        if (first == ring_end) first = ring;
      }
    }
  }
#undef GRAPES_MAKE_LINE
#undef GRAPES_LANE_TAP
#undef GRAPES_LANE_OUTPUT
#undef GRAPES_LANE_OUTPUTS
#undef GRAPES_TWICE
#undef GRAPES_OTHERWISE
}

#endif
