/*
 * int8 fully connected layer for RV32IM: bit for bit what kernels/plain computes. Four rows at a time, so that an input is
 * loaded once for four weights.
 *
 * weights      rows in blocks of four: for every input the weights of row 0, 1, 2, 3. A last block of less than four rows
 *              repeats the last one.
 * bias, multiplier, shift   as kernels/scalar/scale.h says; per_row as in kernels/plain. The exporter has checked the ranges.
 * scratch      not used
 */
#ifndef GRAPES_RV32_FULLY_CONNECTED_S8_H
#define GRAPES_RV32_FULLY_CONNECTED_S8_H

#include <stddef.h>

#include "../plain/weights.h"
#include "../scalar/scale.h"

/* With weights of weight_bits, int4 ones two a byte as kernels/plain/weights.h describes. */
GRAPES_ALWAYS_INLINE void grapes_fully_connected_rv32(const int8_t *input, uint16_t inputs, const int8_t *weights,
                                                      uint8_t weight_bits,
                                                      const int32_t *bias, const int32_t *multiplier, const int8_t *shift,
                                                      uint8_t per_row, int8_t *output, uint16_t outputs,
                                                      int8_t output_zero_point, int8_t clamp_min, int8_t clamp_max,
                                                      uint8_t rounding) {
  const int8_t *const end = input + inputs;
  const int8_t *const whole_end = input + (inputs & ~3u);
  const int8_t *w = weights;
#define GRAPES_FOUR_ROWS_INPUT(i) \
  do { \
    const int32_t value = x[i]; \
    a += value * grapes_ld_weight(w, 4 * (i), weight_bits); \
    b += value * grapes_ld_weight(w, 4 * (i) + 1, weight_bits); \
    c += value * grapes_ld_weight(w, 4 * (i) + 2, weight_bits); \
    d += value * grapes_ld_weight(w, 4 * (i) + 3, weight_bits); \
  } while (0)
  for (uint16_t o = 0; o < outputs; o = (uint16_t)(o + 4)) {
    int32_t a = 0, b = 0, c = 0, d = 0;
    const int8_t *x = input;
    for (; x != whole_end; x += 4, w += 2 * weight_bits) {
      GRAPES_FOUR_ROWS_INPUT(0);
      GRAPES_FOUR_ROWS_INPUT(1);
      GRAPES_FOUR_ROWS_INPUT(2);
      GRAPES_FOUR_ROWS_INPUT(3);
    }
    for (; x != end; x++, w += weight_bits / 2) GRAPES_FOUR_ROWS_INPUT(0);
    const int32_t sums[4] = {a, b, c, d};
    for (int row = 0; row < 4 && o + row < outputs; row++) {
      const grapes_scale_scalar scale =
          grapes_load_scale_scalar(bias + o + row, multiplier, shift, output_zero_point, rounding);
      multiplier += per_row;
      shift += per_row;
      output[o + row] = grapes_scale_s8_scalar(sums[row], scale, clamp_min, clamp_max, rounding);
    }
  }
#undef GRAPES_FOUR_ROWS_INPUT
}

GRAPES_ONE_COPY void grapes_fully_connected_s8_rv32(const int8_t *input, uint16_t inputs, const int8_t *weights,
                                                    const int32_t *bias, const int32_t *multiplier, const int8_t *shift,
                                                    uint8_t per_row, int8_t *output, uint16_t outputs,
                                                    int8_t output_zero_point, int8_t clamp_min, int8_t clamp_max,
                                                    uint8_t rounding, int8_t *scratch) {
  (void)scratch;
  grapes_fully_connected_rv32(input, inputs, weights, 8, bias, multiplier, shift, per_row, output, outputs,
                              output_zero_point, clamp_min, clamp_max, rounding);
}

/* Weight [row][column] as the layer was quantized: what learning starts from. */
static inline int8_t grapes_fully_connected_weight_rv32(const int8_t *weights, uint16_t inputs, uint16_t outputs,
                                                        uint16_t row, uint16_t column) {
  (void)outputs;
  return weights[(uint32_t)(row & ~3u) * inputs + 4u * column + (row & 3u)];
}

#endif
