/*
 * The same real values at another scale, between int8 and int16 or within int16: output[i] = clamp(output_zero_point +
 * scale(input[i] - input_zero_point)). multiplier and shift as grapes_requantize_s32 takes them. Within int16 the output
 * may be the input; from int16 to int8 it may begin at or below it.
 */
#ifndef GRAPES_PLAIN_RESCALE_S16_H
#define GRAPES_PLAIN_RESCALE_S16_H

#include "int16.h"

static inline void grapes_rescale_s8_to_s16_plain(const int8_t *input, int16_t *output, uint32_t count,
                                                  int8_t input_zero_point, int32_t multiplier, int8_t shift,
                                                  int16_t clamp_min, int16_t clamp_max, uint8_t rounding) {
  for (uint32_t i = 0; i < count; i++) {
    const int32_t v = grapes_requantize_s32(input[i] - input_zero_point, multiplier, shift, rounding);
    output[i] = grapes_clamp_s16(v, clamp_min, clamp_max);
  }
}

static inline void grapes_rescale_s16_to_s8_plain(const int16_t *input, int8_t *output, uint32_t count,
                                                  int8_t output_zero_point, int32_t multiplier, int8_t shift,
                                                  int8_t clamp_min, int8_t clamp_max, uint8_t rounding) {
  for (uint32_t i = 0; i < count; i++) {
    const int32_t v = grapes_requantize_s32(input[i], multiplier, shift, rounding);
    output[i] = grapes_offset_clamp_s8(v, output_zero_point, clamp_min, clamp_max);
  }
}

static inline void grapes_rescale_s16_plain(const int16_t *input, int16_t *output, uint32_t count, int32_t multiplier,
                                            int8_t shift, int16_t clamp_min, int16_t clamp_max, uint8_t rounding) {
  for (uint32_t i = 0; i < count; i++) {
    output[i] = grapes_clamp_s16(grapes_requantize_s32(input[i], multiplier, shift, rounding), clamp_min, clamp_max);
  }
}

#endif
