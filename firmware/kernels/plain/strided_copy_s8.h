/*
 * Bytes from other places: output [n0][n1][n2][n3][n4] at (i, j, k, l, m) is
 * input[i * s0 + j * s1 + k * s2 + l * s3 + m * s4]. A stride may be 0 (repetition) or negative (reversal). Output must not
 * overlap input.
 */
#ifndef GRAPES_PLAIN_STRIDED_COPY_S8_H
#define GRAPES_PLAIN_STRIDED_COPY_S8_H

#include <stdint.h>
#include <string.h>

static inline void grapes_strided_copy_s8_plain(const int8_t *input, int8_t *output, uint16_t n0, uint16_t n1,
                                                uint16_t n2, uint16_t n3, uint32_t n4, int32_t s0, int32_t s1,
                                                int32_t s2, int32_t s3, int32_t s4) {
  for (uint16_t i = 0; i < n0; i++) {
    for (uint16_t j = 0; j < n1; j++) {
      for (uint16_t k = 0; k < n2; k++) {
        for (uint16_t l = 0; l < n3; l++, output += n4) {
          const int8_t *from = input + (i * s0 + j * s1 + k * s2 + l * s3);
          if (s4 == 1) {
            memcpy(output, from, n4);
          } else {
            for (uint32_t m = 0; m < n4; m++) output[m] = from[(int32_t)m * s4];
          }
        }
      }
    }
  }
}

#endif
