/*
 * int8 convolution for cores with MVE: bit for bit what kernels/plain computes, for dilations of the width of 1. Four
 * output channels over two pixels at a time: kernels/mve/rows.h.
 *
 * What an output pixel sees, its window, has to lie in one piece. A kernel of height 1 without padding reads the input as
 * it is. Otherwise a strip of windows is gathered in the scratch memory, column after column: neighbours then share what
 * they both see, and every value is copied kernel_height times instead of kernel_height * kernel_width times. Where a whole
 * kernel row is at most sixteen values, windows are gathered one by one, row after row: fewer and fuller copies. Places
 * outside the input read as its zero point. grapes_conv_2d_s8_mve_apart: dilations of the width of more than 1.
 *
 * weights, bias, multiplier, shift   packed as kernels/mve/rows.h describes, one row an output channel, inputs in the order
 *              [kernel column][kernel row][channel], or [kernel row][kernel column][channel] where windows are gathered one
 *              by one or lie in the input; bias, multiplier and shift mean what they mean in kernels/plain; tflite: every
 *              shift is below 0 (the exporter has checked it)
 * scratch      windows of a strip, any alignment: GRAPES_CONV_2D_S8_MVE_STRIP bytes, or two windows if those are more;
 *              none where the input is read as it is
 */
#ifndef GRAPES_MVE_CONV_2D_S8_H
#define GRAPES_MVE_CONV_2D_S8_H

#include "rows.h"

#define GRAPES_CONV_2D_S8_MVE_STRIP 1024u

/* A strip's parts: columns that windows share, or whole windows. */
struct grapes_strip_mve {
  const int8_t *input;
  int32_t in_height;
  int32_t in_width;
  uint32_t in_channels;
  uint32_t kernel_height;
  uint32_t dilation_height;
  int32_t part_width; /* columns of the input in a part */
  int32_t part_step;  /* columns of the input from one part to the next */
  int8_t zero_point;
};

/* `parts` parts, the first from (top, left) on; each [kernel_height][part_width][in_channels]. */
static GRAPES_ONE_COPY void grapes_gather_strip_mve(const struct grapes_strip_mve *strip, int32_t top, int32_t left,
                                                    uint32_t parts, int8_t *to) {
  const uint32_t channels = strip->in_channels;
  const uint32_t row_bytes = (uint32_t)strip->part_width * channels, part_bytes = row_bytes * strip->kernel_height;
  const size_t line = (size_t)strip->in_width * channels;
  const int32_t dilation = (int32_t)strip->dilation_height, last_row = (int32_t)strip->kernel_height - 1;
  uint32_t first = 0, rows = strip->kernel_height;
  if (top < 0 || left < 0 || top + last_row * dilation >= strip->in_height ||
      left + (int32_t)(parts - 1u) * strip->part_step + strip->part_width > strip->in_width) {
    grapes_fill_mve(to, strip->zero_point, parts * part_bytes);
    for (; rows > 0 && top < 0; rows--, first++) top += dilation;
    while (rows > 0 && top + (int32_t)(rows - 1u) * dilation >= strip->in_height) rows--;
    if (rows == 0) return;
  }
  const int8_t *const from = strip->input + (size_t)top * line;
  to += first * row_bytes;
  for (; parts > 0; parts--, left += strip->part_step, to += part_bytes) {
    const int32_t begin = left < 0 ? 0 : left;
    const int32_t end = left + strip->part_width < strip->in_width ? left + strip->part_width : strip->in_width;
    if (begin < end) {
      grapes_copy_block_mve(to + (uint32_t)(begin - left) * channels, row_bytes, from + (uint32_t)begin * channels,
                            line * strip->dilation_height, (uint32_t)(end - begin) * channels, rows);
    }
  }
}

/* Output pixels of a row that share a strip: an even number, or the whole row. */
static inline uint32_t grapes_strip_pixels_mve(uint32_t out_width, uint32_t kernel_width, uint32_t stride_width,
                                               uint32_t part_bytes, int by_column) {
  const uint32_t parts = GRAPES_CONV_2D_S8_MVE_STRIP / part_bytes;
  uint32_t pixels = parts;
  if (by_column) pixels = parts < kernel_width ? 0 : (parts - kernel_width) / stride_width + 1u;
  if (pixels >= out_width) return out_width;
  if (pixels < 2) return out_width < 2 ? out_width : 2;
  return pixels & ~1u;
}

static inline void grapes_conv_2d_s8_mve(const int8_t *input, uint16_t in_height, uint16_t in_width,
                                         uint16_t in_channels, const int8_t *weights, const int32_t *bias,
                                         const int32_t *multiplier, const int8_t *shift, int8_t *output,
                                         uint16_t out_height, uint16_t out_width, uint16_t out_channels,
                                         uint16_t kernel_height, uint16_t kernel_width, uint16_t stride_height,
                                         uint16_t stride_width, uint16_t dilation_height, uint16_t dilation_width,
                                         uint16_t pad_top, uint16_t pad_left, int8_t input_zero_point,
                                         int8_t output_zero_point, int8_t clamp_min, int8_t clamp_max,
                                         uint8_t rounding, int8_t *scratch) {
  const uint32_t row_taps = (uint32_t)kernel_width * in_channels, taps = row_taps * kernel_height;
  const struct grapes_rows_mve rows = {weights,      bias,              multiplier, shift,    taps,
                                       out_channels, output_zero_point, clamp_min,  clamp_max};
  (void)dilation_width;
  if (kernel_height == 1 && pad_top == 0 && pad_left == 0 && (out_width - 1) * stride_width + kernel_width <= in_width &&
      (out_height - 1) * stride_height < in_height) {
    const uint32_t step = (uint32_t)stride_width * in_channels;
    if (stride_height == 1 && out_width * stride_width == in_width) {
      grapes_rows_over_windows_mve(&rows, input, step, (uint32_t)out_height * out_width, output, rounding);
      return;
    }
    for (uint32_t y = 0; y < out_height; y++) {
      grapes_rows_over_windows_mve(&rows, input + (size_t)y * stride_height * in_width * in_channels, step, out_width,
                                   output + (size_t)y * out_width * out_channels, rounding);
    }
    return;
  }
  const int by_column = row_taps > 16;
  const struct grapes_strip_mve strip = {input,
                                         in_height,
                                         in_width,
                                         in_channels,
                                         kernel_height,
                                         dilation_height,
                                         by_column ? 1 : kernel_width,
                                         by_column ? 1 : stride_width,
                                         input_zero_point};
  const uint32_t part_bytes = by_column ? (uint32_t)kernel_height * in_channels : taps;
  const uint32_t step = by_column ? stride_width * part_bytes : taps;
  const uint32_t pixels = grapes_strip_pixels_mve(out_width, kernel_width, stride_width, part_bytes, by_column);
  for (uint32_t y = 0; y < out_height; y++) {
    const int32_t top = (int32_t)(y * stride_height) - pad_top;
    for (uint32_t x = 0; x < out_width; x += pixels) {
      const uint32_t count = out_width - x < pixels ? out_width - x : pixels;
      grapes_gather_strip_mve(&strip, top, (int32_t)(x * stride_width) - pad_left,
                              by_column ? (count - 1u) * stride_width + kernel_width : count, scratch);
      grapes_rows_over_windows_mve(&rows, scratch, step, count, output, rounding);
      output += count * out_channels;
    }
  }
}

/*
 * The same for windows whose columns lie apart: they are gathered one by one, column after column, as many as fill a strip.
 * weights in the order [kernel column][kernel row][channel]
 */
static inline void grapes_conv_2d_s8_mve_apart(
    const int8_t *input, uint16_t in_height, uint16_t in_width, uint16_t in_channels, const int8_t *weights,
    const int32_t *bias, const int32_t *multiplier, const int8_t *shift, int8_t *output, uint16_t out_height,
    uint16_t out_width, uint16_t out_channels, uint16_t kernel_height, uint16_t kernel_width, uint16_t stride_height,
    uint16_t stride_width, uint16_t dilation_height, uint16_t dilation_width, uint16_t pad_top, uint16_t pad_left,
    int8_t input_zero_point, int8_t output_zero_point, int8_t clamp_min, int8_t clamp_max, uint8_t rounding,
    int8_t *scratch) {
  const uint32_t taps = (uint32_t)kernel_height * kernel_width * in_channels;
  const struct grapes_rows_mve rows = {weights,      bias,              multiplier, shift,    taps,
                                       out_channels, output_zero_point, clamp_min,  clamp_max};
  const struct grapes_strip_mve strip = {input,         in_height,       in_width, in_channels,
                                         kernel_height, dilation_height, 1,        dilation_width,
                                         input_zero_point};
  const uint32_t pixels = grapes_strip_pixels_mve(out_width, kernel_width, stride_width, taps, 0);
  for (uint32_t y = 0; y < out_height; y++) {
    const int32_t top = (int32_t)(y * stride_height) - pad_top;
    for (uint32_t x = 0; x < out_width; x += pixels) {
      const uint32_t count = out_width - x < pixels ? out_width - x : pixels;
      for (uint32_t k = 0; k < count; k++) {
        const int32_t left = (int32_t)((x + k) * stride_width) - pad_left;
        grapes_gather_strip_mve(&strip, top, left, kernel_width, scratch + k * taps);
      }
      grapes_rows_over_windows_mve(&rows, scratch, taps, count, output, rounding);
      output += count * out_channels;
    }
  }
}

#endif
