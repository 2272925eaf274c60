/*
 * Mean of each channel over all places of an int16 image: input [places][channels], output [channels]. The division by the
 * number of places is part of multiplier and shift.
 */
#ifndef GRAPES_PLAIN_MEAN_S16_H
#define GRAPES_PLAIN_MEAN_S16_H

#include <stddef.h>

#include "int16.h"

static inline void grapes_mean_s16_plain(const int16_t *input, uint32_t places, uint16_t channels, int16_t *output,
                                         int32_t multiplier, int8_t shift, int16_t clamp_min, int16_t clamp_max,
                                         uint8_t rounding) {
  for (uint16_t c = 0; c < channels; c++) {
    int32_t sum = 0;
    for (uint32_t i = 0; i < places; i++) sum += input[(size_t)i * channels + c];
    output[c] = grapes_clamp_s16(grapes_requantize_s32(sum, multiplier, shift, rounding), clamp_min, clamp_max);
  }
}

#endif
