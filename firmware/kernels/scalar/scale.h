/*
 * Requantization for cores with a 32 x 32 -> 64 bit multiply-accumulate and no SIMD: bit for bit grapes_requantize_s32
 * followed by grapes_offset_clamp_s8, from constants that the exporter has prepared so that little is left to do.
 *
 * tflite. With s = -shift >= 1, TFLite rounds twice:
 *     h = floor((2 * sum * multiplier + 2^31) / 2^32)
 *     v = floor((h + 2^(s-1) - (h < 0)) / 2^s) + zero_point
 * Everything added to h can be the start of the multiply-accumulate's upper word: 2^(s-1) + zero_point * 2^s is
 * (2 * zero_point + 1) << (s - 1), and the sign of h may be taken from the sum, because where they differ (h = 0 for a
 * negative sum) both give v = zero_point. So one SMLAL and two shifts do the work.
 *
 *     bias         2 * bias             shift   s - 1 = -shift - 1, in [0, 21]
 * single. One rounding: floor((sum * 2^shift * multiplier + 2^31) / 2^32) + zero_point.
 *     bias         bias                 shift   shift, in [0, 30]
 *
 * The exporter has checked |sum| < 2^29 (tflite), |sum * 2^shift| < 2^31 (single).
 */
#ifndef GRAPES_SCALAR_SCALE_H
#define GRAPES_SCALAR_SCALE_H

#include "../plain/requantize.h"

/* A kernel's parts disappear in the function that its shape makes of it. */
#if defined(__GNUC__)
#define GRAPES_ALWAYS_INLINE static inline __attribute__((always_inline))
#else
#define GRAPES_ALWAYS_INLINE static inline
#endif

/* One copy serves all shapes: where a constant shape would save little. */
#if defined(__GNUC__)
#define GRAPES_ONE_COPY static __attribute__((noinline, unused))
#else
#define GRAPES_ONE_COPY static inline
#endif

/* Of one output channel. */
typedef struct {
  int32_t bias;
  int32_t multiplier;
  int32_t start; /* of the upper word */
  uint8_t shift;
} grapes_scale_scalar;

GRAPES_ALWAYS_INLINE grapes_scale_scalar grapes_load_scale_scalar(const int32_t *bias, const int32_t *multiplier,
                                                                  const int8_t *shift, int8_t zero_point,
                                                                  uint8_t rounding) {
  grapes_scale_scalar scale;
  scale.bias = *bias;
  scale.multiplier = *multiplier;
  scale.shift = (uint8_t)*shift;
  scale.start = zero_point;
  if (rounding == GRAPES_ROUNDING_TFLITE) scale.start = (int32_t)((uint32_t)(2 * zero_point + 1) << scale.shift);
  return scale;
}

/* floor((start * 2^32 + 2^31 + a * b) / 2^32) */
GRAPES_ALWAYS_INLINE int32_t grapes_multiply_top_from(int32_t start, int32_t a, int32_t b) {
  const uint64_t from = (uint64_t)(uint32_t)start << 32 | 0x80000000u;
  return (int32_t)(uint32_t)((from + (uint64_t)((int64_t)a * b)) >> 32);
}

/* v = clamp(v, -128, 127), and the same of v / 2: one instruction that gcc does not find. */
#if defined(__thumb2__) && defined(__OPTIMIZE__)
#define GRAPES_SATURATE_S8(v) __asm__("ssat %0, #8, %0" : "+r"(v))
#define GRAPES_HALVE_SATURATE_S8(v) __asm__("ssat %0, #8, %0, asr #1" : "+r"(v))
#else
#define GRAPES_SATURATE_S8(v) ((v) = (v) < -128 ? -128 : (v) > 127 ? 127 : (v))
#define GRAPES_HALVE_SATURATE_S8(v) ((v) >>= 1, GRAPES_SATURATE_S8(v))
#endif

/* The output of an accumulator without its bias. */
GRAPES_ALWAYS_INLINE int8_t grapes_scale_s8_scalar(int32_t sum, grapes_scale_scalar scale, int8_t low, int8_t high,
                                                   uint8_t rounding) {
  int32_t v;
  if (rounding == GRAPES_ROUNDING_TFLITE) {
    const int32_t twice = (int32_t)((uint32_t)scale.bias + ((uint32_t)sum << 1));
    v = grapes_multiply_top_from(scale.start + (twice >> 31), twice, scale.multiplier) >> scale.shift;
    GRAPES_HALVE_SATURATE_S8(v);
  } else {
    const uint32_t shifted = ((uint32_t)scale.bias + (uint32_t)sum) << scale.shift;
    v = grapes_multiply_top_from(scale.start, (int32_t)shifted, scale.multiplier);
    GRAPES_SATURATE_S8(v);
  }
  if (low > -128 && v < low) v = low;
  if (high < 127 && v > high) v = high;
  return (int8_t)v;
}

#endif
