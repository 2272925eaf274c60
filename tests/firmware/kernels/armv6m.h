/* How kernels/armv6m/finish.h wants a channel's shift, written down a second time, and numbers to try it with. */
#ifndef TEST_ARMV6M_H
#define TEST_ARMV6M_H

#include "check.h"
#include "kernels/armv6m/finish.h"

/* The machine is a Cortex-M3: made to fault at an unaligned word, as a Cortex-M0 does. */
static inline void fault_unaligned(void) {
#if defined(__ARM_ARCH_6M__)
  *(volatile uint32_t *)0xE000ED14u |= 8u;
#endif
}

static inline int8_t packed_shift(int64_t low, int64_t high, int32_t multiplier, int8_t shift, int8_t zero_point,
                                  uint8_t rounding) {
  const int by = (rounding == GRAPES_ROUNDING_TFLITE ? 9 : 10) - shift;
  const int64_t most = -low > high ? -low : high;
  const int64_t half = by >= 1 && by <= 22 ? (int64_t)(2 * (zero_point + 128) + 1) << (by - 1) : 0;
  const int fits = half != 0 && (rounding == GRAPES_ROUNDING_SINGLE || shift < 0) && most < 2096000 &&
                   ((most * multiplier) >> 22) + half < 0x7FFFFFFF - 2048;
  return (int8_t)(fits ? by : shift + GRAPES_WIDE_SHIFT_ARMV6M);
}

/* The ends of a sum of inputs times weights. */
static inline void widen_range(int64_t *low, int64_t *high, int weight) {
  *low += weight > 0 ? -128 * weight : 127 * weight;
  *high += weight > 0 ? 127 * weight : -128 * weight;
}

/* A multiplier and shift that keep a good part of the outputs off the clamp; sometimes any. */
static inline void random_scale(int64_t low, int64_t high, uint8_t rounding, int32_t *multiplier, int8_t *shift) {
  const int64_t most = (-low > high ? -low : high) | 1;
  int bits = 0;
  while (most >> bits > 60) bits++; /* sums end near 2^6 / 2^9 outputs */
  bits -= random_between(0, 3);
  if (bits < 1) bits = 1;
  if (random_word() % 16 == 0) bits = random_between(1, 28);
  *multiplier = random_between(0x40000000, 0x7FFFFFFF);
  *shift = (int8_t)-bits;
  if (rounding == GRAPES_ROUNDING_SINGLE) {
    *multiplier >>= bits - 1;
    *shift = 0;
    if (bits < 4 && most < 1 << 20) {
      *multiplier = random_between(0x40000000, 0x7FFFFFFF);
      *shift = (int8_t)(3 - bits);
    }
  }
}

#endif
