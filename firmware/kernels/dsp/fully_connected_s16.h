/*
 * Fully connected layer of int16 activations and int8 weights for Cortex-M cores with the DSP extension: bit for bit what
 * kernels/plain computes, with 1.1 instructions per multiply-accumulate in the inner loop (kernels/dsp/int16.h).
 *
 * input        begins at a multiple of four
 * weights      rows in blocks of four, interleaved: for every four inputs the four bytes of row 0, 1, 2, 3, in each of them
 *              the weights of the inputs 0, 2, 1, 3; the outputs % 4 last rows follow one by one. Inputs are padded to a
 *              multiple of four with zero weights.
 * bias, multiplier, per_row   as in kernels/plain
 * shift        rounding TFLITE: as grapes_requantize_any_dsp of requantize.h; else as in kernels/plain
 * scratch      not used
 */
#ifndef GRAPES_DSP_FULLY_CONNECTED_S16_H
#define GRAPES_DSP_FULLY_CONNECTED_S16_H

#include "int16.h"

/* Sums of four rows, or of one, over some groups of four inputs; each returns where the next weights begin. */
GRAPES_INLINE const int8_t *grapes_dot_rows_s16_dsp(const int8_t *w, const uint32_t *words, uint16_t groups,
                                                    const int32_t *bias, uint32_t *sums, int rows) {
  return rows == 4 ? grapes_dot_four_wide_rows_dsp(w, words, groups, bias, sums)
                   : grapes_dot_one_wide_row_dsp(w, words, groups, bias, sums);
}

/* Outputs of four rows, or of one. */
GRAPES_INLINE const int8_t *grapes_rows_s16_dsp(const uint32_t *words, uint16_t groups, const uint32_t *tail,
                                                const int8_t *w, const int32_t *bias, const int32_t *multiplier,
                                                const int8_t *shift, uint8_t per_row, int16_t *output,
                                                int16_t clamp_min, int16_t clamp_max, uint8_t rounding, int rows) {
  uint32_t sums[4];
  if (rounding == GRAPES_ROUNDING_WIDE) {
    const int32_t none[4] = {0, 0, 0, 0};
    int64_t long_sums[4];
    for (int row = 0; row < rows; row++) long_sums[row] = bias[row];
    while (groups > 0 || tail != NULL) {
      const uint16_t some = groups < GRAPES_LONG_GROUPS_DSP ? groups : (uint16_t)GRAPES_LONG_GROUPS_DSP;
      w = grapes_dot_rows_s16_dsp(w, groups > 0 ? words : tail, groups > 0 ? some : 1u, none, sums, rows);
      for (int row = 0; row < rows; row++) long_sums[row] += (int32_t)sums[row];
      if (groups == 0) tail = NULL;
      words += 2u * some;
      groups = (uint16_t)(groups - some);
    }
    for (int row = 0; row < rows; row++) {
      const int at = per_row ? row : 0;
      output[row] = grapes_requantize_long_dsp(long_sums[row], multiplier[at], shift[at], clamp_min, clamp_max);
    }
    return w;
  }
  w = grapes_dot_rows_s16_dsp(w, words, groups, bias, sums, rows);
  if (tail != NULL) {
    const int32_t so_far[4] = {(int32_t)sums[0], (int32_t)sums[rows > 1 ? 1 : 0], (int32_t)sums[rows > 2 ? 2 : 0],
                               (int32_t)sums[rows > 3 ? 3 : 0]};
    w = grapes_dot_rows_s16_dsp(w, tail, 1, so_far, sums, rows);
  }
  for (int row = 0; row < rows; row++) {
    const int at = per_row ? row : 0;
    output[row] = grapes_requantize_s16_dsp(sums[row], multiplier[at], shift[at], clamp_min, clamp_max, rounding);
  }
  return w;
}

static inline void grapes_fully_connected_s16_dsp(const int16_t *input, uint16_t inputs, const int8_t *weights,
                                                  const int32_t *bias, const int32_t *multiplier, const int8_t *shift,
                                                  uint8_t per_row, int16_t *output, uint16_t outputs,
                                                  int16_t clamp_min, int16_t clamp_max, uint8_t rounding,
                                                  int8_t *scratch) {
  const uint32_t *const words = (const uint32_t *)(const void *)input;
  const uint16_t groups = inputs / 4;
  uint32_t last[2] = {0, 0};
  const uint32_t *const tail = inputs % 4 != 0 ? last : NULL;
  int16_t *const end = output + outputs;
  (void)scratch;
  memcpy(last, input + (inputs & ~3u), (inputs & 3u) * sizeof *input);
  GRAPES_DSP_OTHER_TYPES();
  for (; end - output >= 4; output += 4, bias += 4, multiplier += 4u * per_row, shift += 4u * per_row) {
    weights = grapes_rows_s16_dsp(words, groups, tail, weights, bias, multiplier, shift, per_row, output, clamp_min,
                                  clamp_max, rounding, 4);
  }
  for (; output != end; output++, bias++, multiplier += per_row, shift += per_row) {
    weights = grapes_rows_s16_dsp(words, groups, tail, weights, bias, multiplier, shift, per_row, output, clamp_min,
                                  clamp_max, rounding, 1);
  }
  GRAPES_DSP_OTHER_TYPES();
}

#endif
