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
 * multiplier, shift   as in kernels/plain; the exporter has checked that every shift is below 0, as it is wherever an
 *              output step is more than one or two accumulator steps
 * scratch      GRAPES_FULLY_CONNECTED_S8_DSP_SCRATCH(inputs) bytes, any alignment
 */
#ifndef GRAPES_DSP_FULLY_CONNECTED_S8_H
#define GRAPES_DSP_FULLY_CONNECTED_S8_H

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

/* Three bytes let the kernel start at a multiple of four. */
#define GRAPES_FULLY_CONNECTED_S8_DSP_SCRATCH(inputs) (2 * (((inputs) + 3) / 4 * 4) + 3)

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

/* ---- the layer ---- */

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

static inline void grapes_fully_connected_s8_dsp(const int8_t *input, uint16_t inputs, const int8_t *weights,
                                                 const int32_t *bias, const int32_t *multiplier, const int8_t *shift,
                                                 int8_t *output, uint16_t outputs, int8_t output_zero_point,
                                                 int8_t clamp_min, int8_t clamp_max, int8_t *scratch) {
  const uint16_t groups = (uint16_t)((inputs + 3u) / 4u);
  uint32_t *const words = (uint32_t *)(void *)(scratch + ((4u - ((uintptr_t)scratch & 3u)) & 3u));
  int8_t *const end = output + outputs;
  grapes_expand_s8_dsp(input, inputs, words);
  while (output != end) {
    uint32_t sums[4];
    int8_t *rows_end = output + 4;
    const uint32_t *sum = sums;
    if (end - output >= 4) {
      weights = grapes_dot_four_rows_dsp(weights, words, groups, bias, sums);
      bias += 4;
    } else {
      weights = grapes_dot_one_row_dsp(weights, words, groups, bias, sums);
      bias += 1;
      rows_end = output + 1;
    }
    do {
      *output++ = grapes_requantize_dsp(*sum++, *multiplier++, *shift++, output_zero_point, clamp_min, clamp_max);
    } while (output != rows_end);
  }
}

/* Weight [row][column] as the layer was quantized: what learning starts from. */
static inline int8_t grapes_fully_connected_weight_dsp(const int8_t *weights, uint16_t inputs, uint16_t outputs,
                                                       uint16_t row, uint16_t column) {
  const uint32_t padded = (inputs + 3u) / 4u * 4u;
  const uint16_t blocked = (uint16_t)(outputs & ~3u);
  const int8_t *pair = row < blocked
                           ? weights + (row & ~3u) * padded + (column & ~3u) * 4u + (row & 3u) * 4u + (column & 2u)
                           : weights + row * padded + (column & ~1u);
  /* The odd byte holds the upper part of 256 * b + a: one less than b where a is negative. */
  return (column & 1u) == 0 ? pair[0] : (int8_t)(pair[1] + (pair[0] < 0 ? 1 : 0));
}

#endif
