/*
 * Sums of products of int4 weights, which fully connected layers and convolutions share. A weight plus 8, from 0 to 15, is
 * half a byte of a word; one AND gives the pair of 16-bit numbers that SMLAD multiplies: an instruction for every two
 * weights, as widening bytes takes, at half the bytes. What the 8 adds to a sum is 8 times the inputs, the same for all rows:
 *
 *     sum of x * (w + 8) = sum of x * w + 8 * sum of x
 *
 * Inputs are widened as in kernels/dsp/wide.h. weights: for eight inputs 0..7 of a row one word; from its lowest four bits on
 * the weights of the inputs 0, 1, 4, 5, 2, 3, 6, 7, each plus 8. Inputs are padded to a multiple of eight with weights of 0,
 * which stand there as 8: whatever the padded inputs are, they then add nothing.
 */
#ifndef GRAPES_DSP_NIBBLES_H
#define GRAPES_DSP_NIBBLES_H

#include "wide.h"

/* The forms of weights that a kernel's loops are written for once: a constant at every call. HALVES: kernels/dsp/int16.h. */
enum { GRAPES_PAIRS_DSP, GRAPES_WIDE_DSP, GRAPES_NIBBLES_DSP, GRAPES_HALVES_DSP };

/* The lowest weight of each half. */
#define GRAPES_NIBBLES_DSP_MASK 0x000F000Fu

/* Bytes of the rows of weights, `inputs` each. */
#define GRAPES_NIBBLES_DSP_BYTES(inputs, rows) (((inputs) + 7) / 8 * 4 * (rows))

/* 8 times the sum of `pairs` words of two values, `step` words apart. */
static inline uint32_t grapes_sum_pairs_dsp(const uint32_t *words, uint32_t pairs, uint32_t step) {
  uint32_t sum = 0;
  for (const uint32_t *const end = words + pairs * step; words != end; words += step) {
    sum = grapes_dot_halves(*words, 0x00080008u, sum);
  }
  return sum;
}

/* Eight inputs of one row, whose words are `step` apart, into its sum. */
GRAPES_INLINE uint32_t grapes_dot_nibbles_dsp(const int8_t *w, const uint32_t *words, uint32_t step, uint32_t sum) {
  const uint32_t weights = grapes_load_word(w);
  for (uint32_t k = 0; k < 4; k++) {
    sum = grapes_dot_halves(words[k * step], weights >> (4 * k) & GRAPES_NIBBLES_DSP_MASK, sum);
  }
  return sum;
}

/*
 * Sums of four rows over `groups` times eight inputs, from `bias` on; weights: the four rows' words in turn. Returns where
 * the next rows begin. 37 instructions for 32 products.
 */
#if GRAPES_DSP_ASSEMBLY

#define GRAPES_DSP_NIBBLES_ROW(sum)               \
  "ldr r8, [%[w]], #4\n\t"                        \
  "and r14, %[mask], r8\n\t"                      \
  "smlad %[" sum "], r9, r14, %[" sum "]\n\t"     \
  "and r14, %[mask], r8, lsr #4\n\t"              \
  "smlad %[" sum "], r10, r14, %[" sum "]\n\t"    \
  "and r14, %[mask], r8, lsr #8\n\t"              \
  "smlad %[" sum "], r11, r14, %[" sum "]\n\t"    \
  "and r8, %[mask], r8, lsr #12\n\t"              \
  "smlad %[" sum "], r12, r8, %[" sum "]\n\t"

#define GRAPES_DSP_NIBBLES_GROUP            \
  "ldmia %[words]!, {r9, r10, r11, r12}\n\t" \
  GRAPES_DSP_NIBBLES_ROW("a") GRAPES_DSP_NIBBLES_ROW("b") GRAPES_DSP_NIBBLES_ROW("c") GRAPES_DSP_NIBBLES_ROW("d")

/* The end is in memory: thirteen registers are taken. */
#define GRAPES_DSP_NIBBLES_SUM(block, until)                                                                    \
  __asm__ volatile("1:\n\t" block "ldr r14, %[end]\n\tcmp %[words], r14\n\tbne 1b\n\t"                          \
                   : [a] "+r"(a), [b] "+r"(b), [c] "+r"(c), [d] "+r"(d), [w] "+r"(w), [words] "+r"(words)       \
                   : [mask] "r"(mask), [end] "m"(until)                                                         \
                   : "r8", "r9", "r10", "r11", "r12", "r14", "cc", "memory")

static inline const int8_t *grapes_dot_four_nibble_rows_dsp(const int8_t *w, const uint32_t *words, uint16_t groups,
                                                            const int32_t *bias, uint32_t *sums) {
  uint32_t a = (uint32_t)bias[0], b = (uint32_t)bias[1], c = (uint32_t)bias[2], d = (uint32_t)bias[3];
  const uint32_t mask = GRAPES_NIBBLES_DSP_MASK;
  const uint32_t *const end = words + 4u * groups;
  const uint32_t *const unrolled_end = words + 4u * (groups & ~1u);
  if (words != unrolled_end) {
    GRAPES_DSP_NIBBLES_SUM(GRAPES_DSP_NIBBLES_GROUP GRAPES_DSP_NIBBLES_GROUP, unrolled_end);
  }
  if (words != end) GRAPES_DSP_NIBBLES_SUM(GRAPES_DSP_NIBBLES_GROUP, end);
  sums[0] = a;
  sums[1] = b;
  sums[2] = c;
  sums[3] = d;
  return w;
}

#undef GRAPES_DSP_NIBBLES_SUM
#undef GRAPES_DSP_NIBBLES_GROUP
#undef GRAPES_DSP_NIBBLES_ROW

#else

static inline const int8_t *grapes_dot_four_nibble_rows_dsp(const int8_t *w, const uint32_t *words, uint16_t groups,
                                                            const int32_t *bias, uint32_t *sums) {
  for (int row = 0; row < 4; row++) sums[row] = (uint32_t)bias[row];
  for (; groups > 0; groups--, words += 4) {
    for (int row = 0; row < 4; row++, w += 4) sums[row] = grapes_dot_nibbles_dsp(w, words, 1, sums[row]);
  }
  return w;
}

#endif

static inline const int8_t *grapes_dot_one_nibble_row_dsp(const int8_t *w, const uint32_t *words, uint16_t groups,
                                                          const int32_t *bias, uint32_t *sum) {
  const uint32_t *const end = words + 4u * groups;
  uint32_t s = (uint32_t)*bias;
  for (; words != end; words += 4, w += 4) s = grapes_dot_nibbles_dsp(w, words, 1, s);
  *sum = s;
  return w;
}

/*
 * Sums of two rows over two pixels, as grapes_dot_two_by_two_dsp; the words of the pixels take turns. 29 instructions for
 * 32 products.
 */
#if GRAPES_DSP_ASSEMBLY

#define GRAPES_DSP_NIBBLES_PAIR(shift)    \
  "ldrd r10, r11, [%[words]], #8\n\t"     \
  "and r14, %[mask], r8" shift "\n\t"     \
  "smlad %[a], r10, r14, %[a]\n\t"        \
  "smlad %[c], r11, r14, %[c]\n\t"        \
  "and r14, %[mask], r9" shift "\n\t"     \
  "smlad %[b], r10, r14, %[b]\n\t"        \
  "smlad %[d], r11, r14, %[d]\n\t"

#define GRAPES_DSP_NIBBLES_TWO_BY_TWO        \
  "ldrd r8, r9, [%[w]], #8\n\t"              \
  GRAPES_DSP_NIBBLES_PAIR("")                \
  GRAPES_DSP_NIBBLES_PAIR(", lsr #4")        \
  GRAPES_DSP_NIBBLES_PAIR(", lsr #8")        \
  GRAPES_DSP_NIBBLES_PAIR(", lsr #12")

#define GRAPES_DSP_NIBBLES_SUM(block, until)                                                                    \
  __asm__ volatile("1:\n\t" block "cmp %[words], %[end]\n\tbne 1b\n\t"                                        \
                   : [a] "+r"(a), [b] "+r"(b), [c] "+r"(c), [d] "+r"(d), [w] "+r"(w), [words] "+r"(words)       \
                   : [mask] "r"(mask), [end] "r"(until)                                                         \
                   : "r8", "r9", "r10", "r11", "r14", "cc", "memory")

GRAPES_INLINE const int8_t *grapes_dot_two_by_two_nibbles_dsp(const int8_t *w, const uint32_t *words, uint16_t groups,
                                                              uint32_t *sums) {
  uint32_t a = sums[0], b = sums[1], c = sums[2], d = sums[3];
  const uint32_t mask = GRAPES_NIBBLES_DSP_MASK;
  const uint32_t *const end = words + 8u * groups;
  const uint32_t *const unrolled_end = words + 8u * (groups & ~1u);
  if (words != unrolled_end) {
    GRAPES_DSP_NIBBLES_SUM(GRAPES_DSP_NIBBLES_TWO_BY_TWO GRAPES_DSP_NIBBLES_TWO_BY_TWO, unrolled_end);
  }
  if (words != end) GRAPES_DSP_NIBBLES_SUM(GRAPES_DSP_NIBBLES_TWO_BY_TWO, end);
  sums[0] = a;
  sums[1] = b;
  sums[2] = c;
  sums[3] = d;
  return w;
}

#undef GRAPES_DSP_NIBBLES_SUM
#undef GRAPES_DSP_NIBBLES_TWO_BY_TWO
#undef GRAPES_DSP_NIBBLES_PAIR

#else

GRAPES_INLINE const int8_t *grapes_dot_two_by_two_nibbles_dsp(const int8_t *w, const uint32_t *words, uint16_t groups,
                                                              uint32_t *sums) {
  for (; groups > 0; groups--, words += 8) {
    for (int row = 0; row < 2; row++, w += 4) {
      for (int pixel = 0; pixel < 2; pixel++) {
        uint32_t *const sum = sums + 2 * pixel + row;
        *sum = grapes_dot_nibbles_dsp(w, words + pixel, 2, *sum);
      }
    }
  }
  return w;
}

#endif

#endif
