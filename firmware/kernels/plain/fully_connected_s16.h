/*
 * Fully connected layer of int16 activations and int8 weights in plain C:
 *
 *   output[o] = clamp(scale(bias[o] + sum_i input[i] * weights[o][i]))
 *
 * weights      [outputs][inputs], in flash
 * bias         [outputs], in flash
 * multiplier, shift   in flash: see grapes_requantize_s64. per_row 1: [outputs]; 0: one of each, for all outputs
 * rounding     GRAPES_ROUNDING_WIDE; with TFLITE or SINGLE sums stay in int32 and multipliers are Q31
 * scratch      not used
 */
#ifndef GRAPES_PLAIN_FULLY_CONNECTED_S16_H
#define GRAPES_PLAIN_FULLY_CONNECTED_S16_H

#include "int16.h"

static inline void grapes_fully_connected_s16_plain(const int16_t *input, uint16_t inputs, const int8_t *weights,
                                                    const int32_t *bias, const int32_t *multiplier,
                                                    const int8_t *shift, uint8_t per_row, int16_t *output,
                                                    uint16_t outputs, int16_t clamp_min, int16_t clamp_max,
                                                    uint8_t rounding, int8_t *scratch) {
  (void)scratch;
  for (uint16_t o = 0; o < outputs; o++, weights += inputs, multiplier += per_row, shift += per_row) {
    const int64_t sum = grapes_ld_s32(bias + o) + grapes_dot_s16(input, weights, inputs);
    const int32_t v = grapes_requantize_s64(sum, grapes_ld_s32(multiplier), grapes_ld_s8(shift), rounding);
    output[o] = grapes_clamp_s16(v, clamp_min, clamp_max);
  }
}

#endif
