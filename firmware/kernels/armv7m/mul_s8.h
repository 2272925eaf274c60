/* Products of two tensors, of rows with one row, or with a constant, for Armv7-M (Cortex-M3): kernels/scalar/elementwise.h. */
#ifndef GRAPES_ARMV7M_MUL_S8_H
#define GRAPES_ARMV7M_MUL_S8_H

#include "../scalar/elementwise.h"

static inline void grapes_mul_s8_armv7m(const int8_t *a, const int8_t *b, int8_t *output, uint32_t count,
                                        int8_t a_zero_point, int8_t b_zero_point, int8_t output_zero_point,
                                        int32_t multiplier, int8_t shift, int8_t clamp_min, int8_t clamp_max,
                                        uint8_t rounding) {
  grapes_mul_rows_s8_scalar(a, b, output, 1, count, a_zero_point, b_zero_point, output_zero_point, multiplier, shift,
                            clamp_min, clamp_max, rounding, grapes_multiply_top_from);
}

static inline void grapes_mul_rows_s8_armv7m(const int8_t *a, const int8_t *b, int8_t *output, uint32_t rows,
                                             uint32_t count, int8_t a_zero_point, int8_t b_zero_point,
                                             int8_t output_zero_point, int32_t multiplier, int8_t shift,
                                             int8_t clamp_min, int8_t clamp_max, uint8_t rounding) {
  grapes_mul_rows_s8_scalar(a, b, output, rows, count, a_zero_point, b_zero_point, output_zero_point, multiplier,
                            shift, clamp_min, clamp_max, rounding, grapes_multiply_top_from);
}

static inline void grapes_mul_constant_s8_armv7m(const int8_t *a, const int8_t *b, int8_t *output, uint32_t rows,
                                                 uint32_t count, int8_t a_zero_point, int8_t b_zero_point,
                                                 int8_t output_zero_point, int32_t multiplier, int8_t shift,
                                                 int8_t clamp_min, int8_t clamp_max, uint8_t rounding) {
  grapes_mul_rows_s8_scalar(a, b, output, rows, count, a_zero_point, b_zero_point, output_zero_point, multiplier,
                            shift, clamp_min, clamp_max, rounding, grapes_multiply_top_from);
}

#endif
