/* What the tests of kernels/mve share: the packing of rows, written down a second time, and layers to try it with. */
#ifndef TEST_MVE_H
#define TEST_MVE_H

#include <string.h>

#include "check.h"
#include "kernels/mve/rows.h"

/* Behind every output and scratch area: must stay as it is. */
#define GUARD 77

static inline int8_t any(int extreme, int low, int high) {
  return (int8_t)(extreme ? (random_word() & 1u ? low : high) : random_between(low, high));
}

/* Outputs in groups of four; for every sixteen inputs, those of each row of the group. */
static inline void pack_rows(const int8_t *weights, int inputs, int outputs, int8_t *packed) {
  for (int group = 0; group < outputs; group += 4) {
    for (int first = 0; first < inputs; first += 16) {
      for (int row = group; row < group + 4; row++) {
        for (int i = first; i < first + 16 && i < inputs; i++) {
          *packed++ = row < outputs ? weights[row * inputs + i] : 0;
        }
      }
    }
  }
  /* What a load may touch behind the end must not matter. */
  for (int i = inputs % 16; i > 0 && i < 16; i++) *packed++ = (int8_t)random_word();
}

/* A multiplier and shift that keep a good part of the outputs off the clamp; sometimes any. */
static inline void draw_scale(int taps, uint8_t rounding, int32_t *multiplier, int8_t *shift) {
  int bits = 4;
  while (taps >> (2 * (bits - 4)) > 0) bits++; /* a sum of taps grows with its root */
  bits += random_between(-1, 3);
  if (random_word() % 16 == 0) bits = random_between(1, 31);
  *multiplier = random_between(0x40000000, 0x7FFFFFFF);
  *shift = (int8_t)-bits;
  if (rounding == GRAPES_ROUNDING_SINGLE) {
    *multiplier >>= bits - 1;
    *shift = 0;
    if (random_word() % 8 == 0) {
      *multiplier = random_between(0x40000000, 0x7FFFFFFF);
      *shift = (int8_t)random_between(0, 3);
    }
  }
}

/* Sums with ties: a multiplier of one half, so that every second rounding is exact or a tie. */
static inline void draw_ties(uint8_t rounding, int32_t *multiplier, int8_t *shift) {
  *multiplier = rounding == GRAPES_ROUNDING_SINGLE ? 1 << random_between(20, 28) : 0x40000000;
  *shift = (int8_t)(rounding == GRAPES_ROUNDING_SINGLE ? 0 : -random_between(1, 8));
}

#endif
