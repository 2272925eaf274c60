/* What the kernels of kernels/mve that work element by element share. */
#ifndef GRAPES_MVE_ELEMENTS_H
#define GRAPES_MVE_ELEMENTS_H

#include "vectors.h"

#if GRAPES_MVE_VECTORS

/* grapes_requantize_s32 of four numbers with one multiplier and shift, of either sign. */
GRAPES_INLINE int32x4_t grapes_requantize_all_mve(int32x4_t v, int32_t multiplier, int8_t shift, uint8_t rounding) {
  if (shift > 0) v = vshlq_r_s32(v, shift);
  if (rounding == GRAPES_ROUNDING_SINGLE) return vrmulhq_s32(v, vdupq_n_s32(multiplier));
  v = vqrdmulhq_n_s32(v, multiplier);
  if (shift >= 0) return v;
  return vrshlq_n_s32(vaddq_s32(v, vshrq_n_s32(v, 31)), shift);
}

GRAPES_INLINE int32x4_t grapes_offset_clamp_mve(int32x4_t v, int8_t zero_point, int8_t low, int8_t high) {
  return vminq_s32(vmaxq_s32(vqaddq_n_s32(v, zero_point), vdupq_n_s32(low)), vdupq_n_s32(high));
}

#endif

#endif
