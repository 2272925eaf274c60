/* Pools against their definition, written down a second time: run-time shapes, values at the ends of the range. */
#include "check.h"
#include "kernels/plain/pool_2d_s8.h"

enum { MAX_SIDE = 24, MAX_CHANNELS = 5, MAX_KERNEL = 21 };

static int8_t input[MAX_SIDE * MAX_SIDE * MAX_CHANNELS], actual[MAX_SIDE * MAX_SIDE * MAX_CHANNELS + 1];

static void check_pool(int n) {
  const int channels = random_between(1, MAX_CHANNELS), small = n % 8 != 0;
  const int height = random_between(1, small ? 8 : MAX_SIDE), width = random_between(1, small ? 8 : MAX_SIDE);
  const int kh = random_between(1, height < MAX_KERNEL ? height : MAX_KERNEL);
  const int kw = random_between(1, width < MAX_KERNEL ? width : MAX_KERNEL);
  const int sh = random_between(1, 3), sw = random_between(1, 3);
  const int top = random_between(0, kh - 1), left = random_between(0, kw - 1);
  const int oh = (height + sh - 1) / sh, ow = (width + sw - 1) / sw;
  const int8_t low = (int8_t)(n % 3 == 0 ? random_between(-128, 0) : -128);
  const int8_t high = (int8_t)(n % 5 == 0 ? random_between(0, 127) : 127);
  for (int i = 0; i < height * width * channels; i++) {
    input[i] = (int8_t)(n % 4 == 0 ? -128 : n % 4 == 1 ? random_between(-2, 2) : random_between(-128, 127));
  }
  for (int mean = 0; mean < 2; mean++) {
    actual[oh * ow * channels] = 77;
#define SHAPE                                                                                                     \
  input, (uint16_t)height, (uint16_t)width, (uint16_t)channels, actual, (uint16_t)oh, (uint16_t)ow, (uint16_t)kh, \
      (uint16_t)kw, (uint16_t)sh, (uint16_t)sw, (uint16_t)top, (uint16_t)left, low, high
    if (mean) {
      grapes_average_pool_2d_s8_plain(SHAPE);
    } else {
      grapes_max_pool_2d_s8_plain(SHAPE);
    }
    CHECK(actual[oh * ow * channels] == 77);
    for (int i = 0; i < oh * ow * channels; i++) {
      const int c = i % channels, x = i / channels % ow, y = i / channels / ow;
      int most = -128, sum = 0, count = 0;
      for (int row = y * sh - top; row < y * sh - top + kh; row++) {
        for (int column = x * sw - left; column < x * sw - left + kw; column++) {
          if (row < 0 || row >= height || column < 0 || column >= width) continue;
          const int value = input[(row * width + column) * channels + c];
          most = value > most ? value : most;
          sum += value;
          count++;
        }
      }
      int expected = mean ? (sum > 0 ? (sum + count / 2) / count : (sum - count / 2) / count) : most;
      expected = expected < low ? low : expected > high ? high : expected;
      CHECK(actual[i] == expected);
    }
  }
}

int main(void) {
  for (int n = 0; n < 600; n++) check_pool(n);
  return verdict();
}
