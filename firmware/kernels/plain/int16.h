/*
 * What the kernels of int16 activations share: sums of products with int8 weights, and the way from a sum to an output
 * (docs/numerics.md, "16-bit activations"). Zero points are 0 throughout.
 */
#ifndef GRAPES_PLAIN_INT16_H
#define GRAPES_PLAIN_INT16_H

#include "../../core/grapes_flash.h"
#include "requantize.h"

/*
 * Once, from a sum that may take 38 bits: sum * multiplier / 2^15 * 2^shift, ties towards plus infinity; multiplier in
 * [2^14, 2^15), shift in [-31, 7]. The third value of `rounding`, beside those of requantize.h.
 */
#define GRAPES_ROUNDING_WIDE 2

/* The exporter has checked that the result fits in an int32; rounding other than wide: that the sum does. */
static inline int32_t grapes_requantize_s64(int64_t sum, int32_t multiplier, int8_t shift, uint8_t rounding) {
  if (rounding != GRAPES_ROUNDING_WIDE) return grapes_requantize_s32((int32_t)sum, multiplier, shift, rounding);
  const uint8_t by = (uint8_t)(15 - shift);
  return (int32_t)((sum * multiplier + ((int64_t)1 << (by - 1))) >> by);
}

static inline int16_t grapes_clamp_s16(int32_t v, int16_t low, int16_t high) {
  return (int16_t)(v < low ? low : v > high ? high : v);
}

/* A product is below 2^22: int32 holds the sum of this many. */
#define GRAPES_PRODUCTS_S16 256u

/* Sum of x[i] * weights[i], weights in flash. */
static inline int64_t grapes_dot_s16(const int16_t *x, const int8_t *weights, uint32_t count) {
  int64_t sum = 0;
  while (count > 0) {
    const uint32_t some = count < GRAPES_PRODUCTS_S16 ? count : GRAPES_PRODUCTS_S16;
    int32_t part = 0;
    for (uint32_t i = 0; i < some; i++) part += (int32_t)x[i] * grapes_ld_s8(weights + i);
    sum += part;
    x += some;
    weights += some;
    count -= some;
  }
  return sum;
}

#endif
