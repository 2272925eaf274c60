/*
 * Products of two tensors, of rows with one row, or with a constant, for cores with MVE: bit for bit what kernels/plain
 * computes, with its arguments, four elements at a time.
 */
#ifndef GRAPES_MVE_MUL_S8_H
#define GRAPES_MVE_MUL_S8_H

#include "../plain/mul_rows_s8.h"
#include "elements.h"

#if GRAPES_MVE_VECTORS

static inline void grapes_mul_rows_s8_mve(const int8_t *a, const int8_t *b, int8_t *output, uint32_t rows,
                                          uint32_t count, int8_t a_zero_point, int8_t b_zero_point,
                                          int8_t output_zero_point, int32_t multiplier, int8_t shift, int8_t clamp_min,
                                          int8_t clamp_max, uint8_t rounding) {
  for (; rows > 0; rows--, a += count, output += count) {
    for (uint32_t i = 0; i < count; i += 4) {
      const mve_pred16_t lanes = vctp32q(count - i);
      const int32x4_t x = vsubq_n_s32(vldrbq_z_s32(a + i, lanes), a_zero_point);
      const int32x4_t y = vsubq_n_s32(vldrbq_z_s32(b + i, lanes), b_zero_point);
      const int32x4_t v = grapes_requantize_all_mve(vmulq_s32(x, y), multiplier, shift, rounding);
      vstrbq_p_s32(output + i, grapes_offset_clamp_mve(v, output_zero_point, clamp_min, clamp_max), lanes);
    }
  }
}

#else

static inline void grapes_mul_rows_s8_mve(const int8_t *a, const int8_t *b, int8_t *output, uint32_t rows,
                                          uint32_t count, int8_t a_zero_point, int8_t b_zero_point,
                                          int8_t output_zero_point, int32_t multiplier, int8_t shift, int8_t clamp_min,
                                          int8_t clamp_max, uint8_t rounding) {
  grapes_mul_rows_s8_plain(a, b, output, rows, count, a_zero_point, b_zero_point, output_zero_point, multiplier, shift,
                           clamp_min, clamp_max, rounding);
}

#endif

static inline void grapes_mul_s8_mve(const int8_t *a, const int8_t *b, int8_t *output, uint32_t count,
                                     int8_t a_zero_point, int8_t b_zero_point, int8_t output_zero_point,
                                     int32_t multiplier, int8_t shift, int8_t clamp_min, int8_t clamp_max,
                                     uint8_t rounding) {
  grapes_mul_rows_s8_mve(a, b, output, 1, count, a_zero_point, b_zero_point, output_zero_point, multiplier, shift,
                         clamp_min, clamp_max, rounding);
}

static inline void grapes_mul_constant_s8_mve(const int8_t *a, const int8_t *b, int8_t *output, uint32_t rows,
                                              uint32_t count, int8_t a_zero_point, int8_t b_zero_point,
                                              int8_t output_zero_point, int32_t multiplier, int8_t shift,
                                              int8_t clamp_min, int8_t clamp_max, uint8_t rounding) {
  grapes_mul_rows_s8_mve(a, b, output, rows, count, a_zero_point, b_zero_point, output_zero_point, multiplier, shift,
                         clamp_min, clamp_max, rounding);
}

#endif
