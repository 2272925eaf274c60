/*
 * int8 fully connected layer for cores with MVE: bit for bit what kernels/plain computes. Four rows at a time run over the
 * input: ten instructions for 64 products.
 *
 * weights, bias, multiplier, shift   packed as kernels/mve/rows.h describes; bias, multiplier, shift and per_row mean what
 *              they mean in kernels/plain; tflite: every shift is below 0 (the exporter has checked it)
 * scratch      not used
 */
#ifndef GRAPES_MVE_FULLY_CONNECTED_S8_H
#define GRAPES_MVE_FULLY_CONNECTED_S8_H

#include "rows.h"

#if GRAPES_MVE_VECTORS

/* Four rows over one run of values, from `bias` on; `part` is inputs % 16. Returns the weights' end. */
static inline const int8_t *grapes_four_rows_mve(const int8_t *w, const int8_t *x, uint32_t whole, uint32_t part,
                                                 int32x4_t bias, int32x4_t *sums) {
  int32x4_t v;
  __asm__ volatile(
      "vmov r0, r4, %q[bias][2], %q[bias][0]\n\t"
      "vmov r2, r6, %q[bias][3], %q[bias][1]\n\t"
      "wls lr, %[whole], 2f\n"
      "1:\n\t"
      "vldrb.8 q0, [%[x]], #16\n\t"
      "vldrb.8 q1, [%[w]], #16\n\t"
      "vldrb.8 q2, [%[w]], #16\n\t"
      "vmladava.s8 r0, q0, q1\n\t"
      "vldrb.8 q1, [%[w]], #16\n\t"
      "vmladava.s8 r2, q0, q2\n\t"
      "vldrb.8 q2, [%[w]], #16\n\t"
      "vmladava.s8 r4, q0, q1\n\t"
      "vmladava.s8 r6, q0, q2\n\t"
      "le lr, 1b\n"
      "2:\n\t"
      "cmp %[part], #0\n\t"
      "beq 3f\n\t"
      "vctp.8 %[part]\n\t"
      "vpst\n\t"
      "vldrbt.8 q0, [%[x]]\n\t"
      "vldrb.8 q1, [%[w]]\n\t"
      "add %[w], %[w], %[part]\n\t"
      "vmladava.s8 r0, q0, q1\n\t"
      "vldrb.8 q1, [%[w]]\n\t"
      "add %[w], %[w], %[part]\n\t"
      "vmladava.s8 r2, q0, q1\n\t"
      "vldrb.8 q1, [%[w]]\n\t"
      "add %[w], %[w], %[part]\n\t"
      "vmladava.s8 r4, q0, q1\n\t"
      "vldrb.8 q1, [%[w]]\n\t"
      "add %[w], %[w], %[part]\n\t"
      "vmladava.s8 r6, q0, q1\n"
      "3:\n\t"
      "vmov %q[v][2], %q[v][0], r0, r4\n\t"
      "vmov %q[v][3], %q[v][1], r2, r6\n\t"
      : [w] "+r"(w), [x] "+r"(x), [v] "=&w"(v)
      : [whole] "r"(whole), [part] "r"(part), [bias] "w"(bias)
      : "r0", "r2", "r4", "r6", "lr", "q0", "q1", "q2", "p0", "cc", "memory");
  *sums = v;
  return w;
}

static GRAPES_ONE_COPY void grapes_rows_over_vector_mve(const struct grapes_rows_mve *rows, const int8_t *input,
                                                        uint8_t per_row, int8_t *output, uint8_t rounding) {
  const int ties = grapes_ties_matter_mve(rows->zero_point, rows->clamp_min, rounding);
  const uint32_t whole = rows->inputs >> 4, part = rows->inputs & 15u;
  int32x4_t multipliers = vdupq_n_s32(*rows->multiplier), shifts = vdupq_n_s32(*rows->shift);
  const int8_t *w = rows->weights, *shift = rows->shift;
  const int32_t *bias = rows->bias, *multiplier = rows->multiplier;
  for (uint32_t left = (rows->outputs + 3u) >> 2, outputs = rows->outputs; left > 0; left--) {
    int32x4_t v;
    w = grapes_four_rows_mve(w, input, whole, part, vldrwq_s32(bias), &v);
    if (per_row) {
      multipliers = vldrwq_s32(multiplier);
      shifts = vldrbq_s32(shift);
      multiplier += 4;
      shift += 4;
    }
    v = grapes_requantize_mve(v, multipliers, shifts, ties, rounding);
    v = vqaddq_n_s32(v, rows->zero_point);
    v = vminq_s32(vmaxq_s32(v, vdupq_n_s32(rows->clamp_min)), vdupq_n_s32(rows->clamp_max));
    vstrbq_p_s32(output, v, vctp32q(outputs));
    bias += 4;
    output += 4;
    outputs -= 4;
  }
}

#else

static inline void grapes_rows_over_vector_mve(const struct grapes_rows_mve *rows, const int8_t *input, uint8_t per_row,
                                               int8_t *output, uint8_t rounding) {
  for (uint32_t o = 0; o < rows->outputs; o++) {
    const uint32_t k = per_row ? o : 0;
    output[o] = grapes_row_output_mve(rows, input, o, rows->multiplier + k, rows->shift + k, rounding);
  }
}

#endif

static inline void grapes_fully_connected_s8_mve(const int8_t *input, uint16_t inputs, const int8_t *weights,
                                                 const int32_t *bias, const int32_t *multiplier, const int8_t *shift,
                                                 uint8_t per_row, int8_t *output, uint16_t outputs,
                                                 int8_t output_zero_point, int8_t clamp_min, int8_t clamp_max,
                                                 uint8_t rounding, int8_t *scratch) {
  const struct grapes_rows_mve rows = {weights, bias,    multiplier,        shift,     inputs,
                                       outputs, output_zero_point, clamp_min, clamp_max};
  (void)scratch;
  grapes_rows_over_vector_mve(&rows, input, per_row, output, rounding);
}

/* Weight [row][column] as the layer was quantized: what learning starts from. */
static inline int8_t grapes_fully_connected_weight_mve(const int8_t *weights, uint16_t inputs, uint16_t outputs,
                                                       uint16_t row, uint16_t column) {
  (void)outputs;
  return grapes_packed_weight_mve(weights, inputs, row, column);
}

#endif
