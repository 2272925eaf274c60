/*
 * int8 fully connected layer for Cortex-M cores with the DSP extension (M4, M7, M33, M55): bit for bit what
 * kernels/plain computes, at 0.9 instructions per multiply-accumulate in the inner loop instead of about 3.
 *
 * The idea. SMLAD multiplies two 16-bit pairs and adds, but int8 weights have to be widened first: one widening per
 * multiplication. Half of them can be saved. Take two neighbouring weights a, b of a row and store h = 256 * b + a in
 * their two bytes. Widening the low byte gives a back, and h is usable as it lies in memory. With inputs x, y for a, b:
 *
 *     (256 * x - y) * a + y * h  =  256 * (x * a + y * b)
 *
 * so three instructions (widen, SMLAD, SMLAD) do four multiply-accumulates, in units of 1/256. The factor z = 256x - y
 * is made once per call for all rows; it spans [-32895, 32640], so 127 is added to fit an int16, and the constant
 * 127 * sum(a) is taken off the bias. All sums are taken modulo 2^32: only the end value counts, and the exporter gives
 * a layer to this kernel only if |sum| < 2^23 for every input.
 *
 * weights      rows in blocks of four, interleaved: for every four inputs the four bytes of row 0, 1, 2, 3; the
 *              outputs % 4 last rows follow one by one. Inputs are padded to a multiple of four with zero weights.
 * bias         256 * (bias - input zero point * row sum) - 127 * sum of the row's even weights, modulo 2^32
 * multiplier, shift, per_row   as in kernels/plain; tflite: the exporter has checked that every shift is in [-22, -1], as
 *              it is wherever an output step is more than one or two accumulator steps
 * scratch      GRAPES_FULLY_CONNECTED_S8_DSP_SCRATCH(inputs) bytes, any alignment
 *
 * grapes_fully_connected_s8_dsp_wide takes any layer, also with weights of -128 and larger sums, at 1.1 instructions per
 * multiply-accumulate (kernels/dsp/wide.h). Weights in the same order, each in its byte; bias without the factor of 256;
 * shift as grapes_requantize_any_dsp of requantize.h.
 */
#ifndef GRAPES_DSP_FULLY_CONNECTED_S8_H
#define GRAPES_DSP_FULLY_CONNECTED_S8_H

#include "nibbles.h"
#include "requantize.h"

/* Three bytes let the kernel start at a multiple of four. */
#define GRAPES_FULLY_CONNECTED_S8_DSP_SCRATCH(inputs) (2 * (((inputs) + 3) / 4 * 4) + 3)

/* ---- the layer ---- */

/* A row's output. `form` is a constant at every call. */
#define GRAPES_DSP_OUTPUT(sum, scale, by)                                                                  \
  (form != GRAPES_PAIRS_DSP                                                                                \
       ? grapes_requantize_any_dsp((sum) - offset, scale, by, output_zero_point, clamp_min, clamp_max)     \
       : grapes_requantize_pairs_dsp(sum, scale, by, output_zero_point, clamp_min, clamp_max, rounding))
#define GRAPES_DSP_ROW_OUTPUT(row)                                                              \
  output[row] = GRAPES_DSP_OUTPUT(sums[row], per_row ? multiplier[row] : common_multiplier,     \
                                  per_row ? shift[row] : common_shift)

GRAPES_INLINE void grapes_fully_connected_form_dsp(const int8_t *input, uint16_t inputs, const int8_t *weights,
                                                   const int32_t *bias, const int32_t *multiplier,
                                                   const int8_t *shift, uint8_t per_row, int8_t *output,
                                                   uint16_t outputs, int8_t output_zero_point, int8_t clamp_min,
                                                   int8_t clamp_max, uint8_t rounding, int8_t *scratch, int form) {
  const uint16_t size = form == GRAPES_NIBBLES_DSP ? 8 : 4;
  const uint16_t groups = (uint16_t)((inputs + size - 1u) / size);
  uint32_t *const words = (uint32_t *)(void *)(scratch + ((4u - ((uintptr_t)scratch & 3u)) & 3u));
  int8_t *const end = output + outputs;
  const int32_t common_multiplier = *multiplier;
  const int8_t common_shift = *shift;
  uint32_t offset = 0;
  if (form == GRAPES_PAIRS_DSP) {
    grapes_expand_s8_dsp(input, inputs, words);
  } else {
    grapes_widen_s8_dsp(input, inputs, words);
  }
  if (form == GRAPES_NIBBLES_DSP) {
    for (uint32_t k = (inputs + 3u) / 4u * 2u; k < 4u * groups; k++) words[k] = 0;
    offset = grapes_sum_pairs_dsp(words, 4u * groups, 1);
  }
  for (; end - output >= 4; output += 4, bias += 4, multiplier += 4u * per_row, shift += 4u * per_row) {
    uint32_t sums[4];
    weights = form == GRAPES_NIBBLES_DSP ? grapes_dot_four_nibble_rows_dsp(weights, words, groups, bias, sums)
              : form == GRAPES_WIDE_DSP  ? grapes_dot_four_wide_rows_dsp(weights, words, groups, bias, sums)
                                         : grapes_dot_four_rows_dsp(weights, words, groups, bias, sums);
    /* Written out: at -Os a loop would keep the sums in memory. */
    GRAPES_DSP_ROW_OUTPUT(0);
    GRAPES_DSP_ROW_OUTPUT(1);
    GRAPES_DSP_ROW_OUTPUT(2);
    GRAPES_DSP_ROW_OUTPUT(3);
  }
  for (; output != end; output++, bias++, multiplier += per_row, shift += per_row) {
    uint32_t sum;
    weights = form == GRAPES_NIBBLES_DSP ? grapes_dot_one_nibble_row_dsp(weights, words, groups, bias, &sum)
              : form == GRAPES_WIDE_DSP  ? grapes_dot_one_wide_row_dsp(weights, words, groups, bias, &sum)
                                         : grapes_dot_one_row_dsp(weights, words, groups, bias, &sum);
    *output = GRAPES_DSP_OUTPUT(sum, *multiplier, *shift);
  }
}

#undef GRAPES_DSP_OUTPUT
#undef GRAPES_DSP_ROW_OUTPUT

static inline void grapes_fully_connected_s8_dsp(const int8_t *input, uint16_t inputs, const int8_t *weights,
                                                 const int32_t *bias, const int32_t *multiplier, const int8_t *shift,
                                                 uint8_t per_row, int8_t *output, uint16_t outputs,
                                                 int8_t output_zero_point, int8_t clamp_min, int8_t clamp_max,
                                                 uint8_t rounding, int8_t *scratch) {
  grapes_fully_connected_form_dsp(input, inputs, weights, bias, multiplier, shift, per_row, output, outputs,
                                  output_zero_point, clamp_min, clamp_max, rounding, scratch, GRAPES_PAIRS_DSP);
}

static inline void grapes_fully_connected_s8_dsp_wide(const int8_t *input, uint16_t inputs, const int8_t *weights,
                                                      const int32_t *bias, const int32_t *multiplier,
                                                      const int8_t *shift, uint8_t per_row, int8_t *output,
                                                      uint16_t outputs, int8_t output_zero_point, int8_t clamp_min,
                                                      int8_t clamp_max, uint8_t rounding, int8_t *scratch) {
  grapes_fully_connected_form_dsp(input, inputs, weights, bias, multiplier, shift, per_row, output, outputs,
                                  output_zero_point, clamp_min, clamp_max, rounding, scratch, GRAPES_WIDE_DSP);
}

/* Where the byte of weight [row][column] lies. */
static inline const int8_t *grapes_fully_connected_byte_dsp(const int8_t *weights, uint16_t inputs, uint16_t outputs,
                                                            uint16_t row, uint16_t column) {
  const uint32_t padded = (inputs + 3u) / 4u * 4u;
  const uint16_t blocked = (uint16_t)(outputs & ~3u);
  return row < blocked ? weights + (row & ~3u) * padded + (column & ~3u) * 4u + (row & 3u) * 4u + (column & 3u)
                       : weights + row * padded + column;
}

/* Weight [row][column] as the layer was quantized: what learning starts from. */
static inline int8_t grapes_fully_connected_weight_dsp(const int8_t *weights, uint16_t inputs, uint16_t outputs,
                                                       uint16_t row, uint16_t column) {
  const int8_t *const byte = grapes_fully_connected_byte_dsp(weights, inputs, outputs, row, column);
  /* An odd byte holds the upper part of 256 * b + a: one less than b where a is negative. */
  return (column & 1u) == 0 ? *byte : (int8_t)(*byte + (byte[-1] < 0 ? 1 : 0));
}

static inline int8_t grapes_fully_connected_weight_dsp_wide(const int8_t *weights, uint16_t inputs, uint16_t outputs,
                                                            uint16_t row, uint16_t column) {
  return *grapes_fully_connected_byte_dsp(weights, inputs, outputs, row, column);
}

#endif
