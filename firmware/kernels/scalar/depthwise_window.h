/*
 * int8 depthwise convolution with any window, multiplier and numbers for cores with a fast 32-bit multiplication and no
 * SIMD: bit for bit what kernels/plain computes, for strides without dilation and dilations without stride.
 * kernels/scalar/depthwise_conv_2d_s8.h is faster where it fits.
 *
 * Each output channel is swept by itself, so that its weights and its scale are fetched once. Lines of its input, with zero
 * points around, are gathered in the scratch memory, each once; where the buffer is full those that are still wanted move to
 * its begin. Several neighbouring outputs of a row are made at once: each weight and most values are loaded once for all of
 * them. The last outputs of a row may overlap those before.
 *
 * An image of one group of outputs without padding is read where it lies, and no scratch memory is used.
 *
 * A dilated convolution is several without dilation (phases.h).
 *
 * weights      [out_channels][kernel_height][kernel_width], in flash
 * bias, multiplier, shift   as scale.h says; of a kernel for any numbers (`any`), as in kernels/plain
 * scratch      GRAPES_DEPTHWISE_WINDOW_SCALAR_SCRATCH bytes, any alignment
 */
#ifndef GRAPES_SCALAR_DEPTHWISE_WINDOW_H
#define GRAPES_SCALAR_DEPTHWISE_WINDOW_H

#include <stddef.h>
#include <string.h>

#include "../../core/grapes_flash.h"
#include "phases.h"
#include "scale.h"

#define GRAPES_WINDOW_COLUMNS_SCALAR(out_width, kernel_width, stride_width, dilation_width) \
  ((GRAPES_PHASE_MOST(out_width, dilation_width) - 1) * (stride_width) + (kernel_width))
/* All lines of a low image, twice those of a window of a high one. */
#define GRAPES_WINDOW_LINES_SCALAR(out_height, kernel_height, stride_height, dilation_height)                      \
  ((GRAPES_PHASE_MOST(out_height, dilation_height) - 1) * (stride_height) < (kernel_height)                        \
       ? (GRAPES_PHASE_MOST(out_height, dilation_height) - 1) * (stride_height) + (kernel_height)                  \
       : 2 * (kernel_height))
/* Does one group of outputs see nothing but input? */
#define GRAPES_WINDOW_IN_PLACE_SCALAR(in_height, in_width, out_height, out_width, kernel_height, kernel_width,     \
                                      stride_width, dilation_height, dilation_width, pad_top, pad_left)            \
  ((out_height) == 1 && (out_width) <= 4 && (pad_top) == 0 && (pad_left) == 0 && (dilation_height) == 1 &&         \
   (dilation_width) == 1 && (kernel_height) <= (in_height) &&                                                      \
   ((out_width) - 1) * (stride_width) + (kernel_width) <= (in_width))
#define GRAPES_DEPTHWISE_WINDOW_SCALAR_SCRATCH(out_height, out_width, kernel_height, kernel_width, stride_height,  \
                                               stride_width, dilation_height, dilation_width)                      \
  (GRAPES_WINDOW_LINES_SCALAR(out_height, kernel_height, stride_height, dilation_height) *                         \
   GRAPES_WINDOW_COLUMNS_SCALAR(out_width, kernel_width, stride_width, dilation_width))

/* Outputs at once: all of a narrow image; of a wide one the number that computes least twice, `most` if it is one of them. */
#define GRAPES_WINDOW_MADE(outputs, lanes) (((outputs) + (lanes) - 1) / (lanes) * (lanes))
#define GRAPES_WINDOW_LANES_SCALAR(outputs, most)                                                                \
  ((outputs) <= (most) ? (outputs)                                                                               \
   : GRAPES_WINDOW_MADE(outputs, most) <= GRAPES_WINDOW_MADE(outputs, (most) - 1) ? (most) : (most) - 1)

/* Any multiplier and shift. */
GRAPES_ONE_COPY int8_t grapes_scale_any_scalar(int32_t sum, int32_t multiplier, int8_t shift, int8_t zero_point,
                                               int8_t low, int8_t high, uint8_t rounding) {
  return grapes_offset_clamp_s8(grapes_requantize_s32(sum, multiplier, shift, rounding), zero_point, low, high);
}

#define GRAPES_WINDOW_TAP(n)                              \
  if (lanes > (n)) {                                      \
    sum##n += row[((n) * stride_width + kx) * place] * weight; \
    GRAPES_KEEP_SUM(sum##n);                              \
  }
#define GRAPES_WINDOW_TAPS()                              \
  for (int kx = 0; kx < kernel_width; kx++) {             \
    const int32_t weight = grapes_ld_s8(w + kx);          \
    GRAPES_WINDOW_TAP(0)                                  \
    GRAPES_WINDOW_TAP(1)                                  \
    GRAPES_WINDOW_TAP(2)                                  \
    GRAPES_WINDOW_TAP(3)                                  \
    GRAPES_WINDOW_TAP(4)                                  \
    GRAPES_WINDOW_TAP(5)                                  \
  }                                                       \
  w += kernel_width;                                      \
  row += next_row
#define GRAPES_WINDOW_OUTPUT(n)                                                                               \
  if (lanes > (n))                                                                                            \
  to[(n) * to_step] = any ? grapes_scale_any_scalar(sum##n, scale.multiplier, (int8_t)scale.shift,            \
                                                    output_zero_point, clamp_min, clamp_max, rounding)        \
                          : grapes_scale_s8_scalar(sum##n, scale, clamp_min, clamp_max, rounding)

/* Keeps the order of multiplications, which needs few registers. */
#if defined(__GNUC__)
#define GRAPES_KEEP_SUM(v) __asm__("" : "+r"(v))
#else
#define GRAPES_KEEP_SUM(v) (void)(v)
#endif

/* most_lanes: as many outputs at once as the core has registers for, up to six. */
GRAPES_ALWAYS_INLINE void grapes_depthwise_window_scalar(
    const int8_t *input, uint16_t in_height, uint16_t in_width, uint16_t in_channels, const int8_t *weights,
    const int32_t *bias, const int32_t *multiplier, const int8_t *shift, int8_t *output, uint16_t out_height,
    uint16_t out_width, uint16_t out_channels, uint16_t kernel_height, uint16_t kernel_width, uint16_t stride_height,
    uint16_t stride_width, uint16_t dilation_height, uint16_t dilation_width, uint16_t pad_top, uint16_t pad_left,
    int8_t input_zero_point, int8_t output_zero_point, int8_t clamp_min, int8_t clamp_max, uint8_t rounding,
    int8_t *scratch, int most_lanes, int any) {
  const uint16_t multiples = (uint16_t)(out_channels / in_channels);
  const int lanes = GRAPES_WINDOW_LANES_SCALAR(GRAPES_PHASE_LEAST(out_width, dilation_width), most_lanes);
  const int columns = GRAPES_WINDOW_COLUMNS_SCALAR(out_width, kernel_width, stride_width, dilation_width);
  const int lines = GRAPES_WINDOW_LINES_SCALAR(out_height, kernel_height, stride_height, dilation_height);
  const int in_place =
      GRAPES_WINDOW_IN_PLACE_SCALAR(in_height, in_width, out_height, out_width, kernel_height, kernel_width,
                                    stride_width, dilation_height, dilation_width, pad_top, pad_left);
  const int place = in_place ? in_channels : 1, next_row = in_place ? in_width * in_channels : columns;
  const size_t from_step = (size_t)in_channels * dilation_width, to_step = (size_t)out_channels * dilation_width;
  const size_t from_line = (size_t)in_width * in_channels, to_line = (size_t)out_width * out_channels * dilation_height;
  for (int32_t phase_x = 0; phase_x < dilation_width && phase_x < out_width; phase_x++) {
    const grapes_phase phase =
        grapes_phase_of(phase_x, in_width, out_width, kernel_width, stride_width, dilation_width, pad_left);
    if (!in_place) memset(scratch, input_zero_point, (size_t)(lines * columns));
    for (int32_t phase_y = 0; phase_y < dilation_height && phase_y < out_height; phase_y++) {
      for (uint16_t o = 0; o < out_channels; o++) {
        const int8_t *const plane = input + (size_t)phase.first * in_channels + o / multiples;
        const int8_t *const channel = weights + (size_t)o * kernel_height * kernel_width;
        const grapes_scale_scalar scale =
            any ? (grapes_scale_scalar){bias[o], multiplier[o], 0, (uint8_t)shift[o]}
                : grapes_load_scale_scalar(bias + o, multiplier + o, shift + o, output_zero_point, rounding);
        int8_t *to = output + ((size_t)phase_y * out_width + (size_t)phase_x) * out_channels + o;
        int32_t made = 0, at = 0; /* lines; of the buffer, where the window begins */
        for (int32_t y = phase_y, top = 0; y < out_height; y += dilation_height, top += stride_height, to += to_line) {
          if (in_place) made = kernel_height;
          if (made < top) made = top;
          if (!in_place && at + kernel_height > lines) {
            if (made > top) memmove(scratch, scratch + at * columns, (size_t)((made - top) * columns));
            at = 0;
          }
          const int8_t *const window = in_place ? plane : scratch + at * columns;
          for (; made < top + kernel_height; made++) {
            const int32_t row = phase_y - pad_top + made * dilation_height;
            const int there = row >= 0 && row < in_height;
            grapes_gather_s8(there ? plane + (size_t)row * from_line : &input_zero_point, there ? from_step : 0u,
                             scratch + (at + made - top) * columns + phase.before, (uint32_t)phase.inside);
          }
          for (int32_t x = 0;; to += (size_t)lanes * to_step) {
            int32_t sum0 = 0, sum1 = 0, sum2 = 0, sum3 = 0, sum4 = 0, sum5 = 0;
            const int8_t *row = window + x * stride_width, *w = channel;
            if (any) sum0 = sum1 = sum2 = sum3 = sum4 = sum5 = scale.bias;
            if (kernel_width <= 2) {
#if defined(__GNUC__)
#pragma GCC unroll 8
#endif
              for (int ky = 0; ky < kernel_height; ky++) {
#if defined(__GNUC__)
#pragma GCC unroll 2
#endif
                GRAPES_WINDOW_TAPS();
              }
            } else {
#if defined(__GNUC__)
#pragma GCC unroll 1
#endif
              for (int ky = 0; ky < kernel_height; ky++) {
#if defined(__GNUC__)
#pragma GCC unroll 8
#endif
                GRAPES_WINDOW_TAPS();
              }
            }
            GRAPES_WINDOW_OUTPUT(0);
            GRAPES_WINDOW_OUTPUT(1);
            GRAPES_WINDOW_OUTPUT(2);
            GRAPES_WINDOW_OUTPUT(3);
            GRAPES_WINDOW_OUTPUT(4);
            GRAPES_WINDOW_OUTPUT(5);
            x += lanes;
            if (x == phase.outputs) break;
            if (x > phase.outputs - lanes) {
              to -= (size_t)(x - (phase.outputs - lanes)) * to_step;
              x = phase.outputs - lanes;
            }
          }
          to -= (size_t)(phase.outputs - lanes) * to_step;
          at += stride_height;
        }
      }
    }
  }
}

#undef GRAPES_WINDOW_TAP
#undef GRAPES_WINDOW_TAPS
#undef GRAPES_WINDOW_OUTPUT

#endif
