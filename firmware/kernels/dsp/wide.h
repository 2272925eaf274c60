/*
 * Sums of products in which every weight is widened: for layers whose weights or sums do not fit the pairs of
 * kernels/dsp/pairs.h, a weight of -128 or |sum| >= 2^23. Weights and words lie in the same order as there, but a byte is a
 * weight, a word is two inputs, (x0, x2) or (x1, x3), and the sums are the accumulators themselves.
 */
#ifndef GRAPES_DSP_WIDE_H
#define GRAPES_DSP_WIDE_H

#include "pairs.h"

GRAPES_INLINE void grapes_widen_word_dsp(uint32_t x, uint32_t *words) {
  words[0] = grapes_widen_even(x);
  words[1] = grapes_widen_odd(x);
}

static inline void grapes_widen_s8_dsp(const int8_t *input, uint16_t inputs, uint32_t *words) {
  const int8_t *const whole_end = input + (inputs & ~3u);
  for (; input != whole_end; input += 4, words += 2) grapes_widen_word_dsp(grapes_load_word(input), words);
  if ((inputs & 3u) != 0) {
    uint32_t tail = 0;
    memcpy(&tail, input, inputs & 3u);
    grapes_widen_word_dsp(tail, words);
  }
}

/* Four inputs of one row into its sum. */
GRAPES_INLINE uint32_t grapes_dot_widened_dsp(const int8_t *w, const uint32_t *words, uint32_t sum) {
  const uint32_t weights = grapes_load_word(w);
  sum = grapes_dot_halves(words[0], grapes_widen_even(weights), sum);
  return grapes_dot_halves(words[1], grapes_widen_odd(weights), sum);
}

/* As grapes_dot_four_rows_dsp: 18 instructions for 16 products. */
#if GRAPES_DSP_ASSEMBLY

#define GRAPES_DSP_WIDE_ROW(w, sum)                \
  "sxtb16 %[even], " w "\n\t"                      \
  "smlad %[" sum "], r12, %[even], %[" sum "]\n\t" \
  "sxtb16 " w ", " w ", ror #8\n\t"                \
  "smlad %[" sum "], r14, " w ", %[" sum "]\n\t"

#define GRAPES_DSP_WIDE_GROUP           \
  "ldmia %[w]!, {r8, r9, r10, r11}\n\t" \
  "ldrd r12, r14, [%[words]], #8\n\t"   \
  GRAPES_DSP_WIDE_ROW("r8", "a") GRAPES_DSP_WIDE_ROW("r9", "b") GRAPES_DSP_WIDE_ROW("r10", "c") GRAPES_DSP_WIDE_ROW("r11", "d")

static inline const int8_t *grapes_dot_four_wide_rows_dsp(const int8_t *w, const uint32_t *words, uint16_t groups,
                                                          const int32_t *bias, uint32_t *sums) {
  uint32_t a = (uint32_t)bias[0], b = (uint32_t)bias[1], c = (uint32_t)bias[2], d = (uint32_t)bias[3], even;
  const uint32_t *const end = words + 2u * groups;
  const uint32_t *const unrolled_end = words + 2u * (groups & ~1u);
  if (words != unrolled_end) {
    GRAPES_DSP_SUM(GRAPES_DSP_WIDE_GROUP GRAPES_DSP_WIDE_GROUP, unrolled_end, [words] "+r"(words), [even] "=&r"(even));
  }
  if (words != end) GRAPES_DSP_SUM(GRAPES_DSP_WIDE_GROUP, end, [words] "+r"(words), [even] "=&r"(even));
  sums[0] = a;
  sums[1] = b;
  sums[2] = c;
  sums[3] = d;
  return w;
}

#undef GRAPES_DSP_WIDE_GROUP
#undef GRAPES_DSP_WIDE_ROW

#else

static inline const int8_t *grapes_dot_four_wide_rows_dsp(const int8_t *w, const uint32_t *words, uint16_t groups,
                                                          const int32_t *bias, uint32_t *sums) {
  for (int row = 0; row < 4; row++) sums[row] = (uint32_t)bias[row];
  for (; groups > 0; groups--, words += 2) {
    for (int row = 0; row < 4; row++, w += 4) sums[row] = grapes_dot_widened_dsp(w, words, sums[row]);
  }
  return w;
}

#endif

static inline const int8_t *grapes_dot_one_wide_row_dsp(const int8_t *w, const uint32_t *words, uint16_t groups,
                                                        const int32_t *bias, uint32_t *sum) {
  const uint32_t *const end = words + 2u * groups;
  uint32_t s = (uint32_t)*bias;
  for (; words != end; words += 2, w += 4) s = grapes_dot_widened_dsp(w, words, s);
  *sum = s;
  return w;
}

/* As grapes_dot_two_by_two_dsp: 14 instructions for 16 products. */
#if GRAPES_DSP_ASSEMBLY

#define GRAPES_DSP_WIDE_TWO_BY_TWO            \
  "ldrd r8, r9, [%[w]], #8\n\t"               \
  "ldmia %[words]!, {r10, r11, r12, r14}\n\t" \
  "sxtb16 %[even], r8\n\t"                    \
  "smlad %[a], r10, %[even], %[a]\n\t"        \
  "smlad %[c], r12, %[even], %[c]\n\t"        \
  "sxtb16 r8, r8, ror #8\n\t"                 \
  "smlad %[a], r11, r8, %[a]\n\t"             \
  "smlad %[c], r14, r8, %[c]\n\t"             \
  "sxtb16 %[even], r9\n\t"                    \
  "smlad %[b], r10, %[even], %[b]\n\t"        \
  "smlad %[d], r12, %[even], %[d]\n\t"        \
  "sxtb16 r9, r9, ror #8\n\t"                 \
  "smlad %[b], r11, r9, %[b]\n\t"             \
  "smlad %[d], r14, r9, %[d]\n\t"

GRAPES_INLINE const int8_t *grapes_dot_two_by_two_wide_dsp(const int8_t *w, const uint32_t *words, uint16_t groups,
                                                           uint32_t *sums) {
  uint32_t a = sums[0], b = sums[1], c = sums[2], d = sums[3], even;
  const uint32_t *const end = words + 4u * groups;
  const uint32_t *const unrolled_end = words + 4u * (groups & ~1u);
  if (words != unrolled_end) {
    GRAPES_DSP_SUM(GRAPES_DSP_WIDE_TWO_BY_TWO GRAPES_DSP_WIDE_TWO_BY_TWO, unrolled_end, [words] "+r"(words),
                   [even] "=&r"(even));
  }
  if (words != end) GRAPES_DSP_SUM(GRAPES_DSP_WIDE_TWO_BY_TWO, end, [words] "+r"(words), [even] "=&r"(even));
  sums[0] = a;
  sums[1] = b;
  sums[2] = c;
  sums[3] = d;
  return w;
}

#undef GRAPES_DSP_WIDE_TWO_BY_TWO

#else

GRAPES_INLINE const int8_t *grapes_dot_two_by_two_wide_dsp(const int8_t *w, const uint32_t *words, uint16_t groups,
                                                           uint32_t *sums) {
  for (; groups > 0; groups--, words += 4) {
    for (int row = 0; row < 2; row++, w += 4) {
      for (int pixel = 0; pixel < 2; pixel++) {
        uint32_t *const sum = sums + 2 * pixel + row;
        *sum = grapes_dot_widened_dsp(w, words + 2 * pixel, *sum);
      }
    }
  }
  return w;
}

#endif

#endif
