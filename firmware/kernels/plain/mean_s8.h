/*
 * Mean of each channel over all places of an image: input [places][channels], output [channels]. The division by the
 * number of places is part of multiplier and shift.
 */
#ifndef GRAPES_PLAIN_MEAN_S8_H
#define GRAPES_PLAIN_MEAN_S8_H

#include <stddef.h>

#include "requantize.h"

static inline void grapes_mean_s8_plain(const int8_t *input, uint32_t places, uint16_t channels, int8_t *output,
                                        int8_t input_zero_point, int32_t multiplier, int8_t shift,
                                        int8_t output_zero_point, int8_t clamp_min, int8_t clamp_max,
                                        uint8_t rounding) {
  for (uint16_t c = 0; c < channels; c++) {
    int32_t sum = 0;
    const int8_t *from = input + c;
#if defined(__GNUC__)
#pragma GCC unroll 4
#endif
    for (uint32_t i = 0; i < places; i++, from += channels) sum += *from;
    sum -= (int32_t)places * input_zero_point;
    sum = grapes_requantize_s32(sum, multiplier, shift, rounding);
    output[c] = grapes_offset_clamp_s8(sum, output_zero_point, clamp_min, clamp_max);
  }
}

#endif
