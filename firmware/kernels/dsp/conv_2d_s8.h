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

#include "nibbles.h"
#include "requantize.h"
#include "window_rows.h"

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

/* Sums of two channels over two pixels, `groups` times four inputs. */
GRAPES_INLINE const int8_t *grapes_dot_two_by_two_form_dsp(const int8_t *w, const uint32_t *words, uint16_t groups,
                                                           uint32_t *sums, int form) {
  if (form == GRAPES_NIBBLES_DSP) return grapes_dot_two_by_two_nibbles_dsp(w, words, groups / 2, sums);
  if (form == GRAPES_WIDE_DSP) return grapes_dot_two_by_two_wide_dsp(w, words, groups, sums);
  return grapes_dot_two_by_two_dsp(w, words, groups, sums);
}

GRAPES_INLINE int8_t grapes_requantize_form_dsp(uint32_t sum, int32_t scale, int8_t by, int8_t output_zero_point,
                                                int8_t clamp_min, int8_t clamp_max, uint8_t rounding, int form) {
  return form == GRAPES_PAIRS_DSP
             ? grapes_requantize_pairs_dsp(sum, scale, by, output_zero_point, clamp_min, clamp_max, rounding)
             : grapes_requantize_any_dsp(sum, scale, by, output_zero_point, clamp_min, clamp_max);
}

/*
 * Channels o and o + 1 of two pixels, or o alone; `both` and `form` are constants at every call. Returns where the weights of
 * the next begin. With pointers that stand at o instead of o itself the compiler keeps three registers busy, and spills.
 */
GRAPES_INLINE const int8_t *grapes_channels_s8_dsp(const int8_t *w, const uint32_t *words, uint16_t groups,
                                                   const uint32_t *offsets, const int32_t *bias,
                                                   const int32_t *multiplier, const int8_t *shift, uint16_t o,
                                                   int8_t *output, int8_t *second, int8_t output_zero_point,
                                                   int8_t clamp_min, int8_t clamp_max, uint8_t rounding, int form,
                                                   int both) {
  uint32_t sums[4] = {(uint32_t)bias[o] - offsets[0], both ? (uint32_t)bias[o + 1] - offsets[0] : 0,
                      (uint32_t)bias[o] - offsets[1], both ? (uint32_t)bias[o + 1] - offsets[1] : 0};
  w = grapes_dot_two_by_two_form_dsp(w, words, groups, sums, form);
  /* Written out: in a loop the compiler would keep the sums in memory. */
#define GRAPES_CHANNEL(k)                                                                                              \
  scale = multiplier[o + k];                                                                                           \
  by = shift[o + k];                                                                                                   \
  output[k] = grapes_requantize_form_dsp(sums[k], scale, by, output_zero_point, clamp_min, clamp_max, rounding, form); \
  second[k] = grapes_requantize_form_dsp(sums[2 + k], scale, by, output_zero_point, clamp_min, clamp_max, rounding, form)
  int32_t scale;
  int8_t by;
  GRAPES_CHANNEL(0);
  if (both) {
    GRAPES_CHANNEL(1);
  }
#undef GRAPES_CHANNEL
  return w;
}

#define GRAPES_CONV_2D grapes_conv_2d_form_dsp
#define GRAPES_VALUE int8_t
#define GRAPES_EXPAND grapes_expand_pixel_dsp
#define GRAPES_CHANNELS(both)                                                                                          \
  grapes_channels_s8_dsp(w, words, groups, offsets, bias, multiplier, shift, o, output, second,                           \
                         output_zero_point, clamp_min, clamp_max, rounding, form, both)
#include "conv_2d_body.h"

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
