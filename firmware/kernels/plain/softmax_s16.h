/*
 * Softmax of int16 values, value for value TFLite's (docs/numerics.md, "16-bit activations"): exp and the reciprocal on
 * straight lines between the 513 entries of two tables. Output scale 1/32768.
 *
 * input, output       [rows][depth]; output may be the input
 * exps                exp(x) for x from -10 to 0, in flash
 * reciprocals         1 / (1 + x) for x from 0 to 1, in flash
 * multiplier, shift   of the input's differences, to units of 10 / 65535
 */
#ifndef GRAPES_PLAIN_SOFTMAX_S16_H
#define GRAPES_PLAIN_SOFTMAX_S16_H

#include "int16.h"

/* The table's function at x, which stands for the place x / 128 from its middle. */
static inline int16_t grapes_lookup_s16(const int16_t *table, int32_t x) {
  const int16_t place = grapes_clamp_s16(x, INT16_MIN, INT16_MAX);
  const int16_t *const entry = table + 256 + (place >> 7);
  const int32_t here = grapes_ld_s16(entry);
  const int32_t rise = grapes_ld_s16(entry + 1) - here;
  return (int16_t)(here + ((rise * (place & 127) + 64) >> 7));
}

static inline void grapes_softmax_s16_plain(const int16_t *input, uint32_t rows, uint16_t depth, int16_t *output,
                                            const int16_t *exps, const int16_t *reciprocals, int32_t multiplier,
                                            int8_t shift) {
  for (uint32_t row = 0; row < rows; row++, input += depth, output += depth) {
    int16_t most = INT16_MIN;
    for (uint16_t i = 0; i < depth; i++) {
      if (input[i] > most) most = input[i];
    }
    int32_t sum = 0; /* Q16.15 */
    for (uint16_t i = 0; i < depth; i++) {
      output[i] = grapes_lookup_s16(exps, grapes_scale_s32((int32_t)input[i] - most, multiplier, shift) + 32767);
      sum += output[i];
    }
    uint8_t headroom = 0;
    for (uint32_t v = (uint32_t)sum; (v & 0x80000000u) == 0; v <<= 1) headroom++;
    /* The sum as 1 + s, s with 16 bits. */
    const int32_t s = (int32_t)((((uint32_t)sum << (headroom - 1)) + 8192u) >> 14) - 98304;
    const int32_t reciprocal = grapes_lookup_s16(reciprocals, s);
    const uint8_t by = (uint8_t)(31 - headroom);
    for (uint16_t i = 0; i < depth; i++) {
      const int32_t v = (output[i] * reciprocal + ((int32_t)1 << (by - 1))) >> by;
      output[i] = grapes_clamp_s16(v, 0, INT16_MAX);
    }
  }
}

#endif
