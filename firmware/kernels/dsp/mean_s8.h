/*
 * Mean of each channel over all places of an image for Cortex-M cores with the DSP extension: bit for bit what kernels/plain
 * computes, arguments as there, four channels at a time. Sums of up to 255 places are made in the halves of two words.
 */
#ifndef GRAPES_DSP_MEAN_S8_H
#define GRAPES_DSP_MEAN_S8_H

#include "../plain/mean_s8.h"
#include "instructions.h"

GRAPES_INLINE void grapes_mean_of_half_dsp(int32_t sum, int32_t zero, int32_t multiplier, int8_t shift,
                                           int8_t output_zero_point, int8_t clamp_min, int8_t clamp_max,
                                           uint8_t rounding, int8_t *output) {
  sum = grapes_requantize_s32(sum - zero, multiplier, shift, rounding);
  *output = grapes_offset_clamp_s8(sum, output_zero_point, clamp_min, clamp_max);
}

static inline void grapes_mean_s8_dsp(const int8_t *input, uint32_t places, uint16_t channels, int8_t *output,
                                      int8_t input_zero_point, int32_t multiplier, int8_t shift,
                                      int8_t output_zero_point, int8_t clamp_min, int8_t clamp_max, uint8_t rounding) {
  const int32_t zero = (int32_t)places * input_zero_point;
  if (channels < 4) {
    grapes_mean_s8_plain(input, places, channels, output, input_zero_point, multiplier, shift, output_zero_point,
                         clamp_min, clamp_max, rounding);
    return;
  }
  for (int left = channels; left > 0; left -= 4, input += 4, output += 4) {
    if (channels % 4 != 0 && left < 4) { /* once more those before */
      input -= 4 - left;
      output -= 4 - left;
    }
    const int8_t *from = input;
    int32_t sums[4] = {0};
    for (uint32_t rest = places; rest > 0;) {
      const uint32_t part = rest < 255u ? rest : 255u;
      uint32_t even = 0, odd = 0;
#if defined(__GNUC__)
#pragma GCC unroll 4
#endif
      for (uint32_t i = 0; i < part; i++, from += channels) {
        const uint32_t values = grapes_load_word(from);
        even = grapes_add_widened_even(even, values);
        odd = grapes_add_widened_odd(odd, values);
      }
      sums[0] += (int16_t)(uint16_t)(even & 0xFFFFu);
      sums[1] += (int16_t)(uint16_t)(odd & 0xFFFFu);
      sums[2] += (int32_t)even >> 16;
      sums[3] += (int32_t)odd >> 16;
      rest -= part;
    }
    for (int k = 0; k < 4; k++) {
      grapes_mean_of_half_dsp(sums[k], zero, multiplier, shift, output_zero_point, clamp_min, clamp_max, rounding,
                              output + k);
    }
  }
}

#endif
