/*
 * Sums and differences of two tensors, or of one and a constant, for cores with MVE: bit for bit what kernels/plain computes,
 * with its arguments, four elements at a time.
 */
#ifndef GRAPES_MVE_ADD_S8_H
#define GRAPES_MVE_ADD_S8_H

#include "../plain/add_constant_s8.h"
#include "../plain/add_s8.h"
#include "../plain/sub_s8.h"
#include "elements.h"

#if GRAPES_MVE_VECTORS

GRAPES_INLINE void grapes_sum_s8_mve(const int8_t *a, const int8_t *b, int8_t *output, uint32_t count,
                                     int8_t a_zero_point, int32_t a_multiplier, int8_t a_shift, int8_t b_zero_point,
                                     int32_t b_multiplier, int8_t b_shift, uint8_t left_shift,
                                     int8_t output_zero_point, int32_t multiplier, int8_t shift, int8_t clamp_min,
                                     int8_t clamp_max, uint8_t rounding, int minus) {
  const int32_t one = (int32_t)1 << left_shift;
  for (int32_t left = (int32_t)count; left > 0; left -= 4, a += 4, b += 4, output += 4) {
    const mve_pred16_t lanes = vctp32q((uint32_t)left);
    const int32x4_t ones = vdupq_n_s32(one);
    int32x4_t x = vmlasq_n_s32(vldrbq_z_s32(a, lanes), ones, -a_zero_point * one);
    int32x4_t y = vmlasq_n_s32(vldrbq_z_s32(b, lanes), ones, -b_zero_point * one);
    x = grapes_requantize_all_mve(x, a_multiplier, a_shift, rounding);
    y = grapes_requantize_all_mve(y, b_multiplier, b_shift, rounding);
    x = grapes_requantize_all_mve(minus ? vsubq_s32(x, y) : vaddq_s32(x, y), multiplier, shift, rounding);
    vstrbq_p_s32(output, grapes_offset_clamp_mve(x, output_zero_point, clamp_min, clamp_max), lanes);
  }
}

static inline void grapes_add_s8_mve(const int8_t *a, const int8_t *b, int8_t *output, uint32_t count,
                                     int8_t a_zero_point, int32_t a_multiplier, int8_t a_shift, int8_t b_zero_point,
                                     int32_t b_multiplier, int8_t b_shift, uint8_t left_shift,
                                     int8_t output_zero_point, int32_t multiplier, int8_t shift, int8_t clamp_min,
                                     int8_t clamp_max, uint8_t rounding) {
  grapes_sum_s8_mve(a, b, output, count, a_zero_point, a_multiplier, a_shift, b_zero_point, b_multiplier, b_shift,
                    left_shift, output_zero_point, multiplier, shift, clamp_min, clamp_max, rounding, 0);
}

static inline void grapes_sub_s8_mve(const int8_t *a, const int8_t *b, int8_t *output, uint32_t count,
                                     int8_t a_zero_point, int32_t a_multiplier, int8_t a_shift, int8_t b_zero_point,
                                     int32_t b_multiplier, int8_t b_shift, uint8_t left_shift,
                                     int8_t output_zero_point, int32_t multiplier, int8_t shift, int8_t clamp_min,
                                     int8_t clamp_max, uint8_t rounding) {
  grapes_sum_s8_mve(a, b, output, count, a_zero_point, a_multiplier, a_shift, b_zero_point, b_multiplier, b_shift,
                    left_shift, output_zero_point, multiplier, shift, clamp_min, clamp_max, rounding, 1);
}

static inline void grapes_add_constant_s8_mve(const int8_t *a, const int32_t *terms, int8_t *output, uint32_t rows,
                                              uint32_t count, int8_t a_zero_point, int32_t a_multiplier,
                                              int8_t a_shift, uint8_t left_shift, int8_t output_zero_point,
                                              int32_t multiplier, int8_t shift, int8_t clamp_min, int8_t clamp_max,
                                              uint8_t rounding) {
  const int32_t one = (int32_t)1 << left_shift;
  for (; rows > 0; rows--, a += count, output += count) {
    for (uint32_t i = 0; i < count; i += 4) {
      const mve_pred16_t lanes = vctp32q(count - i);
      int32x4_t x = vmlasq_n_s32(vldrbq_z_s32(a + i, lanes), vdupq_n_s32(one), -a_zero_point * one);
      x = grapes_requantize_all_mve(x, a_multiplier, a_shift, rounding);
      x = vaddq_s32(x, vldrwq_z_s32(terms + i, lanes));
      x = grapes_requantize_all_mve(x, multiplier, shift, rounding);
      vstrbq_p_s32(output + i, grapes_offset_clamp_mve(x, output_zero_point, clamp_min, clamp_max), lanes);
    }
  }
}

#else

static inline void grapes_add_s8_mve(const int8_t *a, const int8_t *b, int8_t *output, uint32_t count,
                                     int8_t a_zero_point, int32_t a_multiplier, int8_t a_shift, int8_t b_zero_point,
                                     int32_t b_multiplier, int8_t b_shift, uint8_t left_shift,
                                     int8_t output_zero_point, int32_t multiplier, int8_t shift, int8_t clamp_min,
                                     int8_t clamp_max, uint8_t rounding) {
  grapes_add_s8_plain(a, b, output, count, a_zero_point, a_multiplier, a_shift, b_zero_point, b_multiplier, b_shift,
                      left_shift, output_zero_point, multiplier, shift, clamp_min, clamp_max, rounding);
}

static inline void grapes_sub_s8_mve(const int8_t *a, const int8_t *b, int8_t *output, uint32_t count,
                                     int8_t a_zero_point, int32_t a_multiplier, int8_t a_shift, int8_t b_zero_point,
                                     int32_t b_multiplier, int8_t b_shift, uint8_t left_shift,
                                     int8_t output_zero_point, int32_t multiplier, int8_t shift, int8_t clamp_min,
                                     int8_t clamp_max, uint8_t rounding) {
  grapes_sub_s8_plain(a, b, output, count, a_zero_point, a_multiplier, a_shift, b_zero_point, b_multiplier, b_shift,
                      left_shift, output_zero_point, multiplier, shift, clamp_min, clamp_max, rounding);
}

static inline void grapes_add_constant_s8_mve(const int8_t *a, const int32_t *terms, int8_t *output, uint32_t rows,
                                              uint32_t count, int8_t a_zero_point, int32_t a_multiplier,
                                              int8_t a_shift, uint8_t left_shift, int8_t output_zero_point,
                                              int32_t multiplier, int8_t shift, int8_t clamp_min, int8_t clamp_max,
                                              uint8_t rounding) {
  grapes_add_constant_s8_plain(a, terms, output, rows, count, a_zero_point, a_multiplier, a_shift, left_shift,
                               output_zero_point, multiplier, shift, clamp_min, clamp_max, rounding);
}

#endif

#endif
