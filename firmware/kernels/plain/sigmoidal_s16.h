/*
 * 1 / (1 + exp(-x)) and tanh(x) of int16 values, output scale 1/32768, value for value TFLite's: straight lines between the
 * entries of one table (docs/numerics.md, "16-bit activations"). In place is fine.
 *
 * table              256 entries in flash: 2^16 / (1 + exp(-i / 24)) - 2^15
 * multiplier, shift  input to argument, in units of 1/12288: input * multiplier / 2^shift
 */
#ifndef GRAPES_PLAIN_SIGMOIDAL_S16_H
#define GRAPES_PLAIN_SIGMOIDAL_S16_H

#include "../../core/grapes_flash.h"
#include "requantize.h"

static inline int32_t grapes_sigmoidal_argument_s16(int16_t x, int16_t multiplier, uint8_t shift) {
  const int32_t half = shift > 0 ? (int32_t)1 << (shift - 1) : 0;
  return ((int32_t)x * multiplier + half) >> shift;
}

/* (Entry + 2^15) * 2^bits at `argument` / 2^bits; `end` behind the table. */
static inline uint32_t grapes_interpolate_s16(const int16_t *table, uint32_t argument, uint8_t bits, uint32_t end) {
  const uint32_t index = argument >> bits;
  if (index >= 255u) return end;
  const int32_t here = grapes_ld_s16(table + index);
  const uint32_t rise = (uint32_t)(grapes_ld_s16(table + index + 1) - here);
  return ((uint32_t)(here + 32768) << bits) + (argument & (((uint32_t)1 << bits) - 1u)) * rise;
}

/* The functions of an argument in units of 1/12288. */
static inline int16_t grapes_logistic_of(int32_t x, const int16_t *table) {
  const uint32_t v = grapes_interpolate_s16(table, (uint32_t)(x < 0 ? -x : x), 9, (uint32_t)0x7FFF << 10);
  return (int16_t)((x >= 0 ? v + 512u : ((uint32_t)1 << 25) - v + 511u) >> 10);
}

static inline int16_t grapes_tanh_of(int32_t x, const int16_t *table) {
  const int32_t v = (int32_t)grapes_interpolate_s16(table, (uint32_t)(x < 0 ? -x : x), 8, (uint32_t)0xFFFF << 8) -
                    ((int32_t)1 << 23);
  return (int16_t)((x >= 0 ? v + 128 : 127 - v) >> 8);
}

static inline void grapes_logistic_s16_plain(const int16_t *input, const int16_t *table, int16_t *output,
                                             uint32_t count, int16_t multiplier, uint8_t shift) {
  for (uint32_t i = 0; i < count; i++) {
    output[i] = grapes_logistic_of(grapes_sigmoidal_argument_s16(input[i], multiplier, shift), table);
  }
}

static inline void grapes_tanh_s16_plain(const int16_t *input, const int16_t *table, int16_t *output, uint32_t count,
                                         int16_t multiplier, uint8_t shift) {
  for (uint32_t i = 0; i < count; i++) {
    output[i] = grapes_tanh_of(grapes_sigmoidal_argument_s16(input[i], multiplier, shift), table);
  }
}

#endif
