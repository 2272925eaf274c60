/*
 * From an int32 accumulator to an int8 output: TFLite's MultiplyByQuantizedMultiplier with double rounding, then zero
 * point and clamp (docs/numerics.md, "Requantization"). Bit for bit the same on every machine.
 */
#ifndef GRAPES_PLAIN_REQUANTIZE_H
#define GRAPES_PLAIN_REQUANTIZE_H

#include <stdint.h>

/*
 * Cores without a 32 x 32 -> 64 bit multiplication build the product from 16-bit halves: a 64-bit one would be a call
 * into the compiler's library. Both forms give the same bits.
 */
#if !defined(GRAPES_NARROW_MULTIPLY)
#if defined(__AVR__) || defined(__ARM_ARCH_6M__) || defined(__ARM_ARCH_8M_BASE__)
#define GRAPES_NARROW_MULTIPLY 1
#else
#define GRAPES_NARROW_MULTIPLY 0
#endif
#endif

/*
 * Two things that C leaves to the compiler are used here and hold for gcc and clang on every target: an unsigned value
 * above INT32_MAX becomes an int32 by its bit pattern, and a negative number is shifted right arithmetically.
 */
typedef char grapes_check_conversion[(int32_t)0xFFFFFFFFu == -1 && ((int32_t)-3 >> 1) == -2 ? 1 : -1];

/* floor((a * multiplier + 2^30) / 2^31) for multiplier in [0, 2^31). */
static inline int32_t grapes_high_multiply(int32_t a, int32_t multiplier) {
#if GRAPES_NARROW_MULTIPLY
  const uint32_t x = (uint32_t)a;
  const uint32_t m = (uint32_t)multiplier;
  const uint32_t x_low = x & 0xFFFFu, x_high = x >> 16;
  const uint32_t m_low = m & 0xFFFFu, m_high = m >> 16;
  const uint32_t low_low = x_low * m_low;
  const uint32_t middle = x_high * m_low + (low_low >> 16);
  const uint32_t middle_low = x_low * m_high + (middle & 0xFFFFu);
  uint32_t high = x_high * m_high + (middle >> 16) + (middle_low >> 16);
  uint32_t low = (middle_low << 16) | (low_low & 0xFFFFu);
  if (a < 0) high -= m; /* x stood for a + 2^32 */
  low += 0x40000000u;
  if (low < 0x40000000u) high += 1u;
  return (int32_t)((high << 1) | (low >> 31));
#else
  return (int32_t)(((int64_t)a * multiplier + 0x40000000) >> 31);
#endif
}

/* v / 2^by, by in [0, 31], ties away from zero. */
static inline int32_t grapes_rounding_shift_right(int32_t v, uint8_t by) {
  const uint32_t mask = ((uint32_t)1 << by) - 1u;
  const uint32_t remainder = (uint32_t)v & mask;
  const uint32_t threshold = (mask >> 1) + (v < 0 ? 1u : 0u);
  return (v >> by) + (remainder > threshold ? 1 : 0);
}

/*
 * accumulator * multiplier / 2^31 * 2^shift, rounded twice. shift in [-31, 30]; accumulator * 2^shift must fit in an
 * int32 when shift is positive (the exporter checks it).
 */
static inline int32_t grapes_scale_s32(int32_t accumulator, int32_t multiplier, int8_t shift) {
  if (shift > 0) return grapes_high_multiply((int32_t)((uint32_t)accumulator << shift), multiplier);
  return grapes_rounding_shift_right(grapes_high_multiply(accumulator, multiplier), (uint8_t)-shift);
}

/* floor((a * multiplier + 2^31) / 2^32) for multiplier in [0, 2^31): the top word of the product, rounded. */
static inline int32_t grapes_top_multiply(int32_t a, int32_t multiplier) {
#if GRAPES_NARROW_MULTIPLY
  const uint32_t x = (uint32_t)a;
  const uint32_t m = (uint32_t)multiplier;
  const uint32_t x_low = x & 0xFFFFu, x_high = x >> 16;
  const uint32_t m_low = m & 0xFFFFu, m_high = m >> 16;
  const uint32_t low_low = x_low * m_low;
  const uint32_t middle = x_high * m_low + (low_low >> 16);
  const uint32_t middle_low = x_low * m_high + (middle & 0xFFFFu);
  uint32_t high = x_high * m_high + (middle >> 16) + (middle_low >> 16);
  if (a < 0) high -= m; /* x stood for a + 2^32 */
  return (int32_t)(high + ((middle_low >> 15) & 1u));
#else
  return (int32_t)(((int64_t)a * multiplier + 0x80000000LL) >> 32);
#endif
}

/* How an accumulator is rounded: a constant at every call, so that only one branch is left of grapes_requantize_s32. */
#define GRAPES_ROUNDING_TFLITE 0 /* twice, as TFLite does: grapes_scale_s32 */
#define GRAPES_ROUNDING_SINGLE 1 /* once: accumulator * 2^shift * multiplier / 2^32, shift in [0, 30] */

static inline int32_t grapes_requantize_s32(int32_t accumulator, int32_t multiplier, int8_t shift, uint8_t rounding) {
  if (rounding == GRAPES_ROUNDING_TFLITE) return grapes_scale_s32(accumulator, multiplier, shift);
  return grapes_top_multiply((int32_t)((uint32_t)accumulator << shift), multiplier);
}

/* clamp(v + zero_point, low, high) for any v: the sum is formed only where it cannot overflow. */
static inline int8_t grapes_offset_clamp_s8(int32_t v, int8_t zero_point, int8_t low, int8_t high) {
  if (v < low - zero_point) return low;
  if (v > high - zero_point) return high;
  return (int8_t)(v + zero_point);
}

#endif
