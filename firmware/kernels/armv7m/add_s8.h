/* Sums and differences of two tensors, or of one and a constant, for Armv7-M (Cortex-M3): kernels/scalar/elementwise.h. */
#ifndef GRAPES_ARMV7M_ADD_S8_H
#define GRAPES_ARMV7M_ADD_S8_H

#include "../scalar/elementwise.h"

static inline void grapes_add_s8_armv7m(const int8_t *a, const int8_t *b, int8_t *output, uint32_t count,
                                        int8_t a_zero_point, int32_t a_multiplier, int8_t a_shift, int8_t b_zero_point,
                                        int32_t b_multiplier, int8_t b_shift, uint8_t left_shift,
                                        int8_t output_zero_point, int32_t multiplier, int8_t shift, int8_t clamp_min,
                                        int8_t clamp_max, uint8_t rounding) {
  grapes_sum_s8_scalar(a, b, output, count, a_zero_point, a_multiplier, a_shift, b_zero_point, b_multiplier, b_shift,
                       left_shift, output_zero_point, multiplier, shift, clamp_min, clamp_max, rounding, 0,
                       grapes_multiply_top_from);
}

static inline void grapes_sub_s8_armv7m(const int8_t *a, const int8_t *b, int8_t *output, uint32_t count,
                                        int8_t a_zero_point, int32_t a_multiplier, int8_t a_shift, int8_t b_zero_point,
                                        int32_t b_multiplier, int8_t b_shift, uint8_t left_shift,
                                        int8_t output_zero_point, int32_t multiplier, int8_t shift, int8_t clamp_min,
                                        int8_t clamp_max, uint8_t rounding) {
  grapes_sum_s8_scalar(a, b, output, count, a_zero_point, a_multiplier, a_shift, b_zero_point, b_multiplier, b_shift,
                       left_shift, output_zero_point, multiplier, shift, clamp_min, clamp_max, rounding, 1,
                       grapes_multiply_top_from);
}

static inline void grapes_add_constant_s8_armv7m(const int8_t *a, const int32_t *terms, int8_t *output, uint32_t rows,
                                                 uint32_t count, int8_t a_zero_point, int32_t a_multiplier,
                                                 int8_t a_shift, uint8_t left_shift, int8_t output_zero_point,
                                                 int32_t multiplier, int8_t shift, int8_t clamp_min, int8_t clamp_max,
                                                 uint8_t rounding) {
  grapes_add_constant_s8_scalar(a, terms, output, rows, count, a_zero_point, a_multiplier, a_shift, left_shift,
                                output_zero_point, multiplier, shift, clamp_min, clamp_max, rounding,
                                grapes_multiply_top_from);
}

#endif
