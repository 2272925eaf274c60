/*
 * Dot products of weight rows with runs of activations: what a fully connected layer and a convolution have in common.
 *
 * Packed weights. Rows are taken in groups of four, the last group filled up with rows of zeros. A group holds, for every
 * sixteen inputs, sixteen bytes of its row 0, 1, 2, 3, one after the other; then, if inputs % 16 is not 0, that many bytes
 * of each row. A group is thus 4 * inputs bytes, and sixteen-byte loads run over consecutive addresses. Behind the last
 * group lie (16 - inputs % 16) % 16 zeros that a load may touch. bias, multiplier and shift have as many entries as there
 * are rows in groups; those of the rows of zeros do not matter.
 */
#ifndef GRAPES_MVE_ROWS_H
#define GRAPES_MVE_ROWS_H

#include "vectors.h"

/* Weight [row][column] of packed rows. */
static inline int8_t grapes_packed_weight_mve(const int8_t *weights, uint32_t inputs, uint32_t row, uint32_t column) {
  const uint32_t whole = inputs & ~15u;
  const int8_t *const group = weights + (size_t)(row & ~3u) * inputs;
  if (column < whole) return grapes_ld_s8(group + (column & ~15u) * 4u + (row & 3u) * 16u + (column & 15u));
  return grapes_ld_s8(group + whole * 4u + (row & 3u) * (inputs & 15u) + (column & 15u));
}

/* A layer's constants and how its sums become outputs. */
struct grapes_rows_mve {
  const int8_t *weights;
  const int32_t *bias;
  const int32_t *multiplier;
  const int8_t *shift;
  uint32_t inputs;
  uint32_t outputs;
  int8_t zero_point;
  int8_t clamp_min;
  int8_t clamp_max;
};

#if GRAPES_MVE_VECTORS

/* q2 or q3: sixteen weights of a row; sums of two pixels, whose values are in q0 and q1. */
#define GRAPES_MVE_FOUR_ROWS(load)           \
  load("q2")                                 \
  load("q3")                                 \
  "vmladava.s8 r0, q0, q2\n\t"               \
  "vmladava.s8 r8, q1, q2\n\t"               \
  load("q2")                                 \
  "vmladava.s8 r2, q0, q3\n\t"               \
  "vmladava.s8 r10, q1, q3\n\t"              \
  load("q3")                                 \
  "vmladava.s8 r4, q0, q2\n\t"               \
  "vmladava.s8 r12, q1, q2\n\t"              \
  "vmladava.s8 r6, q0, q3\n\t"               \
  "vmladava.s8 lr, q1, q3\n\t"
#define GRAPES_MVE_WHOLE(q) "vldrb.8 " q ", [%[w]], #16\n\t"
#define GRAPES_MVE_PART(q) "vldrb.8 " q ", [%[w]]\n\tadd %[w], %[w], %[left]\n\t"

/*
 * Four rows over two pixels, from `bias` on: fourteen instructions for 128 products. All even registers hold sums, so the
 * loop counts in an odd one. Returns the weights' end.
 */
static inline const int8_t *grapes_four_rows_two_pixels_mve(const int8_t *w, const int8_t *x, const int8_t *y,
                                                            uint32_t inputs, int32x4_t bias, int32x4_t *first,
                                                            int32x4_t *second) {
  int32x4_t a, b;
  __asm__ volatile(
      "vmov r0, r4, %q[bias][2], %q[bias][0]\n\t"
      "vmov r2, r6, %q[bias][3], %q[bias][1]\n\t"
      "vmov r8, r12, %q[bias][2], %q[bias][0]\n\t"
      "vmov r10, lr, %q[bias][3], %q[bias][1]\n\t"
      "subs %[left], %[left], #16\n\t"
      "blt 2f\n"
      "1:\n\t"
      "vldrb.8 q0, [%[x]], #16\n\t"
      "vldrb.8 q1, [%[y]], #16\n\t" GRAPES_MVE_FOUR_ROWS(GRAPES_MVE_WHOLE)
      "subs %[left], %[left], #16\n\t"
      "bge 1b\n"
      "2:\n\t"
      "adds %[left], %[left], #16\n\t"
      "beq 3f\n\t"
      "vctp.8 %[left]\n\t"
      "vpstt\n\t"
      "vldrbt.8 q0, [%[x]]\n\t"
      "vldrbt.8 q1, [%[y]]\n\t" GRAPES_MVE_FOUR_ROWS(GRAPES_MVE_PART)
      "3:\n\t"
      "vmov %q[a][2], %q[a][0], r0, r4\n\t"
      "vmov %q[a][3], %q[a][1], r2, r6\n\t"
      "vmov %q[b][2], %q[b][0], r8, r12\n\t"
      "vmov %q[b][3], %q[b][1], r10, lr\n\t"
      : [w] "+r"(w), [x] "+r"(x), [y] "+r"(y), [left] "+r"(inputs), [a] "=&w"(a), [b] "=&w"(b)
      : [bias] "w"(bias)
      : "r0", "r2", "r4", "r6", "r8", "r10", "r12", "lr", "q0", "q1", "q2", "q3", "p0", "cc", "memory");
  *first = a;
  *second = b;
  return w;
}

#undef GRAPES_MVE_FOUR_ROWS
#undef GRAPES_MVE_WHOLE
#undef GRAPES_MVE_PART

/* All rows over pairs of windows, group by group: the group's constants stay in registers. */
GRAPES_INLINE void grapes_rows_over_pairs_mve(const struct grapes_rows_mve *rows, const int8_t *windows, uint32_t step,
                                              uint32_t pairs, int8_t *output, uint32_t output_step, int ties,
                                              uint8_t rounding) {
  const uint32_t inputs = rows->inputs;
  const int8_t *group = rows->weights;
  /* Lanes of the results: channel 0 of either pixel, channel 1 of either, … */
  uint16x8_t places = vshrq_n_u16(vidupq_n_u16(0, 1), 1);
  places = vmlaq_n_u16(places, vandq_u16(vidupq_n_u16(0, 1), vdupq_n_u16(1)), (uint16_t)output_step);
  for (uint32_t o = 0; o < rows->outputs; o += 4) {
    const int32x4_t bias = vldrwq_s32(rows->bias + o);
    const int32x4_t multiplier = vldrwq_s32(rows->multiplier + o);
    const int32x4_t shift = vldrbq_s32(rows->shift + o);
    const mve_pred16_t lanes = vctp16q(2u * (rows->outputs - o));
    const int8_t *x = windows, *w = group;
    int8_t *to = output + o;
    for (uint32_t left = pairs; left > 0; left--, x += 2u * step, to += 2u * output_step) {
      int32x4_t first, second;
      w = grapes_four_rows_two_pixels_mve(group, x, x + step, inputs, bias, &first, &second);
      first = grapes_requantize_mve(first, multiplier, shift, ties, rounding);
      second = grapes_requantize_mve(second, multiplier, shift, ties, rounding);
      int16x8_t v = vqmovntq_s32(vqmovnbq_s32(vuninitializedq_s16(), first), second);
      v = vqaddq_n_s16(v, rows->zero_point);
      v = vmaxq_s16(v, vdupq_n_s16(rows->clamp_min));
      v = vminq_s16(v, vdupq_n_s16(rows->clamp_max));
      vstrbq_scatter_offset_p_s16(to, places, v, lanes);
    }
    group = w;
  }
}

static GRAPES_ONE_COPY void grapes_rows_over_pairs_with_ties_mve(const struct grapes_rows_mve *rows,
                                                                 const int8_t *windows, uint32_t step, uint32_t pairs,
                                                                 int8_t *output, uint32_t output_step,
                                                                 uint8_t rounding) {
  grapes_rows_over_pairs_mve(rows, windows, step, pairs, output, output_step, 1, rounding);
}

static GRAPES_ONE_COPY void grapes_rows_over_pairs_above_zero_mve(const struct grapes_rows_mve *rows,
                                                                  const int8_t *windows, uint32_t step, uint32_t pairs,
                                                                  int8_t *output, uint32_t output_step,
                                                                  uint8_t rounding) {
  grapes_rows_over_pairs_mve(rows, windows, step, pairs, output, output_step, 0, rounding);
}

static inline void grapes_rows_over_some_pairs_mve(const struct grapes_rows_mve *rows, const int8_t *windows,
                                                   uint32_t step, uint32_t pairs, int8_t *output, uint32_t output_step,
                                                   uint8_t rounding) {
  if (grapes_ties_matter_mve(rows->zero_point, rows->clamp_min, rounding)) {
    grapes_rows_over_pairs_with_ties_mve(rows, windows, step, pairs, output, output_step, rounding);
  } else {
    grapes_rows_over_pairs_above_zero_mve(rows, windows, step, pairs, output, output_step, rounding);
  }
}

/*
 * All rows over `count` windows that lie `step` bytes apart; output [count][outputs]. Windows are taken in pairs: an odd
 * last one is done once more with the one before it, or with itself.
 */
static inline void grapes_rows_over_windows_mve(const struct grapes_rows_mve *rows, const int8_t *windows, uint32_t step,
                                                uint32_t count, int8_t *output, uint8_t rounding) {
  const uint32_t outputs = rows->outputs;
  if (count == 1) {
    grapes_rows_over_some_pairs_mve(rows, windows, 0, 1, output, 0, rounding);
    return;
  }
  grapes_rows_over_some_pairs_mve(rows, windows, step, count >> 1, output, outputs, rounding);
  if ((count & 1u) != 0) {
    const size_t before = count - 2u;
    grapes_rows_over_some_pairs_mve(rows, windows + before * step, step, 1, output + before * outputs, outputs, rounding);
  }
}

#else

static inline int8_t grapes_row_output_mve(const struct grapes_rows_mve *rows, const int8_t *values, uint32_t row,
                                           const int32_t *multiplier, const int8_t *shift, uint8_t rounding) {
  int32_t sum = grapes_ld_s32(rows->bias + row);
  for (uint32_t i = 0; i < rows->inputs; i++) {
    sum += (int32_t)((int16_t)values[i] * grapes_packed_weight_mve(rows->weights, rows->inputs, row, i));
  }
  sum = grapes_requantize_s32(sum, grapes_ld_s32(multiplier), grapes_ld_s8(shift), rounding);
  return grapes_offset_clamp_s8(sum, rows->zero_point, rows->clamp_min, rows->clamp_max);
}

static inline void grapes_rows_over_windows_mve(const struct grapes_rows_mve *rows, const int8_t *windows, uint32_t step,
                                                uint32_t count, int8_t *output, uint8_t rounding) {
  for (; count > 0; count--, windows += step) {
    for (uint32_t o = 0; o < rows->outputs; o++) {
      *output++ = grapes_row_output_mve(rows, windows, o, rows->multiplier + o, rows->shift + o, rounding);
    }
  }
}

#endif

#endif
