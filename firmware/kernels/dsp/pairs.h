/*
 * Sums of products of packed rows, which fully connected layers and convolutions share: the expansion of inputs and the
 * dot products. The idea is explained in kernels/dsp/fully_connected_s8.h; kernels/dsp/wide.h does without pairs.
 */
#ifndef GRAPES_DSP_PAIRS_H
#define GRAPES_DSP_PAIRS_H

#include "instructions.h"

/* ---- input: x0 x1 x2 x3 become the words (z0, z2) and (x1, x3) ---- */

static inline void grapes_expand_word_dsp(uint32_t x, uint32_t *words) {
  const uint32_t odd = grapes_widen_odd(x);
  /* 256 * x + 127 in both halves: no carry leaves a half. */
  words[0] = grapes_subtract_halves(0x007F007Fu + (grapes_pick_even(x) << 8), odd);
  words[1] = odd;
}

static inline void grapes_expand_s8_dsp(const int8_t *input, uint16_t inputs, uint32_t *words) {
  const int8_t *const whole_end = input + (inputs & ~3u);
  for (; input != whole_end; input += 4, words += 2) grapes_expand_word_dsp(grapes_load_word(input), words);
  if ((inputs & 3u) != 0) {
    uint32_t tail = 0;
    memcpy(&tail, input, inputs & 3u);
    grapes_expand_word_dsp(tail, words);
  }
}

/* ---- sums of rows over `groups` times four inputs; each returns where the next rows begin ---- */

#if GRAPES_DSP_ASSEMBLY

/*
 * Runs `block` until words reaches `until`; at least once. It takes the sums %[a] to %[d], %[w], the operands that follow
 * here, and fixed registers. Those are r8 and up: at -Os the compiler keeps pointers below r8, and finds no place if the
 * blocks take some of those.
 */
#define GRAPES_DSP_SUM(block, until, ...)                                                              \
  __asm__ volatile("1:\n\t" block "cmp %[words], %[end]\n\tbne 1b\n\t"                               \
                   : [a] "+r"(a), [b] "+r"(b), [c] "+r"(c), [d] "+r"(d), [w] "+r"(w), __VA_ARGS__      \
                   : [end] "r"(until)                                                                  \
                   : "r8", "r9", "r10", "r11", "r12", "r14", "cc", "memory")

#define GRAPES_DSP_ROW(w, sum)                    \
  "smlad %[" sum "], r14, " w ", %[" sum "]\n\t" \
  "sxtb16 " w ", " w "\n\t"                       \
  "smlad %[" sum "], r12, " w ", %[" sum "]\n\t"

/* Four inputs of four rows: 14 instructions for 16 products. */
#define GRAPES_DSP_GROUP              \
  "ldmia %[w]!, {r8, r9, r10, r11}\n\t" \
  "ldrd r12, r14, [%[words]], #8\n\t" \
  GRAPES_DSP_ROW("r8", "a") GRAPES_DSP_ROW("r9", "b") GRAPES_DSP_ROW("r10", "c") GRAPES_DSP_ROW("r11", "d")

static inline const int8_t *grapes_dot_four_rows_dsp(const int8_t *w, const uint32_t *words, uint16_t groups,
                                                     const int32_t *bias, uint32_t *sums) {
  uint32_t a = (uint32_t)bias[0], b = (uint32_t)bias[1], c = (uint32_t)bias[2], d = (uint32_t)bias[3];
  const uint32_t *const end = words + 2u * groups;
  const uint32_t *const unrolled_end = words + 2u * (groups & ~3u);
  if (words != unrolled_end) {
    GRAPES_DSP_SUM(GRAPES_DSP_GROUP GRAPES_DSP_GROUP GRAPES_DSP_GROUP GRAPES_DSP_GROUP, unrolled_end,
                   [words] "+r"(words));
  }
  if (words != end) {
    GRAPES_DSP_SUM(GRAPES_DSP_GROUP, end, [words] "+r"(words));
  }
  sums[0] = a;
  sums[1] = b;
  sums[2] = c;
  sums[3] = d;
  return w;
}

#undef GRAPES_DSP_GROUP
#undef GRAPES_DSP_ROW

#else

static inline const int8_t *grapes_dot_four_rows_dsp(const int8_t *w, const uint32_t *words, uint16_t groups,
                                                     const int32_t *bias, uint32_t *sums) {
  for (int row = 0; row < 4; row++) sums[row] = (uint32_t)bias[row];
  for (; groups > 0; groups--, words += 2) {
    for (int row = 0; row < 4; row++, w += 4) {
      const uint32_t pairs = grapes_load_word(w);
      sums[row] = grapes_dot_halves(words[0], grapes_widen_even(pairs), sums[row]);
      sums[row] = grapes_dot_halves(words[1], pairs, sums[row]);
    }
  }
  return w;
}

#endif

static inline const int8_t *grapes_dot_one_row_dsp(const int8_t *w, const uint32_t *words, uint16_t groups,
                                                   const int32_t *bias, uint32_t *sum) {
  const uint32_t *const end = words + 2u * groups;
  uint32_t s = (uint32_t)*bias;
  for (; words != end; words += 2, w += 4) {
    const uint32_t pairs = grapes_load_word(w);
    s = grapes_dot_halves(words[1], pairs, s);
    s = grapes_dot_halves(words[0], grapes_widen_even(pairs), s);
  }
  *sum = s;
  return w;
}

/*
 * Sums of two rows over two pixels. Weights: for every four inputs the four bytes of row 0, then of row 1. Words: for every
 * four inputs (z0, z2), (x1, x3) of pixel 0, then of pixel 1. 12 instructions for 16 products. sums: row 0 and 1 of pixel 0,
 * row 0 and 1 of pixel 1; they begin with what they hold.
 */
#if GRAPES_DSP_ASSEMBLY

#define GRAPES_DSP_TWO_BY_TWO               \
  "ldrd r8, r9, [%[w]], #8\n\t"             \
  "ldmia %[words]!, {r10, r11, r12, r14}\n\t" \
  "smlad %[a], r11, r8, %[a]\n\t"           \
  "smlad %[c], r14, r8, %[c]\n\t"           \
  "sxtb16 r8, r8\n\t"                       \
  "smlad %[b], r11, r9, %[b]\n\t"           \
  "smlad %[d], r14, r9, %[d]\n\t"           \
  "sxtb16 r9, r9\n\t"                       \
  "smlad %[a], r10, r8, %[a]\n\t"           \
  "smlad %[c], r12, r8, %[c]\n\t"           \
  "smlad %[b], r10, r9, %[b]\n\t"           \
  "smlad %[d], r12, r9, %[d]\n\t"

GRAPES_INLINE const int8_t *grapes_dot_two_by_two_dsp(const int8_t *w, const uint32_t *words, uint16_t groups,
                                                      uint32_t *sums) {
  uint32_t a = sums[0], b = sums[1], c = sums[2], d = sums[3];
  const uint32_t *const end = words + 4u * groups;
  const uint32_t *const unrolled_end = words + 4u * (groups & ~3u);
  if (words != unrolled_end) {
    GRAPES_DSP_SUM(GRAPES_DSP_TWO_BY_TWO GRAPES_DSP_TWO_BY_TWO GRAPES_DSP_TWO_BY_TWO GRAPES_DSP_TWO_BY_TWO, unrolled_end,
                   [words] "+r"(words));
  }
  if (words != end) {
    GRAPES_DSP_SUM(GRAPES_DSP_TWO_BY_TWO, end, [words] "+r"(words));
  }
  sums[0] = a;
  sums[1] = b;
  sums[2] = c;
  sums[3] = d;
  return w;
}

#undef GRAPES_DSP_TWO_BY_TWO

#else

GRAPES_INLINE const int8_t *grapes_dot_two_by_two_dsp(const int8_t *w, const uint32_t *words, uint16_t groups,
                                                      uint32_t *sums) {
  for (; groups > 0; groups--, words += 4) {
    for (int row = 0; row < 2; row++, w += 4) {
      const uint32_t pairs = grapes_load_word(w);
      for (int pixel = 0; pixel < 2; pixel++) {
        uint32_t *const sum = sums + 2 * pixel + row;
        *sum = grapes_dot_halves(words[2 * pixel + 1], pairs, *sum);
        *sum = grapes_dot_halves(words[2 * pixel], grapes_widen_even(pairs), *sum);
      }
    }
  }
  return w;
}

#endif

#endif
