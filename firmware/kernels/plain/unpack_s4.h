/*
 * int4 weights as int8, in RAM: for layers of few weights and many uses of each, whose int8 kernel then runs over them.
 *
 * packed       eight weights to a word, each plus 8: the first four in the low halves of the bytes, the next four in the high
 *              ones. In flash, at a multiple of four.
 * groups       of eight weights
 * values       8 * groups bytes, at a multiple of four: grapes_word_aligned
 */
#ifndef GRAPES_PLAIN_UNPACK_S4_H
#define GRAPES_PLAIN_UNPACK_S4_H

#include "../../core/grapes_flash.h"

/* The first multiple of four from p on. */
static inline int8_t *grapes_word_aligned(int8_t *p) {
  return p + ((4u - ((uintptr_t)p & 3u)) & 3u);
}

/* Four bytes from 0 to 15, less 8 each: no carry leaves a byte. */
static inline uint32_t grapes_four_less_eight(uint32_t v) {
  return (v + 0x78787878u) ^ 0x80808080u;
}

static inline void grapes_unpack_s4(const int8_t *packed, uint16_t groups, int8_t *values) {
  const uint32_t *from = (const uint32_t *)(const void *)packed;
  uint32_t *to = (uint32_t *)(void *)values;
  for (uint32_t *const end = to + 2u * groups; to != end; to += 2) {
    const uint32_t eight = *from++;
    to[0] = grapes_four_less_eight(eight & 0x0F0F0F0Fu);
    to[1] = grapes_four_less_eight(eight >> 4 & 0x0F0F0F0Fu);
  }
}

#endif
