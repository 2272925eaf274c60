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
  int8_t zero_point, low, high;
  uint8_t rounding;
} grapes_finish_armv6m;

/* `count` sums of one channel; outputs are `stride` bytes apart. */
static inline void grapes_finish_sums_armv6m(const int32_t *sums, uint16_t count, int32_t multiplier, int8_t shift,
                                             int8_t *output, uint16_t stride, const grapes_finish_armv6m *finish) {
  const uint32_t m = (uint32_t)multiplier;
  const int32_t m0 = (int32_t)(m << 21) >> 21;
  const int32_t m1 = (int32_t)((m + 0x400u) << 10) >> 21;
  const int32_t m2 = (int32_t)((m + 0x200400u) >> 22);
  const int32_t twice = finish->rounding == GRAPES_ROUNDING_TFLITE ? 256 : 0;
  const int32_t add = (int32_t)((uint32_t)(2 * (finish->zero_point + 128) + 1) << ((uint8_t)(shift - 1) & 31u));
  for (; count > 0; count--, sums++, output += stride) {
    const int32_t sum = *sums;
    if (shift > 31) {
      const int32_t v =
          grapes_requantize_s32(sum, multiplier, (int8_t)(shift - GRAPES_WIDE_SHIFT_ARMV6M), finish->rounding);
      *output = grapes_offset_clamp_s8(v, finish->zero_point, finish->low, finish->high);
      continue;
    }
    int32_t v = sum * m2 + ((sum * m1 + ((sum * m0) >> 11)) >> 11) + twice;
    v += (v >> 31) * (2 * twice);
    v = (v + add) >> shift;
    if ((v >> 8) != 0) v = v < 0 ? 0 : 255;
    v -= 128;
    if (v < finish->low) v = finish->low;
    if (v > finish->high) v = finish->high;
    *output = (int8_t)v;
  }
}

#endif
