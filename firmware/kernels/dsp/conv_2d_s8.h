/*
 * int8 convolution for Cortex-M cores with the DSP extension: bit for bit what kernels/plain computes, with 0.75
 * instructions per multiply-accumulate in the inner loop.
 *
 * Two output pixels are made at a time. What each of them sees, kernel_height * kernel_width * in_channels values, is
 * expanded into the scratch memory in the form that kernels/dsp/fully_connected_s8.h explains; then pairs of output
 * channels run over both. A 1x1 convolution expands straight from the input. Nothing is summed that the exporter could
 * sum: padding reads as the input's zero point, and the bias holds the rest.
 *
 * weights      output channels in pairs, interleaved: for every four inputs the four bytes of the first, then of the
 *              second channel, pairs of weights in one 16-bit number. Inputs in the order [kernel row][kernel column]
 *              [channel], padded to a multiple of four with zero weights; the partner of an odd last channel is zero.
 * bias         256 * (bias - input zero point * row sum) - 127 * sum of the row's even weights, modulo 2^32
 * multiplier, shift   as in kernels/plain; tflite: every shift is below 0. The exporter has checked both, and that sums
 *              stay below 2^23.
 * scratch      GRAPES_CONV_2D_S8_DSP_SCRATCH(kernel_height * kernel_width * in_channels) bytes, any alignment
 *
 * grapes_conv_2d_s8_dsp_wide takes any layer: 0.88 instructions per multiply-accumulate (kernels/dsp/wide.h). Weights in the
 * same order, each in its byte; bias without the factor of 256; shift as grapes_requantize_any_dsp of requantize.h.
 */
#ifndef GRAPES_DSP_CONV_2D_S8_H
#define GRAPES_DSP_CONV_2D_S8_H

#include <stddef.h>

#include "nibbles.h"
#include "requantize.h"

/* Words of two pixels, the values of one, and three bytes to start at a multiple of four. */
#define GRAPES_CONV_2D_S8_DSP_SCRATCH(taps) (20 * (((taps) + 3) / 4) + 3)

/* Expands 4 * groups values to every second pair of words; those of int4 weights' kernel to every second word. */
GRAPES_INLINE uint32_t *grapes_expand_pixel_dsp(const int8_t *values, uint16_t groups, uint32_t *words, int form) {
  uint32_t *const end = words + 4u * groups;
  for (; words != end; words += 4, values += 4) {
    if (form == GRAPES_NIBBLES_DSP) {
      const uint32_t four = grapes_load_word(values);
      words[0] = grapes_widen_even(four);
      words[2] = grapes_widen_odd(four);
    } else if (form == GRAPES_WIDE_DSP) {
      grapes_widen_word_dsp(grapes_load_word(values), words);
    } else {
      grapes_expand_word_dsp(grapes_load_word(values), words);
    }
  }
  return words;
}

/* A few bytes where they are: the compiler makes words of them if it knows the count. */
GRAPES_INLINE int8_t *grapes_copy_s8_dsp(int8_t *to, const int8_t *from, size_t count) {
  if (count <= 16) {
    memcpy(to, from, count);
    return to + count;
  }
  for (; count >= 4; count -= 4, to += 4, from += 4) memcpy(to, from, 4);
  for (; count > 0; count--) *to++ = *from++;
  return to;
}

/* One row of a window that is not all inside the input, value by value. */
static inline int8_t *grapes_gather_row_dsp(const int8_t *line, int inside, uint16_t in_width, uint16_t in_channels,
                                            int32_t left, uint16_t kernel_width, uint16_t dilation_width,
                                            int8_t input_zero_point, int8_t *to) {
  for (uint16_t kx = 0; kx < kernel_width; kx++, left += dilation_width) {
    const int8_t *const from = line + (ptrdiff_t)left * in_channels;
    const int there = inside && left >= 0 && left < in_width;
    for (uint16_t c = 0; c < in_channels; c++) *to++ = there ? from[c] : input_zero_point;
  }
  return to;
}

/* Sums of two channels over two pixels, `groups` times four inputs. */
GRAPES_INLINE const int8_t *grapes_dot_two_by_two_form_dsp(const int8_t *w, const uint32_t *words, uint16_t groups,
                                                           uint32_t *sums, int form) {
  if (form == GRAPES_NIBBLES_DSP) return grapes_dot_two_by_two_nibbles_dsp(w, words, groups / 2, sums);
  if (form == GRAPES_WIDE_DSP) return grapes_dot_two_by_two_wide_dsp(w, words, groups, sums);
  return grapes_dot_two_by_two_dsp(w, words, groups, sums);
}

/* All kernels: `form` is a constant at every call. */
GRAPES_INLINE void grapes_conv_2d_form_dsp(
    const int8_t *input, uint16_t in_height, uint16_t in_width, uint16_t in_channels, const int8_t *weights,
    const int32_t *bias, const int32_t *multiplier, const int8_t *shift, int8_t *output, uint16_t out_height,
    uint16_t out_width, uint16_t out_channels, uint16_t kernel_height, uint16_t kernel_width, uint16_t stride_height,
    uint16_t stride_width, uint16_t dilation_height, uint16_t dilation_width, uint16_t pad_top, uint16_t pad_left,
    int8_t input_zero_point, int8_t output_zero_point, int8_t clamp_min, int8_t clamp_max, uint8_t rounding,
    int8_t *scratch, int form) {
  const uint16_t row_values = (uint16_t)(kernel_width * in_channels);
  const uint16_t four = (uint16_t)((kernel_height * row_values + 3u) / 4u);
  const uint16_t groups = form == GRAPES_NIBBLES_DSP ? (uint16_t)((four + 1u) & ~1u) : four;
  const int whole_rows = row_values % 4 == 0;
  const int pointwise = kernel_height == 1 && kernel_width == 1 && pad_top == 0 && pad_left == 0 && whole_rows &&
                        (out_height - 1) * stride_height < in_height && (out_width - 1) * stride_width < in_width;
  uint32_t *const words = (uint32_t *)(void *)(scratch + ((4u - ((uintptr_t)scratch & 3u)) & 3u));
  int8_t *const field = (int8_t *)(words + 4u * groups);
  uint32_t pixels = (uint32_t)out_height * out_width;
  int32_t top = -(int32_t)pad_top, left = -(int32_t)pad_left;
  const int32_t left_end = left + (int32_t)out_width * stride_width;
#define GRAPES_DSP_OUTPUT(sum)                                                                         \
  (form != GRAPES_PAIRS_DSP                                                                            \
       ? grapes_requantize_any_dsp(sum, scale, by, output_zero_point, clamp_min, clamp_max)            \
       : grapes_requantize_pairs_dsp(sum, scale, by, output_zero_point, clamp_min, clamp_max, rounding))
  while (pixels > 0) {
    /* An odd last pixel is made twice. */
    const uint16_t step = pixels > 1 ? 1 : 0;
    for (uint16_t k = 0; k < 2; k++) {
      uint32_t *to = words + (form == GRAPES_NIBBLES_DSP ? 1 : 2) * k;
      if (pointwise) {
        grapes_expand_pixel_dsp(input + ((size_t)top * in_width + (size_t)left) * in_channels, four, to, form);
      } else {
        const int across = dilation_width == 1 && left >= 0 && left + kernel_width <= in_width;
        int8_t *end = field;
        for (uint16_t ky = 0; ky < kernel_height; ky++) {
          const int32_t row = top + (int32_t)ky * dilation_height;
          const int8_t *const line = input + (ptrdiff_t)row * in_width * in_channels;
          const int8_t *const from = line + (ptrdiff_t)left * in_channels;
          const int inside = row >= 0 && row < in_height;
          if (!(across && inside)) {
            end = grapes_gather_row_dsp(line, inside, in_width, in_channels, left, kernel_width, dilation_width,
                                        input_zero_point, end);
          } else if (whole_rows) {
            to = grapes_expand_pixel_dsp(from, row_values / 4, to, form);
          } else {
            end = grapes_copy_s8_dsp(end, from, row_values);
          }
          if (whole_rows && end != field) {
            end = field;
            to = grapes_expand_pixel_dsp(field, row_values / 4, to, form);
          }
        }
        if (!whole_rows) grapes_expand_pixel_dsp(field, groups, to, form);
      }
      if (step == 1) {
        left += stride_width;
        if (left == left_end) {
          left = -(int32_t)pad_left;
          top += stride_height;
        }
      }
    }
    pixels -= step + 1u;
    uint32_t offsets[2] = {0, 0};
    if (form == GRAPES_NIBBLES_DSP) {
      offsets[0] = grapes_sum_pairs_dsp(words, 2u * groups, 2);
      offsets[1] = grapes_sum_pairs_dsp(words + 1, 2u * groups, 2);
    }
    const int8_t *w = weights;
    int8_t *second = output + (step == 1 ? out_channels : 0);
    uint16_t o = 0;
    for (; o + 1 < out_channels; o = (uint16_t)(o + 2), output += 2, second += 2) {
      uint32_t sums[4] = {(uint32_t)bias[o] - offsets[0], (uint32_t)bias[o + 1] - offsets[0],
                          (uint32_t)bias[o] - offsets[1], (uint32_t)bias[o + 1] - offsets[1]};
      w = grapes_dot_two_by_two_form_dsp(w, words, groups, sums, form);
      int32_t scale = multiplier[o];
      int8_t by = shift[o];
      output[0] = GRAPES_DSP_OUTPUT(sums[0]);
      second[0] = GRAPES_DSP_OUTPUT(sums[2]);
      scale = multiplier[o + 1];
      by = shift[o + 1];
      output[1] = GRAPES_DSP_OUTPUT(sums[1]);
      second[1] = GRAPES_DSP_OUTPUT(sums[3]);
    }
    if (out_channels % 2 != 0) {
      uint32_t sums[4] = {(uint32_t)bias[o] - offsets[0], 0, (uint32_t)bias[o] - offsets[1], 0};
      (void)grapes_dot_two_by_two_form_dsp(w, words, groups, sums, form);
      const int32_t scale = multiplier[o];
      const int8_t by = shift[o];
      *output++ = GRAPES_DSP_OUTPUT(sums[0]);
      *second++ = GRAPES_DSP_OUTPUT(sums[2]);
    }
    output = second;
  }
#undef GRAPES_DSP_OUTPUT
}

GRAPES_INLINE void grapes_conv_2d_s8_dsp(
    const int8_t *input, uint16_t in_height, uint16_t in_width, uint16_t in_channels, const int8_t *weights,
    const int32_t *bias, const int32_t *multiplier, const int8_t *shift, int8_t *output, uint16_t out_height,
    uint16_t out_width, uint16_t out_channels, uint16_t kernel_height, uint16_t kernel_width, uint16_t stride_height,
    uint16_t stride_width, uint16_t dilation_height, uint16_t dilation_width, uint16_t pad_top, uint16_t pad_left,
    int8_t input_zero_point, int8_t output_zero_point, int8_t clamp_min, int8_t clamp_max, uint8_t rounding,
    int8_t *scratch) {
  grapes_conv_2d_form_dsp(input, in_height, in_width, in_channels, weights, bias, multiplier, shift, output, out_height,
                          out_width, out_channels, kernel_height, kernel_width, stride_height, stride_width,
                          dilation_height, dilation_width, pad_top, pad_left, input_zero_point, output_zero_point,
                          clamp_min, clamp_max, rounding, scratch, GRAPES_PAIRS_DSP);
}

GRAPES_INLINE void grapes_conv_2d_s8_dsp_wide(
    const int8_t *input, uint16_t in_height, uint16_t in_width, uint16_t in_channels, const int8_t *weights,
    const int32_t *bias, const int32_t *multiplier, const int8_t *shift, int8_t *output, uint16_t out_height,
    uint16_t out_width, uint16_t out_channels, uint16_t kernel_height, uint16_t kernel_width, uint16_t stride_height,
    uint16_t stride_width, uint16_t dilation_height, uint16_t dilation_width, uint16_t pad_top, uint16_t pad_left,
    int8_t input_zero_point, int8_t output_zero_point, int8_t clamp_min, int8_t clamp_max, uint8_t rounding,
    int8_t *scratch) {
  grapes_conv_2d_form_dsp(input, in_height, in_width, in_channels, weights, bias, multiplier, shift, output, out_height,
                          out_width, out_channels, kernel_height, kernel_width, stride_height, stride_width,
                          dilation_height, dilation_width, pad_top, pad_left, input_zero_point, output_zero_point,
                          clamp_min, clamp_max, rounding, scratch, GRAPES_WIDE_DSP);
}

#endif
