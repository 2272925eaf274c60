/*
 * Convolution of int4 weights for RV32IM: bit for bit what kernels/plain computes. All of it is in
 * kernels/scalar/conv_2d_s8.h; the weights are in the order described there, two a byte, the first in the low half.
 */
#ifndef GRAPES_RV32_CONV_2D_S4_H
#define GRAPES_RV32_CONV_2D_S4_H

#include "../scalar/conv_2d_s8.h"

GRAPES_ALWAYS_INLINE const int8_t *grapes_dot_triples_s4_rv32(const int8_t *w, const uint32_t *words, uint16_t groups,
                                                              grapes_triples *sums) {
  return grapes_dot_triples_s4_plain(w, words, groups, sums);
}

GRAPES_DEFINE_BLOCKS(s4_rv32)

GRAPES_ALWAYS_INLINE void grapes_conv_2d_s4_rv32(
    const int8_t *input, uint16_t in_height, uint16_t in_width, uint16_t in_channels, const int8_t *weights,
    const int32_t *bias, const int32_t *multiplier, const int8_t *shift, int8_t *output, uint16_t out_height,
    uint16_t out_width, uint16_t out_channels, uint16_t kernel_height, uint16_t kernel_width, uint16_t stride_height,
    uint16_t stride_width, uint16_t dilation_height, uint16_t dilation_width, uint16_t pad_top, uint16_t pad_left,
    int8_t input_zero_point, int8_t output_zero_point, int8_t clamp_min, int8_t clamp_max, uint8_t rounding,
    int8_t *scratch) {
  grapes_conv_2d_s8_scalar(input, in_height, in_width, in_channels, weights, bias, multiplier, shift, output,
                           out_height, out_width, out_channels, kernel_height, kernel_width, stride_height,
                           stride_width, dilation_height, dilation_width, pad_top, pad_left, input_zero_point,
                           output_zero_point, clamp_min, clamp_max, rounding, scratch, GRAPES_BLOCKS_OF_SET(s4_rv32));
}

#endif
