/*
 * Instructions of the DSP extension (Cortex-M4, M7, M33), each with its meaning in C, and what all kernels of this folder
 * build on them: the expansion of inputs, dot products of packed rows, requantization. The idea is explained in
 * kernels/dsp/fully_connected_s8.h.
 */
#ifndef GRAPES_DSP_PAIRS_H
#define GRAPES_DSP_PAIRS_H

#include <string.h>

#include "../../core/grapes_flash.h"
#include "../plain/requantize.h"

#if !defined(GRAPES_DSP_ASSEMBLY)
/* Not at -O0: the inner loop takes thirteen registers, more than unoptimised code leaves. */
#if defined(__ARM_FEATURE_DSP) && defined(__thumb2__) && defined(__OPTIMIZE__)
#define GRAPES_DSP_ASSEMBLY 1
#else
#define GRAPES_DSP_ASSEMBLY 0
#endif
#endif

/* ---- the few instructions, and what they mean in C ---- */

#if GRAPES_DSP_ASSEMBLY

/* Bytes 0 and 2 of v, widened to the two halves. */
static inline uint32_t grapes_widen_even(uint32_t v) {
  uint32_t r;
  __asm__("sxtb16 %0, %1" : "=r"(r) : "r"(v));
  return r;
}

static inline uint32_t grapes_widen_odd(uint32_t v) {
  uint32_t r;
  __asm__("sxtb16 %0, %1, ror #8" : "=r"(r) : "r"(v));
  return r;
}

/* Bytes 0 and 2 of v, not sign-extended. */
static inline uint32_t grapes_pick_even(uint32_t v) {
  uint32_t r;
  __asm__("uxtb16 %0, %1" : "=r"(r) : "r"(v));
  return r;
}

static inline uint32_t grapes_subtract_halves(uint32_t a, uint32_t b) {
  uint32_t r;
  __asm__("ssub16 %0, %1, %2" : "=r"(r) : "r"(a), "r"(b));
  return r;
}

/* sum + low(a) * low(b) + high(a) * high(b), modulo 2^32. */
static inline uint32_t grapes_dot_halves(uint32_t a, uint32_t b, uint32_t sum) {
  uint32_t r;
  __asm__("smlad %0, %1, %2, %3" : "=r"(r) : "r"(a), "r"(b), "r"(sum));
  return r;
}

/* low(a) in the low half, low(b) in the high one. */
static inline uint32_t grapes_pack_low(uint32_t a, uint32_t b) {
  uint32_t r;
  __asm__("pkhbt %0, %1, %2, lsl #16" : "=r"(r) : "r"(a), "r"(b));
  return r;
}

/* high(a) in the low half, high(b) in the high one. */
static inline uint32_t grapes_pack_high(uint32_t a, uint32_t b) {
  uint32_t r;
  __asm__("pkhtb %0, %2, %1, asr #16" : "=r"(r) : "r"(a), "r"(b));
  return r;
}

/* sum + low(a) * low(b); sum + high(a) * high(b). */
static inline uint32_t grapes_multiply_low(uint32_t a, uint32_t b, uint32_t sum) {
  uint32_t r;
  __asm__("smlabb %0, %1, %2, %3" : "=r"(r) : "r"(a), "r"(b), "r"(sum));
  return r;
}

static inline uint32_t grapes_multiply_high(uint32_t a, uint32_t b, uint32_t sum) {
  uint32_t r;
  __asm__("smlatt %0, %1, %2, %3" : "=r"(r) : "r"(a), "r"(b), "r"(sum));
  return r;
}

/* clamp(v, -128, 127) */
static inline int32_t grapes_saturate_s8(int32_t v) {
  int32_t r;
  __asm__("ssat %0, #8, %1" : "=r"(r) : "r"(v));
  return r;
}

/* floor((a * b + 2^31) / 2^32) */
static inline int32_t grapes_multiply_top_rounded(int32_t a, int32_t b) {
  int32_t r;
  __asm__("smmulr %0, %1, %2" : "=r"(r) : "r"(a), "r"(b));
  return r;
}

#else

static inline uint32_t grapes_half_s16(uint32_t v) {
  return (uint32_t)(int32_t)(int16_t)(uint16_t)(v & 0xFFFFu);
}

static inline uint32_t grapes_widen_even(uint32_t v) {
  const uint32_t low = (uint32_t)(int32_t)(int8_t)(uint8_t)(v & 0xFFu);
  const uint32_t high = (uint32_t)(int32_t)(int8_t)(uint8_t)((v >> 16) & 0xFFu);
  return (low & 0xFFFFu) | (high << 16);
}

static inline uint32_t grapes_widen_odd(uint32_t v) {
  return grapes_widen_even(v >> 8);
}

static inline uint32_t grapes_pick_even(uint32_t v) {
  return v & 0x00FF00FFu;
}

static inline uint32_t grapes_subtract_halves(uint32_t a, uint32_t b) {
  return ((a - b) & 0xFFFFu) | (((a >> 16) - (b >> 16)) << 16);
}

static inline uint32_t grapes_dot_halves(uint32_t a, uint32_t b, uint32_t sum) {
  return sum + grapes_half_s16(a) * grapes_half_s16(b) + grapes_half_s16(a >> 16) * grapes_half_s16(b >> 16);
}

static inline uint32_t grapes_pack_low(uint32_t a, uint32_t b) {
  return (a & 0xFFFFu) | (b << 16);
}

static inline uint32_t grapes_pack_high(uint32_t a, uint32_t b) {
  return (a >> 16) | (b & 0xFFFF0000u);
}

static inline uint32_t grapes_multiply_low(uint32_t a, uint32_t b, uint32_t sum) {
  return sum + grapes_half_s16(a) * grapes_half_s16(b);
}

static inline uint32_t grapes_multiply_high(uint32_t a, uint32_t b, uint32_t sum) {
  return sum + grapes_half_s16(a >> 16) * grapes_half_s16(b >> 16);
}

static inline int32_t grapes_saturate_s8(int32_t v) {
  return v < -128 ? -128 : v > 127 ? 127 : v;
}

static inline int32_t grapes_multiply_top_rounded(int32_t a, int32_t b) {
  return (int32_t)(((int64_t)a * b + 0x80000000LL) >> 32);
}

#endif

static inline uint32_t grapes_load_word(const int8_t *p) {
  uint32_t v;
  memcpy(&v, p, sizeof v);
  return v;
}

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

#define GRAPES_DSP_ROW(w, sum)                      \
  "smlad %[" sum "], %[x], " w ", %[" sum "]\n\t" \
  "sxtb16 " w ", " w "\n\t"                       \
  "smlad %[" sum "], %[z], " w ", %[" sum "]\n\t"

/* Four inputs of four rows: 14 instructions for 16 products. */
#define GRAPES_DSP_GROUP                \
  "ldmia %[w]!, {r4, r5, r6, r8}\n\t"   \
  "ldrd %[z], %[x], [%[words]], #8\n\t" \
  GRAPES_DSP_ROW("r4", "a") GRAPES_DSP_ROW("r5", "b") GRAPES_DSP_ROW("r6", "c") GRAPES_DSP_ROW("r8", "d")

static inline const int8_t *grapes_dot_four_rows_dsp(const int8_t *w, const uint32_t *words, uint16_t groups,
                                                     const int32_t *bias, uint32_t *sums) {
  uint32_t a = (uint32_t)bias[0], b = (uint32_t)bias[1], c = (uint32_t)bias[2], d = (uint32_t)bias[3], z, x;
  const uint32_t *const end = words + 2u * groups;
  const uint32_t *const unrolled_end = words + 2u * (groups & ~3u);
  while (words != unrolled_end) {
    __asm__ volatile(GRAPES_DSP_GROUP GRAPES_DSP_GROUP GRAPES_DSP_GROUP GRAPES_DSP_GROUP
                     : [a] "+r"(a), [b] "+r"(b), [c] "+r"(c), [d] "+r"(d), [w] "+r"(w), [words] "+r"(words),
                       [z] "=&r"(z), [x] "=&r"(x)
                     :
                     : "r4", "r5", "r6", "r8", "memory");
  }
  while (words != end) {
    __asm__ volatile(GRAPES_DSP_GROUP
                     : [a] "+r"(a), [b] "+r"(b), [c] "+r"(c), [d] "+r"(d), [w] "+r"(w), [words] "+r"(words),
                       [z] "=&r"(z), [x] "=&r"(x)
                     :
                     : "r4", "r5", "r6", "r8", "memory");
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

#define GRAPES_DSP_TWO_BY_TWO             \
  "ldrd r4, r5, [%[w]], #8\n\t"           \
  "ldmia %[words]!, {r6, r8, r9, r10}\n\t" \
  "smlad %[a], r8, r4, %[a]\n\t"          \
  "smlad %[c], r10, r4, %[c]\n\t"         \
  "sxtb16 r4, r4\n\t"                     \
  "smlad %[b], r8, r5, %[b]\n\t"          \
  "smlad %[d], r10, r5, %[d]\n\t"         \
  "sxtb16 r5, r5\n\t"                     \
  "smlad %[a], r6, r4, %[a]\n\t"          \
  "smlad %[c], r9, r4, %[c]\n\t"          \
  "smlad %[b], r6, r5, %[b]\n\t"          \
  "smlad %[d], r9, r5, %[d]\n\t"

static inline const int8_t *grapes_dot_two_by_two_dsp(const int8_t *w, const uint32_t *words, uint16_t groups,
                                                      uint32_t *sums) {
  uint32_t a = sums[0], b = sums[1], c = sums[2], d = sums[3];
  const uint32_t *const end = words + 4u * groups;
  const uint32_t *const unrolled_end = words + 4u * (groups & ~3u);
  while (words != unrolled_end) {
    __asm__ volatile(GRAPES_DSP_TWO_BY_TWO GRAPES_DSP_TWO_BY_TWO GRAPES_DSP_TWO_BY_TWO GRAPES_DSP_TWO_BY_TWO
                     : [a] "+r"(a), [b] "+r"(b), [c] "+r"(c), [d] "+r"(d), [w] "+r"(w), [words] "+r"(words)
                     :
                     : "r4", "r5", "r6", "r8", "r9", "r10", "memory");
  }
  while (words != end) {
    __asm__ volatile(GRAPES_DSP_TWO_BY_TWO
                     : [a] "+r"(a), [b] "+r"(b), [c] "+r"(c), [d] "+r"(d), [w] "+r"(w), [words] "+r"(words)
                     :
                     : "r4", "r5", "r6", "r8", "r9", "r10", "memory");
  }
  sums[0] = a;
  sums[1] = b;
  sums[2] = c;
  sums[3] = d;
  return w;
}

#undef GRAPES_DSP_TWO_BY_TWO

#else

static inline const int8_t *grapes_dot_two_by_two_dsp(const int8_t *w, const uint32_t *words, uint16_t groups,
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

/* ---- requantization ---- */

/*
 * `sum` counts 1/256 and its low eight bits are zero, so sum / 128 is twice the accumulator, and SMMULR of that is the
 * first of TFLite's two roundings. The second rounds ties away from zero: subtracting one from negative numbers turns
 * it into the usual "add a half and shift".
 */
static inline int8_t grapes_requantize_dsp(uint32_t sum, int32_t multiplier, int8_t shift, int8_t zero_point,
                                           int8_t low, int8_t high) {
  const int32_t half = (int32_t)(((uint32_t)1 << -shift) >> 1);
  int32_t v = grapes_multiply_top_rounded((int32_t)sum >> 7, multiplier);
  v = ((v + (v >> 31) + half) >> -shift) + zero_point;
  if (v < low) v = low;
  if (v > high) v = high;
  return (int8_t)v;
}

/* Zero point and clamp; the full range is one instruction. */
static inline int8_t grapes_finish_dsp(int32_t v, int8_t zero_point, int8_t low, int8_t high) {
  v += zero_point;
  if (low == -128 && high == 127) return (int8_t)grapes_saturate_s8(v);
  if (v < low) v = low;
  if (v > high) v = high;
  return (int8_t)v;
}

/*
 * From twice an accumulator (tflite: below 2^30, shift < 0) or from an accumulator (single) to an output: the kernels' part
 * of grapes_requantize_s32 in seven instructions. `half` is grapes_half_of(shift).
 */
static inline int32_t grapes_half_of(int8_t shift) {
  return (int32_t)(((uint32_t)1 << -shift) >> 1);
}

static inline int8_t grapes_scale_twice_dsp(int32_t twice, int32_t multiplier, int8_t shift, int32_t half,
                                            int8_t zero_point, int8_t low, int8_t high) {
  const int32_t v = grapes_multiply_top_rounded(twice, multiplier);
  return grapes_finish_dsp((v + (v >> 31) + half) >> -shift, zero_point, low, high);
}

static inline int8_t grapes_scale_once_dsp(int32_t accumulator, int32_t multiplier, int8_t shift, int8_t zero_point,
                                           int8_t low, int8_t high) {
  const int32_t v = grapes_multiply_top_rounded((int32_t)((uint32_t)accumulator << shift), multiplier);
  return grapes_finish_dsp(v, zero_point, low, high);
}

#endif
