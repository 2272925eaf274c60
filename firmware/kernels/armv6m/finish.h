/*
 * From sums to outputs without a long multiplication, bit for bit grapes_requantize_s32 and grapes_offset_clamp_s8.
 *
 * The multiplier is cut into m2 * 2^22 + m1 * 2^11 + m0 with m1 and m0 in [-1024, 1023]. For |sum| < 2^21 - 1024
 *
 *     scaled = floor(sum * multiplier / 2^22) = sum * m2 + floor((sum * m1 + floor(sum * m0 / 2^11)) / 2^11)
 *
 * needs no more than 32 bits. All that follows, TFLite's two roundings too, is one sum and one shift right by `by`:
 *
 *     tflite   by = 9 - shift;  scaled + 2^8 + 2^(by - 1), less 2^9 where scaled + 2^8 is negative: the first rounding
 *              adds half a unit, the second half a unit of the output, and below zero it rounds ties down
 *     single   by = 10 - shift; scaled + 2^(by - 1)
 *
 * The output's zero point is added in the same step, and 128, so that a value that needs no clamp is in [0, 255].
 *
 * shift   as packed by the exporter for this set: `by` in [1, 31] for channels where all of this fits in 32 bits, else the
 *         network's shift plus GRAPES_WIDE_SHIFT_ARMV6M, and the sum goes the long way
 */
#ifndef GRAPES_ARMV6M_FINISH_H
#define GRAPES_ARMV6M_FINISH_H

#include "../../core/grapes_flash.h"
#include "../plain/requantize.h"

#if !defined(GRAPES_ARMV6M_ASSEMBLY)
#if defined(__GNUC__) && defined(__ARM_ARCH_6M__)
#define GRAPES_ARMV6M_ASSEMBLY 1
#else
#define GRAPES_ARMV6M_ASSEMBLY 0
#endif
#endif

#define GRAPES_WIDE_SHIFT_ARMV6M 64

/* What all channels of a layer share. */
typedef struct {
  int16_t half; /* half a unit of the output, the zero point and 128, to be shifted left by (by - 1) */
  int8_t zero_point, low, high;
  uint8_t rounding;
  /* Not 0: no sum has to be told from its sign, and the clamp is int8's. 2: what the first of two roundings adds, 2^8, is
   * then part of `add`. */
  uint8_t quick;
  uint8_t clamps; /* the clamp is narrower than int8 */
} grapes_finish_armv6m;

/* What all sums of a channel share. The assembly reads it in this order. */
typedef struct {
  int32_t m0, m1, m2, add;
  int32_t by; /* 0: the long way, with m0 the multiplier and m1 the shift */
} grapes_scale_armv6m;

static inline grapes_finish_armv6m grapes_finish_of_armv6m(int8_t zero_point, int8_t low, int8_t high, uint8_t rounding) {
  grapes_finish_armv6m finish = {(int16_t)(2 * (zero_point + 128) + 1), zero_point, low, high, rounding, 0,
                                 low > -128 || high < 127};
  if (!finish.clamps) {
    /* Where the clamp begins at the zero point, what becomes of negative sums does not matter. */
    if (rounding == GRAPES_ROUNDING_SINGLE) finish.quick = 1;
    else if (zero_point == -128) finish.quick = 2;
  }
  return finish;
}

static inline void grapes_prepare_scale_armv6m(grapes_scale_armv6m *scale, int32_t multiplier, int8_t shift,
                                               const grapes_finish_armv6m *finish) {
  const uint32_t m = (uint32_t)multiplier;
  if (shift > 31) {
    scale->m0 = multiplier;
    scale->m1 = shift - GRAPES_WIDE_SHIFT_ARMV6M;
    scale->by = 0;
    return;
  }
  scale->m0 = (int32_t)(m << 21) >> 21;
  scale->m1 = (int32_t)((m + 0x400u) << 10) >> 21;
  scale->m2 = (int32_t)((m + 0x200400u) >> 22);
  scale->by = shift;
  scale->add = (int32_t)((uint32_t)(int32_t)finish->half << (uint32_t)(shift - 1)) + ((finish->quick & 2) << 7);
}

#if GRAPES_ARMV6M_ASSEMBLY

/* r2 = floor(sum * multiplier / 2^22); r5, r6, r7 the multiplier's pieces. */
#define GRAPES_SCALED_ARMV6M \
  "ldmia r0!, {r2}\n\t"      \
  "movs r3, r2\n\t"          \
  "muls r3, r5, r3\n\t"      \
  "asrs r3, r3, #11\n\t"     \
  "movs r4, r2\n\t"          \
  "muls r4, r6, r4\n\t"      \
  "adds r3, r3, r4\n\t"      \
  "asrs r3, r3, #11\n\t"     \
  "muls r2, r7, r2\n\t"      \
  "adds r2, r2, r3\n\t"

#define GRAPES_SCALE_BEGIN_ARMV6M  \
  ".syntax unified\n\t"            \
  "mov r12, r7\n\t" /* may be the frame pointer and cannot be named */ \
  "lsls r3, r3, #2\n\t"            \
  "adds r3, r3, r0\n\t"            \
  "mov r10, r3\n\t"                \
  "mov r11, r4\n\t"                \
  "ldmia r2!, {r5, r6, r7}\n\t"    \
  "ldmia r2!, {r3, r4}\n\t"        \
  "mov r8, r3\n\t"                 \
  "mov r9, r4\n"                   \
  "1:\n\t" GRAPES_SCALED_ARMV6M

/* r2 to an output plus 128, that to [0, 255], and the byte to memory. */
#define GRAPES_SCALE_END_ARMV6M \
  "add r2, r8\n\t"              \
  "mov r4, r9\n\t"              \
  "asrs r2, r4\n\t"             \
  "lsrs r3, r2, #8\n\t"         \
  "beq 2f\n\t"                  \
  "mvns r2, r2\n\t"             \
  "asrs r2, r2, #31\n"          \
  "2:\n\t"                      \
  "subs r2, #128\n\t"           \
  "strb r2, [r1]\n\t"           \
  "add r1, r11\n\t"             \
  "cmp r0, r10\n\t"             \
  "bne 1b\n\t"                  \
  "mov r7, r12\n\t"

#endif

/* One sum in C: the twin of the assembly, and the long way. */
static GRAPES_NOINLINE int8_t grapes_scale_one_armv6m(int32_t sum, const grapes_scale_armv6m *scale,
                                                      const grapes_finish_armv6m *finish) {
  int32_t v;
  if (scale->by == 0) {
    v = grapes_requantize_s32(sum, scale->m0, (int8_t)scale->m1, finish->rounding);
    return grapes_offset_clamp_s8(v, finish->zero_point, finish->low, finish->high);
  }
  v = sum * scale->m2 + ((sum * scale->m1 + ((sum * scale->m0) >> 11)) >> 11);
  if (!finish->quick && finish->rounding == GRAPES_ROUNDING_TFLITE) {
    v += 256;
    if (v < 0) v -= 512;
  }
  v = (v + scale->add) >> scale->by;
  if ((v >> 8) != 0) v = v < 0 ? 0 : 255;
  v -= 128;
  if (v < finish->low) v = finish->low;
  if (v > finish->high) v = finish->high;
  return (int8_t)v;
}

#if GRAPES_ARMV6M_ASSEMBLY

static GRAPES_NOINLINE void grapes_clamp_armv6m(int8_t *output, uint32_t count, uint32_t stride,
                                                const grapes_finish_armv6m *finish) {
  for (; count > 0; count--, output += stride) {
    if (*output < finish->low) *output = finish->low;
    if (*output > finish->high) *output = finish->high;
  }
}

#endif

/* `count` sums of one channel, at least one; outputs are `stride` bytes apart. */
GRAPES_INLINE void grapes_scale_sums_inline_armv6m(const int32_t *sums, uint32_t count, const grapes_scale_armv6m *scale,
                                                   int8_t *output, uint16_t stride, const grapes_finish_armv6m *finish) {
#if GRAPES_ARMV6M_ASSEMBLY
  if (scale->by != 0 && (finish->quick || finish->rounding == GRAPES_ROUNDING_TFLITE)) {
    register const int32_t *r0 __asm__("r0") = sums;
    register int8_t *r1 __asm__("r1") = output;
    register const grapes_scale_armv6m *r2 __asm__("r2") = scale;
    register uint32_t r3 __asm__("r3") = count;
    register uint32_t r4 __asm__("r4") = stride;
    if (finish->quick) { /* 22 instructions */
      __asm__ volatile(GRAPES_SCALE_BEGIN_ARMV6M GRAPES_SCALE_END_ARMV6M
                       : "+r"(r0), "+r"(r1), "+r"(r2), "+r"(r3), "+r"(r4)
                       :
                       : "r5", "r6", "r8", "r9", "r10", "r11", "r12", "cc", "memory");
      return;
    }
    __asm__ volatile(GRAPES_SCALE_BEGIN_ARMV6M
                     "adds r2, #255\n\t"
                     "adds r2, #1\n\t"
                     "asrs r3, r2, #31\n\t"
                     "lsls r3, r3, #9\n\t"
                     "adds r2, r2, r3\n\t" GRAPES_SCALE_END_ARMV6M
                     "mov r4, r11\n\t" /* the stride again, which then need not stay in the stack */
                     : "+r"(r0), "+r"(r1), "+r"(r2), "+r"(r3), "+r"(r4)
                     :
                     : "r5", "r6", "r8", "r9", "r10", "r11", "r12", "cc", "memory");
    if (finish->clamps) grapes_clamp_armv6m(output, count, r4, finish);
    return;
  }
#endif
  for (; count > 0; count--, output += stride) *output = grapes_scale_one_armv6m(*sums++, scale, finish);
}

static GRAPES_NOINLINE void grapes_scale_sums_armv6m(const int32_t *sums, uint16_t count,
                                                     const grapes_scale_armv6m *scale, int8_t *output, uint16_t stride,
                                                     const grapes_finish_armv6m *finish) {
  grapes_scale_sums_inline_armv6m(sums, count, scale, output, stride, finish);
}

#endif
