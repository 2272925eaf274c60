/* The two roundings against their definition in wide arithmetic, and the DSP form against the plain one. */
#include "check.h"
#include "kernels/dsp/requantize.h"
#include "kernels/plain/requantize.h"

/* floor for a positive divisor */
static int64_t floor_divide(int64_t a, int64_t b) {
  const int64_t q = a / b;
  return q * b > a ? q - 1 : q;
}

static int32_t scale_by_definition(int32_t accumulator, int32_t multiplier, int shift) {
  const int64_t shifted = shift > 0 ? (int64_t)accumulator * ((int64_t)1 << shift) : accumulator;
  const int64_t high = floor_divide(shifted * multiplier + 0x40000000LL, 0x80000000LL);
  const int64_t divisor = (int64_t)1 << (shift < 0 ? -shift : 0);
  const int64_t magnitude = high < 0 ? -high : high;
  const int64_t rounded = (magnitude + divisor / 2) / divisor; /* ties away from zero */
  return (int32_t)(high < 0 ? -rounded : rounded);
}

static void check_one(int32_t accumulator, int32_t multiplier, int8_t shift) {
  const int32_t expected = scale_by_definition(accumulator, multiplier, shift);
  CHECK(grapes_scale_s32(accumulator, multiplier, shift) == expected);
  const int8_t zero_point = (int8_t)random_between(-128, 127);
  const int full = random_word() & 1u;
  const int8_t low = full ? -128 : (int8_t)random_between(-128, 0);
  const int8_t high = full ? 127 : (int8_t)random_between(1, 127);
  const int8_t output = grapes_offset_clamp_s8(expected, zero_point, low, high);
  if (shift < 0 && shift >= -22 && accumulator >= -(1 << 29) && accumulator < 1 << 29) {
    CHECK(grapes_requantize_sum_dsp((uint32_t)accumulator, multiplier, shift, zero_point, low, high,
                                    GRAPES_ROUNDING_TFLITE) == output);
    if (accumulator >= -(1 << 23) && accumulator < 1 << 23) {
      CHECK(grapes_requantize_pairs_dsp((uint32_t)accumulator << 8, multiplier, shift, zero_point, low, high,
                                        GRAPES_ROUNDING_TFLITE) == output);
    }
  }
}

int main(void) {
  /* every shift, with accumulators around the places where a rounding tips over */
  for (int shift = -31; shift <= 0; shift++) {
    for (int32_t step = -300; step <= 300; step++) {
      const int32_t half = (int32_t)(((uint32_t)1 << -shift) >> 1);
      const int32_t around = (int32_t)((uint32_t)step * (uint32_t)half);
      for (int32_t near = -2; near <= 2; near++) {
        const int32_t accumulator = (int32_t)((uint32_t)around + (uint32_t)near);
        check_one(accumulator, 0x40000000, (int8_t)shift);
        check_one(accumulator, 0x7FFFFFFF, (int8_t)shift);
      }
    }
  }
  for (long n = 0; n < 400000; n++) {
    const int bits = random_between(1, 31);
    const int32_t accumulator = (int32_t)random_word() >> (32 - bits);
    check_one(accumulator, random_between(0x40000000, 0x7FFFFFFF), (int8_t)random_between(-31, 0));
    const int8_t left = (int8_t)random_between(1, 30);
    check_one(accumulator >> left, random_between(0x40000000, 0x7FFFFFFF), left);
  }
  check_one(INT32_MIN, 0x7FFFFFFF, 0);
  check_one(INT32_MAX, 0x7FFFFFFF, 0);
  check_one(5, 0, 0);

  CHECK(grapes_offset_clamp_s8(INT32_MAX, 127, -128, 127) == 127);
  CHECK(grapes_offset_clamp_s8(INT32_MIN, -128, -128, 127) == -128);
  CHECK(grapes_offset_clamp_s8(-3, 5, -128, 127) == 2);
  return verdict();
}
