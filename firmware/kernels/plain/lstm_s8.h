/*
 * A long short-term memory over a sequence, from a state of zero, byte for byte TFLite's: int8 in and out, an int16 cell
 * state (docs/numerics.md, "LSTM"). For each step and unit four gates (input, forget, cell, output) are a sum over the inputs
 * of the step and one over the outputs of the step before, each brought to units of 2^-12 by itself:
 *
 *   cell = forget gate * cell + input gate * cell gate,   output = output gate * tanh(cell)
 */
#ifndef GRAPES_PLAIN_LSTM_S8_H
#define GRAPES_PLAIN_LSTM_S8_H

#include <stddef.h>
#include <stdint.h>

#include "../../core/grapes_flash.h"
#include "requantize.h"
#include "sigmoidal_s16.h"

/* bias + the sum of weights[i] * x[i] */
static inline int32_t grapes_lstm_sum(const int8_t *weights, const int8_t *x, uint16_t count, int32_t bias) {
  int32_t sum = bias;
  for (uint16_t i = 0; i < count; i++) sum += (int32_t)grapes_ld_s8(weights + i) * x[i];
  return sum;
}

static inline int32_t grapes_clamp_s16(int32_t v) { return v < -32768 ? -32768 : v > 32767 ? 32767 : v; }

static inline int32_t grapes_lstm_scale(int32_t v, int32_t multiplier, int8_t shift, uint8_t rounding) {
  return grapes_clamp_s16(grapes_requantize_s32(v, multiplier, shift, rounding));
}

/*
 * input, output       [steps][inputs], [steps][units]; must not overlap
 * In flash, rows of the input, forget, cell and output gate, `units` of each:
 *   weights, bias       [4 * units][inputs], [4 * units] with the input's zero point folded in
 *   recurrent, folded   [4 * units][units], [4 * units]: the output's zero point folded in, no bias
 *   multipliers, shifts [4][2]: of each gate's sum over the inputs and over the outputs
 *   table               of the functions (sigmoidal_s16.h)
 * scratch             2 * units + 1 bytes, any alignment: the cell state
 * update, forget      to the cell state: from forget gate * cell, from input gate * cell gate
 * argument            from the cell state to tanh (sigmoidal_s16.h)
 * cell_clip           the cell state stays in [-cell_clip, cell_clip]; 32768 where only int16 bounds it
 */
static inline void grapes_lstm_s8_plain(const int8_t *input, uint16_t steps, uint16_t inputs, const int8_t *weights,
                                        const int32_t *bias, const int8_t *recurrent, const int32_t *folded,
                                        const int32_t *multipliers, const int8_t *shifts, const int16_t *table,
                                        int8_t *output, uint16_t units, int8_t *scratch, int32_t forget_multiplier,
                                        int8_t forget_shift, int32_t update_multiplier, int8_t update_shift,
                                        int16_t argument_multiplier, uint8_t argument_shift, int32_t cell_clip,
                                        int8_t output_zero_point, int32_t multiplier, int8_t shift, int8_t clamp_min,
                                        int8_t clamp_max, uint8_t rounding) {
  int16_t *cell = (int16_t *)(void *)(scratch + ((uintptr_t)scratch & 1u));
  for (uint16_t u = 0; u < units; u++) cell[u] = 0;
  for (uint16_t t = 0; t < steps; t++, input += inputs, output += units) {
    for (uint16_t u = 0; u < units; u++) {
      int32_t gate[4];
      for (uint8_t g = 0; g < 4; g++) {
        const size_t row = (size_t)g * units + u;
        const int32_t seen = grapes_lstm_sum(weights + row * inputs, input, inputs, grapes_ld_s32(bias + row));
        int32_t sum = grapes_lstm_scale(seen, grapes_ld_s32(multipliers + 2 * g), grapes_ld_s8(shifts + 2 * g), rounding);
        if (t > 0) { /* the state before the first step is zero */
          const int32_t kept =
              grapes_lstm_sum(recurrent + row * units, output - units, units, grapes_ld_s32(folded + row));
          sum += grapes_lstm_scale(kept, grapes_ld_s32(multipliers + 2 * g + 1), grapes_ld_s8(shifts + 2 * g + 1),
                                   rounding);
          sum = grapes_clamp_s16(sum);
        }
        gate[g] = g == 2 ? grapes_tanh_of(3 * sum, table) : grapes_logistic_of(3 * sum, table);
      }
      const int32_t old = grapes_lstm_scale(gate[1] * cell[u], forget_multiplier, forget_shift, rounding);
      const int32_t fresh = grapes_lstm_scale(gate[0] * gate[2], update_multiplier, update_shift, rounding);
      int32_t next = grapes_clamp_s16(old + fresh);
      if (next > cell_clip) next = cell_clip;
      if (next < -cell_clip) next = -cell_clip;
      cell[u] = (int16_t)next;
      const int32_t x = grapes_sigmoidal_argument_s16(cell[u], argument_multiplier, argument_shift);
      const int32_t y = grapes_requantize_s32(grapes_tanh_of(x, table) * gate[3], multiplier, shift, rounding);
      output[u] = grapes_offset_clamp_s8(y, output_zero_point, clamp_min, clamp_max);
    }
  }
}

#endif
