/*
 * A set's pools and mean against the plain ones: run-time shapes, values at the ends of the range. Include it where
 * KERNEL(op) names the set's function.
 */
#include <string.h>

#include "check.h"
#include "kernels/plain/mean_s8.h"
#include "kernels/plain/pool_2d_s8.h"

enum { POOL_SIDE = 20, POOL_CHANNELS = 37, POOL_VALUES = 8000 };

static int8_t pool_input[POOL_VALUES + 1], pool_expected[POOL_VALUES], pool_actual[POOL_VALUES + 1];

static void draw_pool_input(int n, int count) {
  for (int i = 0; i < count; i++) {
    pool_input[i] = (int8_t)(n % 4 == 0 ? -128 : n % 4 == 1 ? random_between(-2, 2) : random_between(-128, 127));
  }
}

static void check_pools(int n) {
  const int channels = random_between(1, n % 3 ? 9 : POOL_CHANNELS), small = n % 8 != 0;
  const int height = random_between(1, small ? 7 : POOL_SIDE), width = random_between(1, small ? 7 : POOL_SIDE);
  const int kh = random_between(1, height), kw = random_between(1, width);
  const int sh = random_between(1, 3), sw = random_between(1, 3), cut = n % 2;
  const int top = cut ? random_between(0, kh - 1) : 0, left = cut ? random_between(0, kw - 1) : 0;
  const int oh = cut ? (height + sh - 1) / sh : (height - kh) / sh + 1;
  const int ow = cut ? (width + sw - 1) / sw : (width - kw) / sw + 1, count = oh * ow * channels;
  const int8_t low = (int8_t)(n % 3 == 0 ? random_between(-128, 0) : -128);
  const int8_t high = (int8_t)(n % 5 == 0 ? random_between(0, 127) : 127);
  if (height * width * channels > POOL_VALUES) return;
  draw_pool_input(n, height * width * channels);
#define POOL(to)                                                                                                      \
  pool_input, (uint16_t)height, (uint16_t)width, (uint16_t)channels, to, (uint16_t)oh, (uint16_t)ow, (uint16_t)kh,    \
      (uint16_t)kw, (uint16_t)sh, (uint16_t)sw, (uint16_t)top, (uint16_t)left, low, high
  for (int mean = 0; mean < 2; mean++) {
    memset(pool_actual, 77, sizeof pool_actual);
    if (mean) {
      grapes_average_pool_2d_s8_plain(POOL(pool_expected));
      KERNEL(average_pool_2d_s8)(POOL(pool_actual));
    } else {
      grapes_max_pool_2d_s8_plain(POOL(pool_expected));
      KERNEL(max_pool_2d_s8)(POOL(pool_actual));
    }
    CHECK(memcmp(pool_expected, pool_actual, (size_t)count) == 0);
    CHECK(pool_actual[count] == 77);
  }
}

static void check_mean(int n) {
  const int places = random_between(1, n % 4 == 0 ? 900 : 60), channels = random_between(1, POOL_CHANNELS);
  const uint8_t rounding = n % 3 == 2 ? GRAPES_ROUNDING_SINGLE : GRAPES_ROUNDING_TFLITE;
  const int32_t multiplier = random_between(0x40000000, 0x7FFFFFFF);
  const int8_t shift = (int8_t)(rounding == GRAPES_ROUNDING_SINGLE ? random_between(0, 3) : random_between(-12, 2));
  const int8_t zero_in = (int8_t)random_between(-128, 127), zero_out = (int8_t)random_between(-128, 127);
  const int8_t low = (int8_t)(n % 3 == 0 ? zero_out : -128);
  if (places * channels > POOL_VALUES) return;
  draw_pool_input(n / 4, places * channels);
  memset(pool_actual, 77, sizeof pool_actual);
#define MEAN(to)                                                                                                 \
  pool_input, (uint32_t)places, (uint16_t)channels, to, zero_in, multiplier, shift, zero_out, low, 127, rounding
  grapes_mean_s8_plain(MEAN(pool_expected));
  KERNEL(mean_s8)(MEAN(pool_actual));
  CHECK(memcmp(pool_expected, pool_actual, (size_t)channels) == 0);
  CHECK(pool_actual[channels] == 77);
}
