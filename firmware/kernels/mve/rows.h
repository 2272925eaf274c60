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

/* What the loop over pairs of windows keeps in memory, in the order of registers. */
struct grapes_pairs_mve {
  const int8_t *window; /* r0 */
  int8_t *output;       /* r2 */
  uint32_t left;        /* r4: pairs */
  uint32_t advance;     /* r6: from pair to pair, of windows and of outputs */
  uint32_t output_advance; /* r8 */
  int32_t zero_point;      /* r10 */
  uint32_t lanes;          /* r12: those to store */
  const int8_t *group;
  uint32_t inputs;
  uint32_t step;
  int32_t clamp_min, clamp_max;
};

#define GRAPES_MVE_TWICE_BOTH               \
  "vqrdmulh.s32 q0, q0, %q[multiplier]\n\t" \
  "vqrdmulh.s32 q1, q1, %q[multiplier]\n\t"
#define GRAPES_MVE_TIES_OF_BOTH \
  "vshr.s32 q2, q0, #31\n\t"    \
  "vshr.s32 q3, q1, #31\n\t"    \
  "vadd.i32 q0, q0, q2\n\t"     \
  "vadd.i32 q1, q1, q3\n\t"
#define GRAPES_MVE_SHIFT_BOTH "vrshl.s32 q0, q0, %q[shift]\n\tvrshl.s32 q1, q1, %q[shift]\n\t"
#define GRAPES_MVE_ONCE_BOTH               \
  "vshl.s32 q0, q0, %q[shift]\n\t"         \
  "vshl.s32 q1, q1, %q[shift]\n\t"         \
  "vrmulh.s32 q0, q0, %q[multiplier]\n\t"  \
  "vrmulh.s32 q1, q1, %q[multiplier]\n\t"
#define GRAPES_MVE_SATURATE_BOTH "vqmovnb.s16 q0, q0\n\t"
#define GRAPES_MVE_CLAMP_BOTH               \
  "ldrd %[x], %[y], [%[pairs], #40]\n\t"    \
  "vdup.16 q1, %[x]\n\t"                    \
  "vdup.16 q2, %[y]\n\t"                    \
  "vmax.s16 q0, q0, q1\n\t"                 \
  "vmin.s16 q0, q0, q2\n\t"

/*
 * Four rows over pairs of windows: fourteen instructions for 128 products. All even registers hold sums, from the bias on,
 * so the loop counts in an odd one.
 */
#define GRAPES_MVE_PAIRS(scale, clamp)                                                                              \
  __asm__ volatile(                                                                                                 \
      "ldr r0, [%[pairs]]\n"                                                                                        \
      "4:\n\t"                                                                                                      \
      "mov %[x], r0\n\t"                                                                                            \
      "ldrd %[w], %[left], [%[pairs], #28]\n\t"                                                                     \
      "ldr %[y], [%[pairs], #36]\n\t"                                                                               \
      "add %[y], %[y], %[x]\n\t"                                                                                    \
      "vmov r0, r4, %q[bias][2], %q[bias][0]\n\t"                                                                   \
      "vmov r2, r6, %q[bias][3], %q[bias][1]\n\t"                                                                   \
      "vmov r8, r12, %q[bias][2], %q[bias][0]\n\t"                                                                  \
      "vmov r10, lr, %q[bias][3], %q[bias][1]\n\t"                                                                  \
      "subs %[left], %[left], #16\n\t"                                                                              \
      "blt 2f\n"                                                                                                    \
      "1:\n\t"                                                                                                      \
      "vldrb.8 q0, [%[x]], #16\n\t"                                                                                 \
      "vldrb.8 q1, [%[y]], #16\n\t" GRAPES_MVE_FOUR_ROWS(GRAPES_MVE_WHOLE)                                          \
      "subs %[left], %[left], #16\n\t"                                                                              \
      "bge 1b\n"                                                                                                    \
      "2:\n\t"                                                                                                      \
      "adds %[left], %[left], #16\n\t"                                                                              \
      "beq 3f\n\t"                                                                                                  \
      "vctp.8 %[left]\n\t"                                                                                          \
      "vpstt\n\t"                                                                                                   \
      "vldrbt.8 q0, [%[x]]\n\t"                                                                                     \
      "vldrbt.8 q1, [%[y]]\n\t" GRAPES_MVE_FOUR_ROWS(GRAPES_MVE_PART)                                               \
      "3:\n\t"                                                                                                      \
      "vmov q0[2], q0[0], r0, r4\n\t"                                                                               \
      "vmov q0[3], q0[1], r2, r6\n\t"                                                                               \
      "vmov q1[2], q1[0], r8, r12\n\t"                                                                              \
      "vmov q1[3], q1[1], r10, lr\n\t" scale                                                                        \
      "ldm %[pairs], {r0, r2, r4, r6, r8, r10, r12}\n\t"                                                            \
      "vqmovnb.s32 q0, q0\n\t"                                                                                      \
      "vqmovnt.s32 q0, q1\n\t"                                                                                      \
      "vqadd.s16 q0, q0, r10\n\t" clamp                                                                             \
      "vmsr p0, r12\n\t"                                                                                            \
      "vpst\n\t"                                                                                                    \
      "vstrbt.16 q0, [r2, %q[places]]\n\t"                                                                          \
      "add r0, r0, r6\n\t"                                                                                          \
      "add r2, r2, r8\n\t"                                                                                          \
      "subs r4, r4, #1\n\t"                                                                                         \
      "stm %[pairs], {r0, r2, r4}\n\t"                                                                              \
      "bne 4b\n\t"                                                                                                  \
      : [w] "=&r"(w), [x] "=&r"(x), [y] "=&r"(y), [left] "=&r"(left)                                                \
      : [pairs] "r"(&pairs), [bias] "w"(bias), [multiplier] "w"(multiplier), [shift] "w"(shift), [places] "w"(places) \
      : "r0", "r2", "r4", "r6", "r8", "r10", "r12", "lr", "q0", "q1", "q2", "q3", "p0", "cc", "memory")

/*
 * All rows over `count` pairs of windows, group by group: the group's constants stay in registers. `saturating`: the clamp is
 * that of int8 and ties do not matter, as in most layers with a relu.
 */
GRAPES_INLINE void grapes_rows_over_pairs_mve(const struct grapes_rows_mve *rows, const int8_t *windows, uint32_t step,
                                              uint32_t count, int8_t *output, uint32_t output_step, int saturating,
                                              uint8_t rounding) {
  struct grapes_pairs_mve pairs = {windows,          output, count,         2u * step, 2u * output_step, rows->zero_point, 0,
                                   rows->weights, rows->inputs, step, rows->clamp_min, rows->clamp_max};
  /* Lanes of the results: channel 0 of either pixel, channel 1 of either, … */
  const uint16x8_t lane = vidupq_n_u16(0, 1);
  const uint16x8_t places = vaddq_u16(vshrq_n_u16(lane, 1),
                                      vmulq_n_u16(vandq_u16(lane, vdupq_n_u16(1)), (uint16_t)output_step));
  for (uint32_t o = 0; o < rows->outputs; o += 4) {
    const int32x4_t bias = vldrwq_s32(rows->bias + o);
    const int32x4_t multiplier = vldrwq_s32(rows->multiplier + o);
    const int32x4_t shift = vldrbq_s32(rows->shift + o);
    const int8_t *w, *x, *y;
    uint32_t left;
    pairs.window = windows;
    pairs.output = output + o;
    pairs.left = count;
    pairs.lanes = rows->outputs - o < 4 ? (1u << (4u * (rows->outputs - o))) - 1u : 0xFFFFu;
    if (rounding == GRAPES_ROUNDING_SINGLE) {
      if (saturating) {
        GRAPES_MVE_PAIRS(GRAPES_MVE_ONCE_BOTH, GRAPES_MVE_SATURATE_BOTH);
      } else {
        GRAPES_MVE_PAIRS(GRAPES_MVE_ONCE_BOTH, GRAPES_MVE_CLAMP_BOTH);
      }
    } else if (saturating) {
      GRAPES_MVE_PAIRS(GRAPES_MVE_TWICE_BOTH GRAPES_MVE_SHIFT_BOTH, GRAPES_MVE_SATURATE_BOTH);
    } else {
      GRAPES_MVE_PAIRS(GRAPES_MVE_TWICE_BOTH GRAPES_MVE_TIES_OF_BOTH GRAPES_MVE_SHIFT_BOTH, GRAPES_MVE_CLAMP_BOTH);
    }
    pairs.group = w;
  }
}

static GRAPES_ONE_COPY void grapes_rows_over_pairs_clamping_mve(const struct grapes_rows_mve *rows,
                                                                 const int8_t *windows, uint32_t step, uint32_t pairs,
                                                                 int8_t *output, uint32_t output_step,
                                                                 uint8_t rounding) {
  grapes_rows_over_pairs_mve(rows, windows, step, pairs, output, output_step, 0, rounding);
}

static GRAPES_ONE_COPY void grapes_rows_over_pairs_saturating_mve(const struct grapes_rows_mve *rows,
                                                                  const int8_t *windows, uint32_t step, uint32_t pairs,
                                                                  int8_t *output, uint32_t output_step,
                                                                  uint8_t rounding) {
  grapes_rows_over_pairs_mve(rows, windows, step, pairs, output, output_step, 1, rounding);
}

static inline void grapes_rows_over_some_pairs_mve(const struct grapes_rows_mve *rows, const int8_t *windows,
                                                   uint32_t step, uint32_t pairs, int8_t *output, uint32_t output_step,
                                                   uint8_t rounding) {
  if (grapes_saturates_mve(rows->zero_point, rows->clamp_min, rows->clamp_max, rounding)) {
    grapes_rows_over_pairs_saturating_mve(rows, windows, step, pairs, output, output_step, rounding);
  } else {
    grapes_rows_over_pairs_clamping_mve(rows, windows, step, pairs, output, output_step, rounding);
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
