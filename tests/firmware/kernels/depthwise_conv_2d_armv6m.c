/* kernels/armv6m's depthwise convolution against the plain one: run-time shapes, random values and values at the ends of the range. */
#include "armv6m.h"
#include "kernels/armv6m/depthwise_conv_2d_s8.h"
#include "kernels/plain/depthwise_conv_2d_s8.h"

enum { MAX_SIDE = 9, MAX_CHANNELS = 6, TAPS = 9 };

static int8_t input[MAX_SIDE * MAX_SIDE * MAX_CHANNELS], weights[TAPS * MAX_CHANNELS];
static int8_t shift[MAX_CHANNELS], packed_by[MAX_CHANNELS];
static int32_t bias[MAX_CHANNELS], multiplier[MAX_CHANNELS];
static int8_t plain[MAX_SIDE * MAX_SIDE * MAX_CHANNELS], fast[MAX_SIDE * MAX_SIDE * MAX_CHANNELS + 1];

static int8_t any(int extreme, int low, int high) {
  return (int8_t)(extreme ? (random_word() & 1u ? low : high) : random_between(low, high));
}

static void check_layer(int n) {
  static int8_t scratch[GRAPES_DEPTHWISE_CONV_2D_S8_ARMV6M_SCRATCH(MAX_SIDE, 2) + 4];
  const int extreme = n % 3 == 0;
  const uint8_t rounding = n % 4 == 3 ? GRAPES_ROUNDING_SINGLE : GRAPES_ROUNDING_TFLITE;
  const int channels = random_between(1, MAX_CHANNELS), valid = n % 5 == 0, least = valid ? 3 : 1;
  const int sh = random_between(1, 2), sw = random_between(1, 2);
  const int height = random_between(least, MAX_SIDE), width = random_between(least, MAX_SIDE);
  const int top = valid ? 0 : random_between(0, 2), left = valid ? 0 : random_between(0, 2);
  const int oh = valid ? (height - 3) / sh + 1 : (height + sh - 1) / sh;
  const int ow = valid ? (width - 3) / sw + 1 : (width + sw - 1) / sw;
  const int need = GRAPES_DEPTHWISE_CONV_2D_S8_ARMV6M_SCRATCH(ow, sw);
  const int8_t zero_in = (int8_t)random_between(-128, 127);
  const int8_t zero_out = (int8_t)(n % 6 == 0 ? -128 : random_between(-128, 127));
  const int8_t low = random_word() & 1u ? zero_out : -128;
  for (int i = 0; i < height * width * channels; i++) input[i] = any(extreme, -128, 127);
  for (int c = 0; c < channels; c++) {
    const int lone = random_between(0, TAPS - 1); /* one -128 is allowed */
    bias[c] = random_between(-20000, 20000);
    int64_t lowest = bias[c], highest = bias[c];
    for (int tap = 0; tap < TAPS; tap++) {
      weights[tap * channels + c] = any(extreme, tap == lone ? -128 : -127, 127);
      widen_range(&lowest, &highest, weights[tap * channels + c]);
    }
    random_scale(lowest, highest, rounding, &multiplier[c], &shift[c]);
    packed_by[c] = packed_shift(lowest, highest, multiplier[c], shift[c], zero_out, rounding);
  }
  fast[oh * ow * channels] = 77;
  for (int i = 0; i < (int)sizeof scratch; i++) scratch[i] = (int8_t)random_word();
  const int start = random_between(0, 3);
  const int8_t after = scratch[start + need];
#define SHAPES(s, to, room)                                                                                         \
  input, (uint16_t)height, (uint16_t)width, (uint16_t)channels, weights, bias, multiplier, s, to, (uint16_t)oh,      \
      (uint16_t)ow, (uint16_t)channels, 3, 3, (uint16_t)sh, (uint16_t)sw, 1, 1, (uint16_t)top, (uint16_t)left, zero_in, \
      zero_out, low, 127, rounding, room
  grapes_depthwise_conv_2d_s8_plain(SHAPES(shift, plain, NULL));
  grapes_depthwise_conv_2d_s8_armv6m(SHAPES(packed_by, fast, scratch + start));
  for (int i = 0; i < oh * ow * channels; i++) CHECK(fast[i] == plain[i]);
  CHECK(fast[oh * ow * channels] == 77);
  CHECK(scratch[start + need] == after);
}

/* Any window: up to 7 x 7 places, strides or dilations, multipliers. */
enum { MAX_WINDOW = 49, MAX_WIDE = 13, MAX_IMAGE = MAX_WIDE * MAX_WIDE * 9 };
static int8_t window_input[MAX_IMAGE], window_weights[MAX_WINDOW * 9], window_packed[MAX_WINDOW * 9];
static int8_t window_plain[2 * MAX_IMAGE], window_fast[2 * MAX_IMAGE + 1];
static int8_t room[4096];

static void check_window(int n) {
  const int extreme = n % 3 == 0, dilated = n % 4 == 1;
  const uint8_t rounding = n % 5 == 3 ? GRAPES_ROUNDING_SINGLE : GRAPES_ROUNDING_TFLITE;
  const int channels = random_between(1, 3), multiples = n % 2 ? 1 : random_between(1, 3), outputs = channels * multiples;
  const int kh = random_between(1, 7), kw = random_between(1, 7);
  const int sh = dilated ? 1 : random_between(1, 3), sw = dilated ? 1 : random_between(1, 3);
  const int dh = dilated ? random_between(1, 3) : 1, dw = dilated ? random_between(1, 3) : 1;
  const int height = random_between(1, MAX_WIDE), width = random_between(1, MAX_WIDE);
  const int top = random_between(0, (kh - 1) * dh), left = random_between(0, (kw - 1) * dw);
  const int oh = random_between(1, (height - 1 + top) / sh + 1), ow = random_between(1, (width - 1 + left) / sw + 1);
  const int need = GRAPES_DEPTHWISE_WINDOW_ARMV6M_SCRATCH(ow, kh, kw, sw, dw), taps = kh * kw;
  const int8_t zero_in = (int8_t)random_between(-128, 127);
  const int8_t zero_out = (int8_t)(n % 6 == 0 ? -128 : random_between(-128, 127));
  const int8_t low = random_word() & 1u ? zero_out : -128;
  int32_t window_bias[9], window_multiplier[9];
  int8_t window_shift[9], window_by[9];
  if (oh * ow * outputs > 2 * MAX_IMAGE) return;
  for (int i = 0; i < height * width * channels; i++) window_input[i] = any(extreme, -128, 127);
  for (int o = 0; o < outputs; o++) {
    const int odd = random_between(0, 1); /* every other weight may be -128 */
    window_bias[o] = random_between(-20000, 20000);
    int64_t lowest = window_bias[o], highest = window_bias[o];
    for (int tap = 0; tap < taps; tap++) {
      const int8_t w = any(extreme, tap % 2 == odd ? -128 : -127, 127);
      window_packed[o * taps + tap] = w;
      window_weights[(tap % kh * kw + tap / kh) * outputs + o] = w;
      widen_range(&lowest, &highest, w);
    }
    random_scale(lowest, highest, rounding, &window_multiplier[o], &window_shift[o]);
    window_by[o] = packed_shift(lowest, highest, window_multiplier[o], window_shift[o], zero_out, rounding);
  }
  window_fast[oh * ow * outputs] = 77;
  for (int i = 0; i < (int)sizeof room; i++) room[i] = (int8_t)random_word();
  int8_t *const start = room + random_between(0, 3);
  const int8_t after = start[need];
#define WINDOW(w, s, to, with)                                                                                        \
  window_input, (uint16_t)height, (uint16_t)width, (uint16_t)channels, w, window_bias, window_multiplier, s, to,       \
      (uint16_t)oh, (uint16_t)ow, (uint16_t)outputs, (uint16_t)kh, (uint16_t)kw, (uint16_t)sh, (uint16_t)sw,           \
      (uint16_t)dh, (uint16_t)dw, (uint16_t)top, (uint16_t)left, zero_in, zero_out, low, 127, rounding, with
  grapes_depthwise_conv_2d_s8_plain(WINDOW(window_weights, window_shift, window_plain, NULL));
  grapes_depthwise_conv_2d_s8_armv6m_window(WINDOW(window_packed, window_by, window_fast, start));
  for (int i = 0; i < oh * ow * outputs; i++) CHECK(window_fast[i] == window_plain[i]);
  CHECK(window_fast[oh * ow * outputs] == 77);
  CHECK(start[need] == after);
}

int main(void) {
  fault_unaligned();
  for (int n = 0; n < 600; n++) check_window(n);
  for (int n = 0; n < 600; n++) check_layer(n);
  return verdict();
}
