/*
 * Products of two computed matrices for each batch, in real numbers: output[n][r][c] = sum over k of a[n][r][k] * b[n][k][c].
 * b lies row by row, or as [columns][depth] where it is transposed: its element (k, c) is b[k * down + c * along].
 */
#ifndef GRAPES_PLAIN_BATCH_MATMUL_S8_H
#define GRAPES_PLAIN_BATCH_MATMUL_S8_H

#include <stddef.h>

#include "requantize.h"

/*
 * a        [batches][rows][depth]
 * b        [batches][depth][columns] with down = columns and along = 1, or [batches][columns][depth] with 1 and depth
 * output   [batches][rows][columns]; must not overlap a or b
 * The sums of depth * (128 + |zero point of a|) * (128 + |zero point of b|) must fit in an int32 (the exporter checks it).
 */
static inline void grapes_batch_matmul_s8_plain(const int8_t *a, const int8_t *b, int8_t *output, uint32_t batches,
                                                uint16_t rows, uint16_t depth, uint16_t columns, uint16_t down,
                                                uint16_t along, int8_t a_zero_point, int8_t b_zero_point,
                                                int8_t output_zero_point, int32_t multiplier, int8_t shift,
                                                int8_t clamp_min, int8_t clamp_max, uint8_t rounding) {
  for (uint32_t n = 0; n < batches; n++, b += (size_t)depth * columns) {
    for (uint16_t r = 0; r < rows; r++, a += depth) {
      for (uint16_t c = 0; c < columns; c++) {
        const int8_t *from = b + (size_t)c * along;
        int32_t sum = 0;
        for (uint16_t k = 0; k < depth; k++, from += down) {
          sum += (int32_t)(a[k] - a_zero_point) * (int32_t)(*from - b_zero_point);
        }
        sum = grapes_requantize_s32(sum, multiplier, shift, rounding);
        *output++ = grapes_offset_clamp_s8(sum, output_zero_point, clamp_min, clamp_max);
      }
    }
  }
}

#endif
