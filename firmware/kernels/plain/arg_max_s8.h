/*
 * Where the largest value along one axis stands, the first of several, as a byte: index - 128.
 *
 * input    [outer][places][inner], places at most 256
 * output   [outer][inner]; must not overlap input
 */
#ifndef GRAPES_PLAIN_ARG_MAX_S8_H
#define GRAPES_PLAIN_ARG_MAX_S8_H

#include <stddef.h>
#include <stdint.h>

static inline void grapes_arg_max_s8_plain(const int8_t *input, uint32_t outer, uint16_t places, uint32_t inner,
                                           int8_t *output) {
  for (uint32_t o = 0; o < outer; o++, input += (size_t)places * inner) {
    for (uint32_t i = 0; i < inner; i++) {
      uint16_t best = 0;
      int8_t most = input[i];
      for (uint16_t k = 1; k < places; k++) {
        const int8_t x = input[(size_t)k * inner + i];
        if (x > most) {
          most = x;
          best = k;
        }
      }
      *output++ = (int8_t)((int16_t)best - 128);
    }
  }
}

#endif
