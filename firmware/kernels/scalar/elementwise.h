/*
 * Sums, differences and products of int8 tensors for cores with a 32 x 32 -> 64 bit multiplication: bit for bit what
 * kernels/plain computes, arguments as there. Scaling is one multiplication whose upper word starts with all that is added
 * afterwards, and one shift:
 *
 *     tflite   the first rounding is the upper word of 2^(1 + up) * v * multiplier, plus a half; the second adds half a unit,
 *              one less below zero, and shifts right (scale.h)
 *     single   the upper word of 2^up * v * multiplier, plus a half
 *
 * The exporter has checked (tflite): shifts of operands in [-29, 0], of the output of a sum in [-22, 0], of a product in
 * [-22, 13]. The set brings the multiplication: `top`(start, a, b) is start + floor((a * b + 2^31) / 2^32).
 */
#ifndef GRAPES_SCALAR_ELEMENTWISE_H
#define GRAPES_SCALAR_ELEMENTWISE_H

#include <stddef.h>

#include "../../core/grapes_flash.h"
#include "scale.h"

typedef int32_t grapes_top(int32_t start, int32_t a, int32_t b);

/* How a value is scaled; constants wherever the kernel's arguments are. */
typedef struct {
  int32_t multiplier;
  int32_t half;    /* what is added before the last shift, the output's zero point included */
  int32_t signs;   /* -1: one less below zero; else 0 */
  uint8_t up, right;
} grapes_factor;

GRAPES_INLINE grapes_factor grapes_factor_of(int32_t multiplier, int8_t shift, uint8_t left_shift, int8_t zero_point,
                                             uint8_t rounding) {
  const int twice = rounding == GRAPES_ROUNDING_TFLITE;
  grapes_factor factor;
  factor.multiplier = multiplier;
  factor.right = (uint8_t)(shift < 0 ? -shift : 0);
  factor.up = (uint8_t)(left_shift + twice + (shift > 0 ? shift : 0));
  factor.signs = factor.right > 0 ? -1 : 0;
  factor.half = zero_point * ((int32_t)1 << factor.right) + (factor.right > 0 ? (int32_t)1 << (factor.right - 1) : 0);
  return factor;
}

/* Scaled value of v * 2^-up. */
GRAPES_INLINE int32_t grapes_scale_factor(int32_t v, const grapes_factor *factor, grapes_top *top) {
  return top(factor->half + ((v >> 31) & factor->signs), v, factor->multiplier) >> factor->right;
}

GRAPES_INLINE int8_t grapes_saturate_to(int32_t v, int8_t low, int8_t high) {
  GRAPES_SATURATE_S8(v);
  if (low > -128 && v < low) v = low;
  if (high < 127 && v > high) v = high;
  return (int8_t)v;
}

/* An operand of a sum. Of two with one scale the factor is one half, and that of the larger of two scales: no rounding. */
typedef struct {
  grapes_factor factor;
  uint32_t zero; /* the zero point, shifted up */
  int half;      /* known to be one half */
} grapes_operand;

GRAPES_INLINE grapes_operand grapes_operand_of(int8_t zero_point, int32_t multiplier, int8_t shift, uint8_t left_shift,
                                               uint8_t rounding) {
  grapes_operand operand;
  operand.factor = grapes_factor_of(multiplier, shift, left_shift, 0, rounding);
#if defined(__GNUC__)
  operand.half = __builtin_constant_p(multiplier) && __builtin_constant_p(shift) &&
                 rounding == GRAPES_ROUNDING_TFLITE && multiplier == (int32_t)1 << 30 && shift == 0;
#else
  operand.half = 0;
#endif
  if (operand.half) operand.factor.up = (uint8_t)(left_shift - 1);
  operand.zero = (uint32_t)(int32_t)zero_point << operand.factor.up;
  return operand;
}

GRAPES_INLINE uint32_t grapes_scale_operand(int8_t value, const grapes_operand *operand, grapes_top *top) {
  const uint32_t v = ((uint32_t)(int32_t)value << operand->factor.up) - operand->zero;
  if (operand->half) return v;
  return (uint32_t)grapes_scale_factor((int32_t)v, &operand->factor, top);
}

GRAPES_INLINE int8_t grapes_scale_sum(uint32_t sum, const grapes_factor *factor, int8_t low, int8_t high,
                                      grapes_top *top) {
  return grapes_saturate_to(grapes_scale_factor((int32_t)(sum << factor->up), factor, top), low, high);
}

/* Two elements at a time, then one that is left; an output is written when all that it lies over has been read. */
#define GRAPES_EACH_OF_TWO(one)                                                                        \
  for (; count >= 2; count -= 2, a += 2, b += 2, output += 2) {                                        \
    const int8_t first = one(0), second = one(1);                                                      \
    output[0] = first;                                                                                 \
    output[1] = second;                                                                                \
  }                                                                                                    \
  for (; count > 0; count--, a++, b++, output++) *output = one(0)

/* minus: a difference. */
GRAPES_INLINE void grapes_sum_s8_scalar(const int8_t *a, const int8_t *b, int8_t *output, uint32_t count,
                                        int8_t a_zero_point, int32_t a_multiplier, int8_t a_shift, int8_t b_zero_point,
                                        int32_t b_multiplier, int8_t b_shift, uint8_t left_shift,
                                        int8_t output_zero_point, int32_t multiplier, int8_t shift, int8_t clamp_min,
                                        int8_t clamp_max, uint8_t rounding, int minus, grapes_top *top) {
  const grapes_operand left = grapes_operand_of(a_zero_point, a_multiplier, a_shift, left_shift, rounding);
  const grapes_operand right = grapes_operand_of(b_zero_point, b_multiplier, b_shift, left_shift, rounding);
  const grapes_factor factor = grapes_factor_of(multiplier, shift, 0, output_zero_point, rounding);
#define GRAPES_OPERANDS(x, y) (minus ? (x) - (y) : (x) + (y))
  if (left.half && right.half) {
    /* The sum of the values, shifted up. */
    const int32_t zero = GRAPES_OPERANDS(a_zero_point, b_zero_point);
    const uint8_t up = (uint8_t)(left_shift - 1);
#define GRAPES_SUM(k) \
  grapes_scale_sum((uint32_t)(GRAPES_OPERANDS(a[k], b[k]) - zero) << up, &factor, clamp_min, clamp_max, top)
    GRAPES_EACH_OF_TWO(GRAPES_SUM);
#undef GRAPES_SUM
    return;
  }
#define GRAPES_SUM(k)                                                                                                  \
  grapes_scale_sum(GRAPES_OPERANDS(grapes_scale_operand(a[k], &left, top), grapes_scale_operand(b[k], &right, top)),   \
                   &factor, clamp_min, clamp_max, top)
  GRAPES_EACH_OF_TWO(GRAPES_SUM);
#undef GRAPES_SUM
#undef GRAPES_OPERANDS
}

/* One operand constant, at the common scale. */
GRAPES_INLINE void grapes_add_constant_s8_scalar(const int8_t *a, const int32_t *terms, int8_t *output, uint32_t rows,
                                                 uint32_t row_count, int8_t a_zero_point, int32_t a_multiplier,
                                                 int8_t a_shift, uint8_t left_shift, int8_t output_zero_point,
                                                 int32_t multiplier, int8_t shift, int8_t clamp_min, int8_t clamp_max,
                                                 uint8_t rounding, grapes_top *top) {
  const grapes_operand operand = grapes_operand_of(a_zero_point, a_multiplier, a_shift, left_shift, rounding);
  const grapes_factor factor = grapes_factor_of(multiplier, shift, 0, output_zero_point, rounding);
  for (; rows > 0; rows--) {
    const int32_t *b = terms;
    uint32_t count = row_count;
#define GRAPES_SUM(k)                                                                                           \
  grapes_scale_sum(grapes_scale_operand(a[k], &operand, top) + (uint32_t)b[k], &factor, clamp_min, clamp_max, top)
    GRAPES_EACH_OF_TWO(GRAPES_SUM);
#undef GRAPES_SUM
  }
}

/* Products of each row with the same b. */
GRAPES_INLINE void grapes_mul_rows_s8_scalar(const int8_t *a, const int8_t *row, int8_t *output, uint32_t rows,
                                             uint32_t row_count, int8_t a_zero_point, int8_t b_zero_point,
                                             int8_t output_zero_point, int32_t multiplier, int8_t shift,
                                             int8_t clamp_min, int8_t clamp_max, uint8_t rounding, grapes_top *top) {
  const grapes_factor factor = grapes_factor_of(multiplier, shift, 0, output_zero_point, rounding);
  for (; rows > 0; rows--) {
    const int8_t *b = row;
    uint32_t count = row_count;
#define GRAPES_PRODUCT(k)                                                                                          \
  grapes_scale_sum((uint32_t)((a[k] - a_zero_point) * (b[k] - b_zero_point)), &factor, clamp_min, clamp_max, top)
    GRAPES_EACH_OF_TWO(GRAPES_PRODUCT);
#undef GRAPES_PRODUCT
  }
}

#undef GRAPES_EACH_OF_TWO

#endif
