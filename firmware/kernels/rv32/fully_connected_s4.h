/*
 * Fully connected layer of int4 weights for RV32IM: bit for bit what kernels/plain computes. All of it is
 * kernels/rv32/fully_connected_s8.h; the weights are in the order described there, two a byte, the first in the low half.
 */
#ifndef GRAPES_RV32_FULLY_CONNECTED_S4_H
#define GRAPES_RV32_FULLY_CONNECTED_S4_H

#include "fully_connected_s8.h"

GRAPES_ONE_COPY void grapes_fully_connected_s4_rv32(const int8_t *input, uint16_t inputs, const int8_t *weights,
                                                    const int32_t *bias, const int32_t *multiplier, const int8_t *shift,
                                                    uint8_t per_row, int8_t *output, uint16_t outputs,
                                                    int8_t output_zero_point, int8_t clamp_min, int8_t clamp_max,
                                                    uint8_t rounding, int8_t *scratch) {
  (void)scratch;
  grapes_fully_connected_rv32(input, inputs, weights, 4, bias, multiplier, shift, per_row, output, outputs,
                              output_zero_point, clamp_min, clamp_max, rounding);
}

/* Weight [row][column] as the layer was quantized: what learning starts from. */
static inline int8_t grapes_fully_connected_weight_s4_rv32(const int8_t *weights, uint16_t inputs, uint16_t outputs,
                                                           uint16_t row, uint16_t column) {
  (void)outputs;
  return grapes_ld_weight(weights, (size_t)(row & ~3u) * inputs + 4u * column + (row & 3u), 4);
}

#endif
