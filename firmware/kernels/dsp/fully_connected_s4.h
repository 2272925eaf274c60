/*
 * Fully connected layer of int4 weights for Cortex-M cores with the DSP extension: bit for bit what kernels/plain computes,
 * at 1.2 instructions per multiply-accumulate. The idea is explained in nibbles.h, the rest is
 * kernels/dsp/fully_connected_s8.h.
 *
 * weights      rows in blocks of four, interleaved: for every eight inputs a word of row 0, 1, 2, 3, as nibbles.h describes;
 *              the outputs % 4 last rows follow one by one
 * bias, multiplier, per_row   as in kernels/plain
 * shift        as grapes_requantize_any_dsp of requantize.h
 * scratch      GRAPES_FULLY_CONNECTED_S4_DSP_SCRATCH(inputs) bytes, any alignment
 */
#ifndef GRAPES_DSP_FULLY_CONNECTED_S4_H
#define GRAPES_DSP_FULLY_CONNECTED_S4_H

#include "fully_connected_s8.h"

/* Three bytes let the kernel start at a multiple of four. */
#define GRAPES_FULLY_CONNECTED_S4_DSP_SCRATCH(inputs) (2 * (((inputs) + 7) / 8 * 8) + 3)

static inline void grapes_fully_connected_s4_dsp(const int8_t *input, uint16_t inputs, const int8_t *weights,
                                                 const int32_t *bias, const int32_t *multiplier, const int8_t *shift,
                                                 uint8_t per_row, int8_t *output, uint16_t outputs,
                                                 int8_t output_zero_point, int8_t clamp_min, int8_t clamp_max,
                                                 uint8_t rounding, int8_t *scratch) {
  grapes_fully_connected_form_dsp(input, inputs, weights, bias, multiplier, shift, per_row, output, outputs,
                                  output_zero_point, clamp_min, clamp_max, rounding, scratch, GRAPES_NIBBLES_DSP);
}

/* Weight [row][column] as the layer was quantized: what learning starts from. */
static inline int8_t grapes_fully_connected_weight_s4_dsp(const int8_t *weights, uint16_t inputs, uint16_t outputs,
                                                          uint16_t row, uint16_t column) {
  const uint32_t groups = (inputs + 7u) / 8u, group = column / 8u;
  const uint32_t word = row < (outputs & ~3u) ? (row & ~3u) * groups + group * 4u + (row & 3u) : row * groups + group;
  /* Inputs 0, 1, 4, 5, 2, 3, 6, 7 from the lowest four bits on. */
  const uint32_t place = (column & 1u) | (column & 2u) << 1 | (column & 4u) >> 1;
  const uint8_t both = (uint8_t)weights[4u * word + place / 2u];
  return (int8_t)((int8_t)((place & 1u) != 0 ? both >> 4 : both & 15) - 8);
}

#endif
