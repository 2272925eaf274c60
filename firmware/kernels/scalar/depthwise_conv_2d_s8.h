/*
 * int8 depthwise 3x3 convolution for cores with a fast 32-bit multiplication and no SIMD: bit for bit what kernels/plain
 * computes, for one output channel an input channel, no dilation, a stride of one or two columns, and at most two columns
 * of padding on either side.
 *
 * Up to six neighbouring outputs of a channel are made at a time: with stride 1 they see 24 values and share nine weights.
 * The image is done in strips that wide, from top to bottom; the last strip may overlap the one before. If one strip is
 * all, it is known which columns lie outside the image; they are the input's zero point and not read. Otherwise a strip
 * that touches the left or right edge reads its rows from a ring of three in the scratch memory, where each row has the
 * zero point around it. All other strips read the input itself.
 *
 * weights      [channel][kernel_height][kernel_width], in flash
 * bias, multiplier, shift   as scale.h says
 * scratch      GRAPES_DEPTHWISE_CONV_2D_S8_SCALAR_SCRATCH bytes, any alignment
 */
#ifndef GRAPES_SCALAR_DEPTHWISE_CONV_2D_S8_H
#define GRAPES_SCALAR_DEPTHWISE_CONV_2D_S8_H

#include <stddef.h>
#include <string.h>

#include "../../core/grapes_flash.h"
#include "scale.h"

/* Outputs of a strip: all of a narrow image; the width that wastes least of a wide one. */
#define GRAPES_STRIPS(out_width, width) (((out_width) + (width) - 1) / (width) * (width))
#define GRAPES_STRIP_WIDTH(out_width)                                                                               \
  ((out_width) <= 6 ? (out_width)                                                                                   \
   : GRAPES_STRIPS(out_width, 6) <= GRAPES_STRIPS(out_width, 5) && GRAPES_STRIPS(out_width, 6) <= GRAPES_STRIPS(out_width, 4) \
       ? 6                                                                                                          \
   : GRAPES_STRIPS(out_width, 5) <= GRAPES_STRIPS(out_width, 4) ? 5                                                 \
                                                                : 4)
/* Columns that a strip sees. */
#define GRAPES_STRIP_COLUMNS(width, stride_width) (((width) - 1) * (stride_width) + 3)

/* A row of padding or a ring of three rows, and three bytes to start at a multiple of four. */
#define GRAPES_DEPTHWISE_CONV_2D_S8_SCALAR_SCRATCH(in_width, channels, out_width, stride_width)                     \
  (((out_width) <= 6 ? (in_width) : 3 * GRAPES_STRIP_COLUMNS(GRAPES_STRIP_WIDTH(out_width), stride_width)) * (channels) + 3)

/* Holds a sum where it is, so that the compiler keeps the order that needs few registers. */
#if defined(__GNUC__)
#define GRAPES_KEEP(v) __asm__("" : "+r"(v))
#define GRAPES_KEEP_LOADS() __asm__ volatile("" ::: "memory")
#else
#define GRAPES_KEEP(v) (void)(v)
#define GRAPES_KEEP_LOADS() (void)0
#endif

/* Copies bytes, words where both ends of the copy allow it at no cost. */
GRAPES_ALWAYS_INLINE int8_t *grapes_copy_s8_scalar(int8_t *to, const int8_t *from, size_t count) {
  for (; count >= 8; count -= 8, to += 8, from += 8) memcpy(to, from, 8);
  for (; count > 0; count--) *to++ = *from++;
  return to;
}

GRAPES_ALWAYS_INLINE int8_t *grapes_fill_s8_scalar(int8_t *to, int8_t value, size_t count) {
  for (; count > 0; count--) *to++ = value;
  return to;
}

/* All that the channels of a strip's row share. */
typedef struct {
  const int8_t *rows[3]; /* at the first column inside the image */
  const int8_t *weights;
  const int32_t *bias, *multiplier;
  const int8_t *shift;
  int8_t *out;
} grapes_strip;

#define GRAPES_STRIP_TAP(n, k)                                                                    \
  if ((n) < width && (k) >= (n) * stride_width && (k) <= (n) * stride_width + 2) {                \
    sum##n += value * ((k) == (n) * stride_width ? w0 : (k) == (n) * stride_width + 1 ? w1 : w2); \
    GRAPES_KEEP(sum##n);                                                                          \
  }
#define GRAPES_STRIP_COLUMN(k)                                                                         \
  if ((k) < columns) {                                                                                 \
    const int32_t value = (k) < before || (k) >= columns - behind ? input_zero_point                  \
                                                                  : row[((k) - before) * channels];         \
    GRAPES_STRIP_TAP(0, k)                                                                             \
    GRAPES_STRIP_TAP(1, k)                                                                             \
    GRAPES_STRIP_TAP(2, k)                                                                             \
    GRAPES_STRIP_TAP(3, k)                                                                             \
    GRAPES_STRIP_TAP(4, k)                                                                             \
    GRAPES_STRIP_TAP(5, k)                                                                             \
  }
#define GRAPES_STRIP_OUTPUT(n) \
  if ((n) < width) out[(n) * (size_t)channels] = grapes_scale_s8_scalar(sum##n, scale, clamp_min, clamp_max, rounding)

/* One row of outputs; of its columns the first `before` and the last `behind` lie outside. */
GRAPES_ALWAYS_INLINE void grapes_depthwise_strip_scalar(const grapes_strip *strip, int channels, int width,
                                                        int stride_width, int before, int behind,
                                                        int8_t input_zero_point, int8_t output_zero_point,
                                                        int8_t clamp_min, int8_t clamp_max, uint8_t rounding) {
  const int columns = GRAPES_STRIP_COLUMNS(width, stride_width);
  const int8_t *w = strip->weights;
  for (int c = 0; c < channels; c++) {
    int32_t sum0 = 0, sum1 = 0, sum2 = 0, sum3 = 0, sum4 = 0, sum5 = 0;
    for (int k = 0; k < 3; k++) {
      const int8_t *const row = strip->rows[k] + c;
      const int32_t w0 = w[0], w1 = w[1], w2 = w[2];
      w += 3;
      GRAPES_STRIP_COLUMN(0)
      GRAPES_STRIP_COLUMN(1)
      GRAPES_STRIP_COLUMN(2)
      GRAPES_STRIP_COLUMN(3)
      GRAPES_STRIP_COLUMN(4)
      GRAPES_STRIP_COLUMN(5)
      GRAPES_STRIP_COLUMN(6)
      GRAPES_STRIP_COLUMN(7)
      GRAPES_STRIP_COLUMN(8)
      GRAPES_STRIP_COLUMN(9)
      GRAPES_STRIP_COLUMN(10)
      GRAPES_STRIP_COLUMN(11)
      GRAPES_STRIP_COLUMN(12)
      GRAPES_KEEP_LOADS();
    }
    const grapes_scale_scalar scale = grapes_load_scale_scalar(strip->bias + c, strip->multiplier + c, strip->shift + c,
                                                               output_zero_point, rounding);
    int8_t *const out = strip->out + c;
    GRAPES_STRIP_OUTPUT(0);
    GRAPES_STRIP_OUTPUT(1);
    GRAPES_STRIP_OUTPUT(2);
    GRAPES_STRIP_OUTPUT(3);
    GRAPES_STRIP_OUTPUT(4);
    GRAPES_STRIP_OUTPUT(5);
  }
}

GRAPES_ALWAYS_INLINE void grapes_depthwise_conv_2d_s8_scalar(
    const int8_t *input, uint16_t in_height, uint16_t in_width, uint16_t channels, const int8_t *weights,
    const int32_t *bias, const int32_t *multiplier, const int8_t *shift, int8_t *output, uint16_t out_height,
    uint16_t out_width, uint16_t stride_height, uint16_t stride_width, uint16_t pad_top, uint16_t pad_left,
    int8_t input_zero_point, int8_t output_zero_point, int8_t clamp_min, int8_t clamp_max, uint8_t rounding,
    int8_t *scratch) {
  const int width = GRAPES_STRIP_WIDTH(out_width);
  const int columns = GRAPES_STRIP_COLUMNS(width, stride_width);
  const int one_strip = width == out_width;
  /* Of one strip. */
  const int pad_right = columns - pad_left > in_width ? columns - pad_left - in_width : 0;
  const size_t in_row = (size_t)in_width * channels, ring_row = (size_t)columns * channels;
  int8_t *const ring = scratch + ((4u - ((uintptr_t)scratch & 3u)) & 3u);
  grapes_strip strip = {{ring, ring, ring}, weights, bias, multiplier, shift, output};
  for (int first = 0; first < out_width; first += width) {
    const int x = first + width <= out_width ? first : out_width - width;
    const int32_t left = (int32_t)x * stride_width - pad_left;
    const int32_t before = left < 0 ? -left : 0;
    const int32_t behind = left + columns > in_width ? left + columns - in_width : 0;
    const int inside = one_strip || (before == 0 && behind == 0);
    int8_t *next = ring;
    int32_t row = -(int32_t)pad_top;
    if (inside) (void)grapes_fill_s8_scalar(ring, input_zero_point, one_strip ? in_row : ring_row);
    strip.out = output + (size_t)x * channels;
    for (uint16_t y = 0; y < out_height; y++, strip.out += (size_t)out_width * channels) {
      const int32_t end = (int32_t)y * stride_height - pad_top + 3;
      for (row = end - row > 3 ? end - 3 : row; row < end; row++) {
        const int outside = row < 0 || row >= in_height;
        const int8_t *line = ring;
        if (!outside) line = input + (size_t)row * in_row + (size_t)(left < 0 ? 0 : left) * channels;
        strip.rows[0] = strip.rows[1];
        strip.rows[1] = strip.rows[2];
        strip.rows[2] = inside ? line : next;
        if (!inside) {
          int8_t *to = next;
          if (outside) {
            to = grapes_fill_s8_scalar(to, input_zero_point, ring_row);
          } else {
            to = grapes_fill_s8_scalar(to, input_zero_point, (size_t)before * channels);
            to = grapes_copy_s8_scalar(to, line, (size_t)(columns - before - behind) * channels);
            to = grapes_fill_s8_scalar(to, input_zero_point, (size_t)behind * channels);
          }
          next = to == ring + 3 * ring_row ? ring : to;
        }
      }
      grapes_depthwise_strip_scalar(&strip, channels, width, stride_width, one_strip ? pad_left : 0,
                                    one_strip ? pad_right : 0, input_zero_point, output_zero_point, clamp_min, clamp_max,
                                    rounding);
    }
  }
}

#undef GRAPES_STRIP_TAP
#undef GRAPES_STRIP_COLUMN
#undef GRAPES_STRIP_OUTPUT

#endif
