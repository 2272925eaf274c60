/*
 * Products of two tensors, of rows with one row, or with a constant, for Cortex-M cores with the DSP extension: bit for bit
 * what kernels/plain computes, arguments as there. The zero points of four values are taken off by four instructions,
 * SXTAB16; scaling is that of kernels/scalar/elementwise.h, whose bounds hold here too, with SMMLAR.
 */
#ifndef GRAPES_DSP_MUL_S8_H
#define GRAPES_DSP_MUL_S8_H

#include "add_s8.h"

GRAPES_INLINE int8_t grapes_scale_product_dsp(uint32_t product, const grapes_factor *factor, int8_t low, int8_t high) {
  return grapes_scale_sum(product, factor, low, high, grapes_top_dsp);
}

static inline void grapes_mul_rows_s8_dsp(const int8_t *a, const int8_t *b, int8_t *output, uint32_t rows,
                                          uint32_t count, int8_t a_zero_point, int8_t b_zero_point,
                                          int8_t output_zero_point, int32_t multiplier, int8_t shift, int8_t clamp_min,
                                          int8_t clamp_max, uint8_t rounding) {
  const grapes_factor factor = grapes_factor_of(multiplier, shift, 0, output_zero_point, rounding);
  const uint32_t a_zero = 0u - (uint32_t)(int32_t)a_zero_point, b_zero = 0u - (uint32_t)(int32_t)b_zero_point;
  const uint32_t a_zeros = grapes_pack_low(a_zero, a_zero), b_zeros = grapes_pack_low(b_zero, b_zero);
  for (; rows > 0; rows--) {
    const int8_t *factors = b;
    uint32_t left = count;
    for (; left >= 4; left -= 4, a += 4, factors += 4, output += 4) {
      const uint32_t x = grapes_load_word(a), y = grapes_load_word(factors);
      const uint32_t x_even = grapes_add_widened_even(a_zeros, x), y_even = grapes_add_widened_even(b_zeros, y);
      const uint32_t x_odd = grapes_add_widened_odd(a_zeros, x), y_odd = grapes_add_widened_odd(b_zeros, y);
      output[0] = grapes_scale_product_dsp(grapes_multiply_low(x_even, y_even, 0), &factor, clamp_min, clamp_max);
      output[1] = grapes_scale_product_dsp(grapes_multiply_low(x_odd, y_odd, 0), &factor, clamp_min, clamp_max);
      output[2] = grapes_scale_product_dsp(grapes_multiply_high(x_even, y_even, 0), &factor, clamp_min, clamp_max);
      output[3] = grapes_scale_product_dsp(grapes_multiply_high(x_odd, y_odd, 0), &factor, clamp_min, clamp_max);
    }
    for (; left > 0; left--) {
      const uint32_t product = (uint32_t)((*a++ - a_zero_point) * (*factors++ - b_zero_point));
      *output++ = grapes_scale_product_dsp(product, &factor, clamp_min, clamp_max);
    }
  }
}

static inline void grapes_mul_s8_dsp(const int8_t *a, const int8_t *b, int8_t *output, uint32_t count,
                                     int8_t a_zero_point, int8_t b_zero_point, int8_t output_zero_point,
                                     int32_t multiplier, int8_t shift, int8_t clamp_min, int8_t clamp_max,
                                     uint8_t rounding) {
  grapes_mul_rows_s8_dsp(a, b, output, 1, count, a_zero_point, b_zero_point, output_zero_point, multiplier, shift,
                         clamp_min, clamp_max, rounding);
}

static inline void grapes_mul_constant_s8_dsp(const int8_t *a, const int8_t *b, int8_t *output, uint32_t rows,
                                              uint32_t count, int8_t a_zero_point, int8_t b_zero_point,
                                              int8_t output_zero_point, int32_t multiplier, int8_t shift,
                                              int8_t clamp_min, int8_t clamp_max, uint8_t rounding) {
  grapes_mul_rows_s8_dsp(a, b, output, rows, count, a_zero_point, b_zero_point, output_zero_point, multiplier, shift,
                         clamp_min, clamp_max, rounding);
}

#endif
