/*
 * What the DSP kernels of int16 activations share. Two int16 values, as they lie in memory, are a pair that SMLAD multiplies;
 * of four int8 weights SXTB16 widens the bytes 0 and 2, and with a rotation the bytes 1 and 3. So four weights w0 to w3 lie
 * as w0, w2, w1, w3, and the sums of products are those of kernels/dsp/wide.h, whose words then are (x0, x1) and (x2, x3):
 * the input itself.
 *
 * From a sum to an output, `rounding` is a constant at every call:
 *   SINGLE   SMMULR of sum * 2^shift, and a saturation. The exporter brings most layers here (docs/numerics.md).
 *   TFLITE   shift is a way, as grapes_requantize_any_dsp of requantize.h has it: layers with biases of int32
 *   WIDE     64-bit sums: grapes_requantize_s64 of kernels/plain
 */
#ifndef GRAPES_DSP_INT16_H
#define GRAPES_DSP_INT16_H

#include "../plain/int16.h"
#include "requantize.h"
#include "wide.h"

/* Words that follow were written as int16 values, or the other way round: the compiler must not move the one past the other. */
#if defined(__GNUC__)
#define GRAPES_DSP_OTHER_TYPES() __asm__ volatile("" ::: "memory")
#else
#define GRAPES_DSP_OTHER_TYPES() ((void)0)
#endif

/* One instruction where the clamp is int16's range or, for relu, its upper half. */
GRAPES_INLINE int16_t grapes_clamp_s16_dsp(int32_t v, int16_t low, int16_t high) {
  if (low == INT16_MIN && high == INT16_MAX) return (int16_t)grapes_saturate_s16(v);
  if (low == 0 && high == INT16_MAX) return (int16_t)grapes_saturate_u15(v);
  return grapes_clamp_s16(v, low, high);
}

/* rounding SINGLE or TFLITE. */
GRAPES_INLINE int16_t grapes_requantize_s16_dsp(uint32_t sum, int32_t multiplier, int8_t way, int16_t low, int16_t high,
                                                uint8_t rounding) {
  int32_t v;
  if (rounding == GRAPES_ROUNDING_SINGLE || (way >= 0 && way < 32)) {
    v = grapes_multiply_top((int32_t)(sum << way), multiplier);
  } else if (way < 0) {
    const int32_t twice = (int32_t)(sum << 1);
    v = grapes_multiply_top_rounded(twice, multiplier, grapes_addend_dsp(way, 0) + (twice >> 31)) >> -way;
  } else {
    v = grapes_scale_plain_dsp((int32_t)sum, multiplier, way);
  }
  return grapes_clamp_s16_dsp(v, low, high);
}

/* rounding WIDE. */
static inline int16_t grapes_requantize_long_dsp(int64_t sum, int32_t multiplier, int8_t shift, int16_t low,
                                                 int16_t high) {
  return grapes_clamp_s16(grapes_requantize_s64(sum, multiplier, shift, GRAPES_ROUNDING_WIDE), low, high);
}

/* Groups of four products that an int32 holds, an even number. */
#define GRAPES_LONG_GROUPS_DSP (GRAPES_PRODUCTS_S16 / 4u)

/* grapes_dot_two_by_two_wide_dsp for sums that leave int32: sums keep what they hold. */
static inline const int8_t *grapes_dot_two_by_two_long_dsp(const int8_t *w, const uint32_t *words, uint16_t groups,
                                                           int64_t *sums) {
  while (groups > 0) {
    const uint16_t some = groups < GRAPES_LONG_GROUPS_DSP ? groups : (uint16_t)GRAPES_LONG_GROUPS_DSP;
    uint32_t part[4] = {0, 0, 0, 0};
    w = grapes_dot_two_by_two_wide_dsp(w, words, some, part);
    for (int k = 0; k < 4; k++) sums[k] += (int32_t)part[k];
    words += 4u * some;
    groups = (uint16_t)(groups - some);
  }
  return w;
}

#endif
