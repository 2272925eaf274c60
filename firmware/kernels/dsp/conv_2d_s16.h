/*
 * Convolution of int16 activations and int8 weights for Cortex-M cores with the DSP extension: bit for bit what kernels/plain
 * computes, with 0.88 instructions per multiply-accumulate in the inner loop (kernels/dsp/int16.h). Two output pixels are made
 * at a time, as in kernels/dsp/conv_2d_s8.h.
 *
 * weights      output channels in pairs, interleaved: for every four inputs the four bytes of the first, then of the second
 *              channel, in each of them the weights of the inputs 0, 2, 1, 3. Inputs in the order [kernel row][kernel column]
 *              [channel], padded to a multiple of four with zero weights; the partner of an odd last channel does not matter.
 * bias, multiplier   as in kernels/plain
 * shift        rounding TFLITE: as grapes_requantize_any_dsp of requantize.h; else as in kernels/plain
 * scratch      GRAPES_CONV_2D_S16_DSP_SCRATCH(kernel_height * kernel_width * in_channels) bytes, any alignment
 */
#ifndef GRAPES_DSP_CONV_2D_S16_H
#define GRAPES_DSP_CONV_2D_S16_H

#include "int16.h"
#include "nibbles.h"
#include "window_rows.h"

/* Words of two pixels, the values of one, and three bytes to start at a multiple of four. */
#define GRAPES_CONV_2D_S16_DSP_SCRATCH(taps) (24 * (((taps) + 3) / 4) + 3)

/* Four values are two words; those of the other pixel lie between. */
GRAPES_INLINE uint32_t *grapes_expand_s16_dsp(const int8_t *values, uint16_t groups, uint32_t *words, int form) {
  uint32_t *const end = words + 4u * groups;
  (void)form;
  for (; words != end; words += 4, values += 8) {
    words[0] = grapes_load_word(values);
    words[1] = grapes_load_word(values + 4);
  }
  return words;
}

/* Two channels of two pixels, or one of each: `both` is a constant at every call. */
GRAPES_INLINE const int8_t *grapes_channels_s16_dsp(const int8_t *w, const uint32_t *words, uint16_t groups,
                                                    const int32_t *bias, const int32_t *multiplier,
                                                    const int8_t *shift, int16_t *output, int16_t *second,
                                                    int16_t clamp_min, int16_t clamp_max, uint8_t rounding, int both) {
  if (rounding == GRAPES_ROUNDING_WIDE) {
    int64_t sums[4] = {bias[0], bias[both], bias[0], bias[both]};
    w = grapes_dot_two_by_two_long_dsp(w, words, groups, sums);
    for (int k = 0; k <= both; k++) {
      output[k] = grapes_requantize_long_dsp(sums[k], multiplier[k], shift[k], clamp_min, clamp_max);
      second[k] = grapes_requantize_long_dsp(sums[2 + k], multiplier[k], shift[k], clamp_min, clamp_max);
    }
    return w;
  }
  uint32_t sums[4] = {(uint32_t)bias[0], (uint32_t)bias[both], (uint32_t)bias[0], (uint32_t)bias[both]};
  w = grapes_dot_two_by_two_wide_dsp(w, words, groups, sums);
  /* Written out: in a loop the compiler would keep the sums in memory. */
#define GRAPES_CHANNEL(k)                                                                                       \
  scale = multiplier[k];                                                                                        \
  by = shift[k];                                                                                                \
  output[k] = grapes_requantize_s16_dsp(sums[k], scale, by, clamp_min, clamp_max, rounding);                    \
  second[k] = grapes_requantize_s16_dsp(sums[2 + k], scale, by, clamp_min, clamp_max, rounding)
  int32_t scale;
  int8_t by;
  GRAPES_CHANNEL(0);
  if (both) {
    GRAPES_CHANNEL(1);
  }
#undef GRAPES_CHANNEL
  return w;
}

#define GRAPES_CONV_2D grapes_conv_2d_halves_dsp
#define GRAPES_VALUE int16_t
#define GRAPES_EXPAND grapes_expand_s16_dsp
#define GRAPES_CHANNELS(both)                                                                                   \
  grapes_channels_s16_dsp(w, words, groups, bias + o, multiplier + o, shift + o, output, second, clamp_min,     \
                          clamp_max, rounding, both)
#include "conv_2d_body.h"

GRAPES_INLINE void grapes_conv_2d_s16_dsp(
    const int16_t *input, uint16_t in_height, uint16_t in_width, uint16_t in_channels, const int8_t *weights,
    const int32_t *bias, const int32_t *multiplier, const int8_t *shift, int16_t *output, uint16_t out_height,
    uint16_t out_width, uint16_t out_channels, uint16_t kernel_height, uint16_t kernel_width, uint16_t stride_height,
    uint16_t stride_width, uint16_t dilation_height, uint16_t dilation_width, uint16_t pad_top, uint16_t pad_left,
    int16_t clamp_min, int16_t clamp_max, uint8_t rounding, int8_t *scratch) {
  grapes_conv_2d_halves_dsp(input, in_height, in_width, in_channels, weights, bias, multiplier, shift, output,
                            out_height, out_width, out_channels, kernel_height, kernel_width, stride_height,
                            stride_width, dilation_height, dilation_width, pad_top, pad_left, 0, 0, clamp_min, clamp_max,
                            rounding, scratch, GRAPES_HALVES_DSP);
}

#endif
