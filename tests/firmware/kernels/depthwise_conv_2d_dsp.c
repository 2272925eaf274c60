/* kernels/dsp's depthwise convolution against the plain one: run-time shapes, random values and the ends of the range. */
#include "check.h"
#include "dsp.h"
#include "kernels/dsp/depthwise_conv_2d_s8.h"
#include "kernels/plain/depthwise_conv_2d_s8.h"

enum { MAX_SIDE = 8, MAX_IN = 7, MAX_OUT = 14, TAPS = 9 };

static int8_t input[MAX_SIDE * MAX_SIDE * MAX_IN], weights[TAPS * MAX_OUT], shift[MAX_OUT];
static int8_t packed[12 * MAX_OUT] GRAPES_WORD_ALIGNED;
static int32_t folded[MAX_OUT], own[MAX_OUT], multiplier[MAX_OUT];
static int8_t plain[2 * MAX_SIDE * MAX_SIDE * MAX_OUT], fast[2 * MAX_SIDE * MAX_SIDE * MAX_OUT + 1];

static int8_t any(int extreme) {
  return (int8_t)(extreme ? (random_word() & 1u ? -128 : 127) : random_between(-128, 127));
}

static void check_layer(int n) {
  const int extreme = n % 3 == 0;
  const uint8_t rounding = n % 4 == 3 ? GRAPES_ROUNDING_SINGLE : GRAPES_ROUNDING_TFLITE;
  const int channels = random_between(1, MAX_IN), multiples = random_between(1, 2), outputs = channels * multiples;
  const int sw = random_between(1, 2), sh = random_between(1, 3);
  const int height = random_between(3, MAX_SIDE), width = random_between(3, MAX_SIDE);
  const int top = random_between(0, 2), left = random_between(0, sw == 1 ? 2 : 1);
  /* As far as windows that still see a row, a column. */
  const int oh = random_between(1, (height - 1 + top) / sh + 1), ow = random_between(1, (width - 1 + left) / sw + 1);
  const int8_t zero_in = (int8_t)random_between(-128, 127), zero_out = (int8_t)random_between(-128, 127);
  const int8_t low = random_word() & 1u ? zero_out : -128;
  for (int i = 0; i < height * width * channels; i++) input[i] = any(extreme);
  for (int i = 0; i < (int)sizeof packed; i++) packed[i] = 0;
  for (int o = 0; o < outputs; o++) {
    own[o] = random_between(-20000, 20000);
    folded[o] = own[o];
    for (int tap = 0; tap < TAPS; tap++) {
      const int8_t w = any(extreme);
      weights[tap * outputs + o] = w;
      packed[12 * o + 4 * (tap % 3) + tap / 3] = w;
      folded[o] -= zero_in * w;
    }
    multiplier[o] = random_between(0x40000000, 0x7FFFFFFF);
    shift[o] = (int8_t)(rounding == GRAPES_ROUNDING_TFLITE ? random_between(-22, -1) : random_between(0, 12));
  }
  fast[oh * ow * outputs] = 77;
#define SHAPES(w, b, to)                                                                                             \
  input, (uint16_t)height, (uint16_t)width, (uint16_t)channels, w, b, multiplier, shift, to, (uint16_t)oh, (uint16_t)ow, \
      (uint16_t)outputs, 3, 3, (uint16_t)sh, (uint16_t)sw, 1, 1, (uint16_t)top, (uint16_t)left, zero_in, zero_out, low,  \
      127, rounding, NULL
  grapes_depthwise_conv_2d_s8_plain(SHAPES(weights, folded, plain));
  grapes_depthwise_conv_2d_s8_dsp(SHAPES(packed, own, fast));
  for (int i = 0; i < oh * ow * outputs; i++) CHECK(fast[i] == plain[i]);
  CHECK(fast[oh * ow * outputs] == 77);
}

/* Any window: up to 5 x 6 places, strides, dilations and multipliers up to 3. */
enum { MAX_WINDOW = 30, MAX_WIDE = 12, MAX_IMAGE = MAX_WIDE * MAX_WIDE * 6 };
static int8_t window_input[MAX_IMAGE], window_weights[MAX_WINDOW * 9], window_packed[9 * 2 * (MAX_WINDOW + 8)] GRAPES_WORD_ALIGNED;
static int8_t window_plain[4 * MAX_IMAGE], window_fast[4 * MAX_IMAGE + 1], way[MAX_OUT];
static int8_t scratch[GRAPES_DEPTHWISE_WINDOW_SCRATCH(MAX_WIDE + 3, 5, 6, 1, 3, 3, 3) + 12];

static void check_window(int n) {
  const int extreme = n % 3 == 0;
  const uint8_t rounding = n % 4 == 3 ? GRAPES_ROUNDING_SINGLE : GRAPES_ROUNDING_TFLITE;
  const int channels = random_between(1, 3), multiples = n % 2 ? 1 : random_between(1, 3), outputs = channels * multiples;
  const int kh = random_between(1, 5), kw = random_between(1, 6);
  const int sh = random_between(1, 3), sw = random_between(1, 3), dh = n % 5 ? 1 : random_between(1, 3);
  const int dw = n % 7 ? 1 : random_between(1, 3);
  const int height = random_between(1, MAX_WIDE), width = random_between(1, MAX_WIDE);
  const int top = random_between(0, (kh - 1) * dh), left = random_between(0, (kw - 1) * dw);
  const int oh = random_between(1, (height - 1 + top) / sh + 1), most_ow = (width - 1 + left) / sw + 1;
  const int ow = random_between(1, most_ow < MAX_WIDE + 3 ? most_ow : MAX_WIDE + 3);
  const int8_t zero_in = (int8_t)random_between(-128, 127), zero_out = (int8_t)random_between(-128, 127);
  const int8_t low = random_word() & 1u ? zero_out : -128;
  const int pairs = (kh + 1) / 2, taps = (pairs * kw + 1) / 2 * 2;
  const int bytes = GRAPES_DEPTHWISE_WINDOW_SCRATCH(ow, kh, kw, sh, sw, dh, dw);
  const int32_t most_bias = n % 8 == 1 ? 1000000000 : 20000;
  if (oh * ow * outputs > 4 * MAX_IMAGE) return;
  for (int i = 0; i < height * width * channels; i++) window_input[i] = any(extreme);
  memset(window_packed, 0, sizeof window_packed);
  for (int o = 0; o < outputs; o++) {
    folded[o] = random_between(-most_bias, most_bias);
    for (int place = 0; place < kh * kw; place++) {
      const int tap = place / kw / 2 * kw + place % kw;
      const int8_t w = window_weights[place * outputs + o] = any(extreme);
      window_packed[o * taps * 2 + tap / 2 * 4 + tap % 2 + place / kw % 2 * 2] = w;
    }
    multiplier[o] = random_between(0x40000000, 0x7FFFFFFF);
    draw_way(most_bias + 128 * 128 * kh * kw, rounding, shift + o, way + o);
  }
  int8_t *const room = scratch + random_between(0, 3);
  memset(scratch, n, sizeof scratch);
  memset(room + bytes, 55, 4);
  window_fast[oh * ow * outputs] = 77;
#define WINDOW(w, by, to, with)                                                                                       \
  window_input, (uint16_t)height, (uint16_t)width, (uint16_t)channels, w, folded, multiplier, by, to, (uint16_t)oh,    \
      (uint16_t)ow, (uint16_t)outputs, (uint16_t)kh, (uint16_t)kw, (uint16_t)sh, (uint16_t)sw, (uint16_t)dh,           \
      (uint16_t)dw, (uint16_t)top, (uint16_t)left, zero_in, zero_out, low, 127, rounding, with
  grapes_depthwise_conv_2d_s8_plain(WINDOW(window_weights, shift, window_plain, NULL));
  grapes_depthwise_conv_2d_s8_dsp_window(WINDOW(window_packed, way, window_fast, room));
  for (int i = 0; i < oh * ow * outputs; i++) CHECK(window_fast[i] == window_plain[i]);
  CHECK(window_fast[oh * ow * outputs] == 77);
  for (int i = 0; i < 4; i++) CHECK(room[bytes + i] == 55);
}

int main(void) {
  for (int n = 0; n < 1200; n++) check_window(n);
  for (int n = 0; n < 600; n++) check_layer(n);
  return verdict();
}
