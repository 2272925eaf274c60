/*
 * int8 fully connected layer in plain C: runs anywhere, and is the oracle for the other kernel sets.
 *
 *   output[o] = clamp(output_zero_point + scale(bias[o] + sum_i input[i] * weights[o][i]))
 *
 * weights      [outputs][inputs], in flash
 * bias         [outputs], in flash: the layer's bias minus input zero point times the row's weight sum
 * multiplier, shift   in flash: see grapes_requantize_s32. per_row 1: [outputs]; 0: one of each, for all outputs
 * rounding     GRAPES_ROUNDING_TFLITE or GRAPES_ROUNDING_SINGLE
 * scratch      not used
 * The exporter has checked that no sum can leave int32, whatever the input.
 */
#ifndef GRAPES_PLAIN_FULLY_CONNECTED_S8_H
#define GRAPES_PLAIN_FULLY_CONNECTED_S8_H

#include "requantize.h"
#include "weights.h"

/* With weights of weight_bits, as weights.h stores them. */
GRAPES_INLINE void grapes_fully_connected_plain(const int8_t *input, uint16_t inputs, const int8_t *weights,
                                                uint8_t weight_bits, const int32_t *bias, const int32_t *multiplier,
                                                const int8_t *shift, uint8_t per_row, int8_t *output,
                                                uint16_t outputs, int8_t output_zero_point, int8_t clamp_min,
                                                int8_t clamp_max, uint8_t rounding) {
  size_t w = 0;
  for (uint16_t o = 0; o < outputs; o++) {
    int32_t sum = grapes_ld_s32(bias + o);
    for (uint16_t i = 0; i < inputs; i++) {
      sum += (int32_t)((int16_t)input[i] * grapes_ld_weight(weights, w++, weight_bits));
    }
    sum = grapes_requantize_s32(sum, grapes_ld_s32(multiplier), grapes_ld_s8(shift), rounding);
    multiplier += per_row;
    shift += per_row;
    output[o] = grapes_offset_clamp_s8(sum, output_zero_point, clamp_min, clamp_max);
  }
}

static inline void grapes_fully_connected_s8_plain(const int8_t *input, uint16_t inputs, const int8_t *weights,
                                                   const int32_t *bias, const int32_t *multiplier,
                                                   const int8_t *shift, uint8_t per_row, int8_t *output,
                                                   uint16_t outputs, int8_t output_zero_point, int8_t clamp_min,
                                                   int8_t clamp_max, uint8_t rounding, int8_t *scratch) {
  (void)scratch;
  grapes_fully_connected_plain(input, inputs, weights, 8, bias, multiplier, shift, per_row, output, outputs,
                               output_zero_point, clamp_min, clamp_max, rounding);
}

/* Weight [row][column] as the layer was quantized: what learning starts from. */
static inline int8_t grapes_fully_connected_weight_plain(const int8_t *weights, uint16_t inputs,
                                                         uint16_t outputs, uint16_t row, uint16_t column) {
  (void)outputs;
  return grapes_ld_s8(weights + (uint32_t)row * inputs + column);
}

#endif
