/*
 * What the kernels of this folder share: Helium (MVE), the vectors of Armv8.1-M, in Cortex-M52, M55 and M85.
 *
 * Every kernel has a twin in C that reads the same packed constants and gives the same bytes. It serves compilers without
 * MVE, so that an export's self-test runs on a PC, and is what the tests hold the vectors against. Unoptimised code takes
 * it too: the inner loops name more registers than it leaves.
 *
 * Instructions are chosen for what they count: one VMLADAVA multiplies and adds sixteen pairs of bytes. Its sums live in
 * even core registers, modulo 2^32, and only their end value counts. Exactness needs no bounds on sums beyond int32.
 */
#ifndef GRAPES_MVE_VECTORS_H
#define GRAPES_MVE_VECTORS_H

#include <stddef.h>
#include <string.h>

#include "../../core/grapes_flash.h"
#include "../plain/requantize.h"

#if !defined(GRAPES_MVE_VECTORS)
#if defined(__ARM_FEATURE_MVE) && defined(__OPTIMIZE__)
#define GRAPES_MVE_VECTORS 1
#else
#define GRAPES_MVE_VECTORS 0
#endif
#endif

#if GRAPES_MVE_VECTORS
#include <arm_mve.h>
#endif

/* One copy in the program whatever the number of shapes it serves, none if nothing calls it. */
#if defined(__GNUC__)
#define GRAPES_ONE_COPY __attribute__((noinline, unused))
#else
#define GRAPES_ONE_COPY
#endif

/*
 * TFLite's second rounding takes ties away from zero, VRSHL upwards. They differ below zero only, and where the clamp
 * cuts everything below zero (a fused relu) the difference is cut too.
 */
static inline int grapes_ties_matter_mve(int8_t zero_point, int8_t clamp_min, uint8_t rounding) {
  return rounding == GRAPES_ROUNDING_TFLITE && clamp_min < zero_point;
}

/* Nothing but saturation is left of the clamp, as in most layers with a relu. */
static inline int grapes_saturates_mve(int8_t zero_point, int8_t clamp_min, int8_t clamp_max, uint8_t rounding) {
  return clamp_min == -128 && clamp_max == 127 && !grapes_ties_matter_mve(zero_point, clamp_min, rounding);
}

#if GRAPES_MVE_VECTORS

/*
 * Four sums at once: grapes_requantize_s32. tflite: VQRDMULH is the first rounding, every shift is below 0. `ties`: less
 * one for negative numbers makes "add a half and shift" round ties away from zero, as long as there is a shift.
 */
static inline int32x4_t grapes_requantize_mve(int32x4_t sums, int32x4_t multiplier, int32x4_t shift, int ties,
                                              uint8_t rounding) {
  if (rounding == GRAPES_ROUNDING_SINGLE) return vrmulhq_s32(vshlq_s32(sums, shift), multiplier);
  int32x4_t v = vqrdmulhq_s32(sums, multiplier);
  if (ties) v = vaddq_s32(v, vshrq_n_s32(v, 31));
  return vrshlq_s32(v, shift);
}

#endif

/* ---- moving bytes ---- */

#if GRAPES_MVE_VECTORS

/* `rows` runs of `bytes` bytes, both at least 1. */
static inline void grapes_copy_block_mve(int8_t *to, size_t to_step, const int8_t *from, size_t from_step, uint32_t bytes,
                                         uint32_t rows) {
  if (bytes <= 16) {
    __asm__ volatile(
        "vctp.8 %[bytes]\n\t"
        "dls lr, %[rows]\n"
        "1:\n\t"
        "vpstt\n\t"
        "vldrbt.8 q0, [%[from]]\n\t"
        "vstrbt.8 q0, [%[to]]\n\t"
        "add %[from], %[from], %[from_step]\n\t"
        "add %[to], %[to], %[to_step]\n\t"
        "le lr, 1b"
        : [to] "+r"(to), [from] "+r"(from)
        : [bytes] "r"(bytes), [rows] "r"(rows), [from_step] "r"(from_step), [to_step] "r"(to_step)
        : "lr", "q0", "p0", "memory");
    return;
  }
  for (; rows > 0; rows--, to += to_step, from += from_step) {
    int8_t *t = to;
    const int8_t *f = from;
    __asm__ volatile(
        "dlstp.8 lr, %[bytes]\n"
        "1:\n\t"
        "vldrb.8 q0, [%[f]], #16\n\t"
        "vstrb.8 q0, [%[t]], #16\n\t"
        "letp lr, 1b"
        : [t] "+r"(t), [f] "+r"(f)
        : [bytes] "r"(bytes)
        : "lr", "q0", "p0", "memory");
  }
}

static inline void grapes_fill_mve(int8_t *to, int8_t value, uint32_t bytes) {
  __asm__ volatile(
      "vdup.8 q0, %[value]\n\t"
      "dlstp.8 lr, %[bytes]\n"
      "1:\n\t"
      "vstrb.8 q0, [%[to]], #16\n\t"
      "letp lr, 1b"
      : [to] "+r"(to)
      : [bytes] "r"(bytes), [value] "r"(value)
      : "lr", "q0", "p0", "memory");
}

#else

static inline void grapes_copy_block_mve(int8_t *to, size_t to_step, const int8_t *from, size_t from_step, uint32_t bytes,
                                         uint32_t rows) {
  for (; rows > 0; rows--, to += to_step, from += from_step) memcpy(to, from, bytes);
}

static inline void grapes_fill_mve(int8_t *to, int8_t value, uint32_t bytes) {
  memset(to, value, bytes);
}

#endif

#endif
