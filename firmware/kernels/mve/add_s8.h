/*
 * output[i] = a[i] + b[i] in real numbers for cores with MVE: bit for bit what kernels/plain computes, with its arguments,
 * four elements at a time.
 */
#ifndef GRAPES_MVE_ADD_S8_H
#define GRAPES_MVE_ADD_S8_H

#include "../plain/add_s8.h"
#include "vectors.h"

#if GRAPES_MVE_VECTORS

/* grapes_requantize_s32 of four numbers with one multiplier and shift, of either sign. */
static inline int32x4_t grapes_requantize_all_mve(int32x4_t v, int32_t multiplier, int8_t shift, uint8_t rounding) {
  if (shift > 0) v = vshlq_r_s32(v, shift);
  if (rounding == GRAPES_ROUNDING_SINGLE) return vrmulhq_s32(v, vdupq_n_s32(multiplier));
  v = vqrdmulhq_n_s32(v, multiplier);
  if (shift >= 0) return v;
  return vrshlq_n_s32(vaddq_s32(v, vshrq_n_s32(v, 31)), shift);
}

static inline void grapes_add_s8_mve(const int8_t *a, const int8_t *b, int8_t *output, uint32_t count,
                                     int8_t a_zero_point, int32_t a_multiplier, int8_t a_shift, int8_t b_zero_point,
                                     int32_t b_multiplier, int8_t b_shift, uint8_t left_shift, int8_t output_zero_point,
                                     int32_t multiplier, int8_t shift, int8_t clamp_min, int8_t clamp_max,
                                     uint8_t rounding) {
  const int32_t one = (int32_t)1 << left_shift;
  for (int32_t left = (int32_t)count; left > 0; left -= 4, a += 4, b += 4, output += 4) {
    const mve_pred16_t lanes = vctp32q((uint32_t)left);
    const int32x4_t ones = vdupq_n_s32(one);
    int32x4_t x = vmlasq_n_s32(vldrbq_z_s32(a, lanes), ones, -a_zero_point * one);
    int32x4_t y = vmlasq_n_s32(vldrbq_z_s32(b, lanes), ones, -b_zero_point * one);
    x = grapes_requantize_all_mve(x, a_multiplier, a_shift, rounding);
    y = grapes_requantize_all_mve(y, b_multiplier, b_shift, rounding);
    x = grapes_requantize_all_mve(vaddq_s32(x, y), multiplier, shift, rounding);
    x = vqaddq_n_s32(x, output_zero_point);
    x = vminq_s32(vmaxq_s32(x, vdupq_n_s32(clamp_min)), vdupq_n_s32(clamp_max));
    vstrbq_p_s32(output, x, lanes);
  }
}

#else

static inline void grapes_add_s8_mve(const int8_t *a, const int8_t *b, int8_t *output, uint32_t count,
                                     int8_t a_zero_point, int32_t a_multiplier, int8_t a_shift, int8_t b_zero_point,
                                     int32_t b_multiplier, int8_t b_shift, uint8_t left_shift, int8_t output_zero_point,
                                     int32_t multiplier, int8_t shift, int8_t clamp_min, int8_t clamp_max,
                                     uint8_t rounding) {
  grapes_add_s8_plain(a, b, output, count, a_zero_point, a_multiplier, a_shift, b_zero_point, b_multiplier, b_shift,
                      left_shift, output_zero_point, multiplier, shift, clamp_min, clamp_max, rounding);
}

#endif

#endif
