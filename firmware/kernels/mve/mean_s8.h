/*
 * Mean of each channel over all places of an image for cores with MVE: bit for bit what kernels/plain computes, arguments as
 * there, eight channels at a time. Sums of up to 255 places are made in 16-bit lanes.
 */
#ifndef GRAPES_MVE_MEAN_S8_H
#define GRAPES_MVE_MEAN_S8_H

#include "../plain/mean_s8.h"
#include "elements.h"

static inline void grapes_mean_s8_mve(const int8_t *input, uint32_t places, uint16_t channels, int8_t *output,
                                      int8_t input_zero_point, int32_t multiplier, int8_t shift,
                                      int8_t output_zero_point, int8_t clamp_min, int8_t clamp_max, uint8_t rounding) {
#if GRAPES_MVE_VECTORS
  const int32_t zero = (int32_t)places * input_zero_point;
  for (int left = channels; left > 0; left -= 8, input += 8, output += 8) {
    const mve_pred16_t lanes = vctp16q((uint32_t)left);
    const int8_t *from = input;
    int32x4_t even = vdupq_n_s32(-zero), odd = even;
    for (uint32_t rest = places; rest > 0;) {
      const uint32_t part = rest < 255u ? rest : 255u;
      int16x8_t sums = vdupq_n_s16(0);
#if defined(__GNUC__)
#pragma GCC unroll 4
#endif
      for (uint32_t i = 0; i < part; i++, from += channels) sums = vaddq_s16(sums, vldrbq_z_s16(from, lanes));
      even = vaddq_s32(even, vmovlbq_s16(sums));
      odd = vaddq_s32(odd, vmovltq_s16(sums));
      rest -= part;
    }
    even = grapes_requantize_all_mve(even, multiplier, shift, rounding);
    odd = grapes_requantize_all_mve(odd, multiplier, shift, rounding);
    int16x8_t means = vdupq_n_s16(0);
    means = vmovnbq_s32(means, grapes_offset_clamp_mve(even, output_zero_point, clamp_min, clamp_max));
    means = vmovntq_s32(means, grapes_offset_clamp_mve(odd, output_zero_point, clamp_min, clamp_max));
    vstrbq_p_s16(output, means, lanes);
  }
#else
  grapes_mean_s8_plain(input, places, channels, output, input_zero_point, multiplier, shift, output_zero_point,
                       clamp_min, clamp_max, rounding);
#endif
}

#endif
