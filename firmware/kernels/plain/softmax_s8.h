/*
 * int8 softmax in fixed point, byte for byte TFLite's (docs/numerics.md, "exp in fixed point"). Output scale 1/256, zero
 * point -128. A number "without integer bits" is an int32 of value raw / 2^31.
 */
#ifndef GRAPES_PLAIN_SOFTMAX_S8_H
#define GRAPES_PLAIN_SOFTMAX_S8_H

#include <stddef.h>

#include "../../core/grapes_flash.h"
#include "requantize.h"

/* raw * 2^by, by in [1, 5], held in int32. */
static inline int32_t grapes_saturating_shift_left(int32_t raw, uint8_t by) {
  const int32_t limit = INT32_MAX >> by;
  if (raw > limit) return INT32_MAX;
  if (raw < -limit - 1) return INT32_MIN;
  return (int32_t)((uint32_t)raw << by);
}

/* exp(a) for a <= 0 with five integer bits; the result has none. */
static inline int32_t grapes_exp_q5(int32_t a) {
  /* exp(-1/4), exp(-1/2), exp(-1), ... exp(-16) */
  static const int32_t powers[7] = {1672461947, 1302514674, 790015084, 290630308, 39332535, 720401, 242};
  const int32_t quarter = (int32_t)1 << 24;
  if (a == 0) return INT32_MAX;
  const int32_t in_quarter = (a & (quarter - 1)) - quarter; /* [-1/4, 0) */
  /* A Taylor polynomial about -1/8. */
  const int32_t x = (int32_t)((uint32_t)in_quarter << 5) + ((int32_t)1 << 28);
  const int32_t x2 = grapes_high_multiply(x < 0 ? -x : x, x < 0 ? -x : x);
  const int32_t x3 = grapes_high_multiply(x, x2);
  const int32_t x4 = grapes_high_multiply(x2, x2);
  const int32_t cubic = grapes_high_multiply(grapes_rounding_shift_right(x4, 2) + x3, 715827883) + x2;
  int32_t result = 1895147668 + grapes_high_multiply(x + grapes_rounding_shift_right(cubic, 1), 1895147668);
  const uint32_t quarters = (uint32_t)(in_quarter - a) >> 24;
  for (uint8_t k = 0; k < 7; k++) {
    if ((quarters >> k & 1u) != 0) result = grapes_high_multiply(result, powers[k]);
  }
  return result;
}

/* 1 / (1 + a) for a in [0, 1), without integer bits: Newton's division. */
static inline int32_t grapes_one_over_one_plus(int32_t a) {
  const int32_t half = (int32_t)(((uint32_t)a + 0x80000000u) >> 1);
  int32_t x = 1515870810 + grapes_high_multiply(-1010580540, half); /* two integer bits */
  for (uint8_t k = 0; k < 3; k++) {
    const int32_t error = ((int32_t)1 << 29) - grapes_high_multiply(half, x);
    x += grapes_saturating_shift_left(grapes_high_multiply(error, x), 2);
  }
  return grapes_saturating_shift_left(x, 1);
}

/* 1 / sum, of a sum with twelve integer bits: as a number without integer bits, and by how far products with it go right. */
typedef struct {
  int32_t scale;
  uint8_t by;
} grapes_softmax_scale;

static inline grapes_softmax_scale grapes_softmax_scale_of(int32_t sum) {
  grapes_softmax_scale result;
  uint8_t headroom = 0;
  for (uint32_t v = (uint32_t)sum; (v & 0x80000000u) == 0; v <<= 1) headroom++;
  result.scale = grapes_one_over_one_plus((int32_t)(((uint32_t)sum << headroom) - 0x80000000u));
  result.by = (uint8_t)(12 - headroom + 23);
  if (result.by > 31) { /* hundreds of values as large as the largest: none has half a unit of 1/256 */
    result.scale = 0;
    result.by = 31;
  }
  return result;
}

/* The probability of a value whose exponential is `exp`, not negative. */
static inline int8_t grapes_softmax_output(int32_t exp, grapes_softmax_scale scale) {
  const uint32_t v = (uint32_t)grapes_high_multiply(exp, scale.scale);
  const uint32_t probability = (v + ((uint32_t)1 << (scale.by - 1))) >> scale.by;
  return (int8_t)(probability > 255u ? 127 : (int32_t)probability - 128);
}

/*
 * input, output   [rows][depth]; output may be the input
 * multiplier, shift   of the input's differences, to five integer bits; shift >= 0
 * diff_min        differences to the largest input below it give probability 0
 */
static inline void grapes_softmax_s8_plain(const int8_t *input, uint32_t rows, uint16_t depth, int8_t *output,
                                           int32_t multiplier, int8_t shift, int16_t diff_min) {
  for (uint32_t row = 0; row < rows; row++, input += depth, output += depth) {
    int8_t most = -128;
    for (uint16_t i = 0; i < depth; i++) {
      if (input[i] > most) most = input[i];
    }
    int32_t sum = 0; /* twelve integer bits */
    for (uint16_t i = 0; i < depth; i++) {
      const int32_t difference = input[i] - most;
      if (difference < diff_min) continue;
      sum += grapes_rounding_shift_right(grapes_exp_q5(grapes_scale_s32(difference, multiplier, shift)), 12);
    }
    const grapes_softmax_scale scale = grapes_softmax_scale_of(sum);
    for (uint16_t i = 0; i < depth; i++) {
      const int32_t difference = input[i] - most;
      int32_t exp = 0;
      if (difference >= diff_min) exp = grapes_exp_q5(grapes_scale_s32(difference, multiplier, shift));
      output[i] = grapes_softmax_output(exp, scale);
    }
  }
}

/*
 * The same from a table of all exponentials there are, for inputs of many values.
 * exps            of the differences 0, -1, ... 1 - count to the largest input, in flash; 0 for those below
 */
static inline void grapes_softmax_of_table_s8_plain(const int8_t *input, uint32_t rows, uint16_t depth, int8_t *output,
                                                    const int32_t *exps, uint16_t count) {
  for (uint32_t row = 0; row < rows; row++, input += depth, output += depth) {
    int32_t most = -128;
    for (uint16_t i = 0; i < depth; i++) {
      if (input[i] > most) most = input[i];
    }
    uint32_t sum = 0;
    for (uint16_t i = 0; i < depth; i++) {
      const int32_t below = most - input[i];
      if (below < count) sum += ((uint32_t)grapes_ld_s32(exps + below) + 2048u) >> 12;
    }
    const grapes_softmax_scale scale = grapes_softmax_scale_of((int32_t)sum);
    for (uint16_t i = 0; i < depth; i++) {
      const int32_t below = most - input[i];
      output[i] = below < count ? grapes_softmax_output(grapes_ld_s32(exps + below), scale) : (int8_t)-128;
    }
  }
}

#endif
