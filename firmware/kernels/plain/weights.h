/*
 * Weights in flash: int8, one a byte, or int4, two a byte. Of int4 weights that follow each other, from the first of an
 * array on, the one with the even index is the low half of its byte; values are from -8 to 7. TFLite stores them so.
 */
#ifndef GRAPES_PLAIN_WEIGHTS_H
#define GRAPES_PLAIN_WEIGHTS_H

#include <stddef.h>

#include "../../core/grapes_flash.h"

/* Weight `index` of an array. weight_bits, 8 or 4, is a constant wherever a kernel is called. */
GRAPES_INLINE int8_t grapes_ld_weight(const int8_t *weights, size_t index, uint8_t weight_bits) {
  if (weight_bits == 8) return grapes_ld_s8(weights + index);
  const int8_t both = grapes_ld_s8(weights + index / 2);
  return (int8_t)((index & 1u) != 0 ? both >> 4 : (int8_t)(uint8_t)((uint8_t)both << 4) >> 4);
}

#endif
