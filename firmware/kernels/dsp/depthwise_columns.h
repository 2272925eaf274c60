/* Columns of a 3x3 window and their weights in words: kernels/dsp/depthwise_conv_2d_s8.h says how they are used. */
#ifndef GRAPES_DSP_DEPTHWISE_COLUMNS_H
#define GRAPES_DSP_DEPTHWISE_COLUMNS_H

#include <stddef.h>

#include "instructions.h"

/*
 * The weights of one channel: rows 0 and 1 of each column in pairs; row 2 of columns 0 and 1 in the halves of `thirds`, of
 * column 2 in the high half of `last`.
 */
typedef struct {
  uint32_t pair0, pair1, pair2, thirds, last;
} grapes_depthwise_weights_dsp;

/* A column's weights moved up by `rows` (down, if negative), in the halves of two words; twice as large for factor 2. */
GRAPES_INLINE void grapes_move_column_dsp(const int8_t *column, int32_t rows, int factor, uint32_t *pair,
                                          uint32_t *even) {
  const uint32_t word = grapes_load_word(column);
  const uint32_t moved = rows >= 0 ? word >> (8 * rows) : word << (-8 * rows);
  uint32_t odd = grapes_widen_odd(moved);
  *even = grapes_widen_even(moved);
  if (factor == 2) {
    *even = grapes_add_halves(*even, *even);
    odd = grapes_add_halves(odd, odd);
  }
  *pair = grapes_pack_low(*even, odd);
}

/* One column of the window into a sum, by its place in the window. */
GRAPES_INLINE uint32_t grapes_begin_column_dsp(const grapes_depthwise_weights_dsp *w, uint32_t pair, uint32_t third,
                                               uint32_t sum) {
  return grapes_multiply_low(third, w->thirds, grapes_dot_halves(pair, w->pair0, sum));
}

GRAPES_INLINE uint32_t grapes_middle_column_dsp(const grapes_depthwise_weights_dsp *w, uint32_t pair, uint32_t third,
                                                uint32_t sum) {
  return grapes_multiply_low_high(third, w->thirds, grapes_dot_halves(pair, w->pair1, sum));
}

GRAPES_INLINE uint32_t grapes_last_column_dsp(const grapes_depthwise_weights_dsp *w, uint32_t pair, uint32_t third,
                                              uint32_t sum) {
  return grapes_multiply_low_high(third, w->last, grapes_dot_halves(pair, w->pair2, sum));
}

#endif
