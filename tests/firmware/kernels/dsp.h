/* What the tests of kernels/dsp share. */
#ifndef GRAPES_TESTS_DSP_H
#define GRAPES_TESTS_DSP_H

#include "check.h"
#include "kernels/dsp/requantize.h"

/*
 * A shift that sums up to `most` stand, and how grapes_requantize_any_dsp is told of it: what the exporter does, written
 * down a second time.
 */
static inline void draw_way(int64_t most, uint8_t rounding, int8_t *shift, int8_t *way) {
  int up = 0;
  while (up < 12 && most << (up + 1) < INT32_MAX) up++;
  if (rounding == GRAPES_ROUNDING_SINGLE) {
    *shift = *way = (int8_t)random_between(0, up);
    return;
  }
  const int s = random_between(random_word() & 1u ? -31 : -9, up);
  *shift = (int8_t)s;
  if (s < 0 && s >= -22 && most < (int64_t)1 << 29) {
    *way = (int8_t)s;
  } else if (s >= 0 && most << (s + 1) < INT32_MAX) {
    *way = (int8_t)(s + 1);
  } else {
    *way = (int8_t)(s + GRAPES_WAY_PLAIN_DSP);
  }
}

#endif
