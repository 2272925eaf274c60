/* kernels/dsp's convolutions against the plain one: run-time shapes, random values and values at the ends of the range. */
#include "check.h"
#include "dsp.h"
#include "kernels/dsp/conv_2d_s8.h"
#include "kernels/plain/conv_2d_s8.h"

enum { MAX_SIDE = 7, MAX_IN = 17, MAX_OUT = 11, MAX_KERNEL = 3, MAX_TAPS = MAX_KERNEL * MAX_KERNEL * MAX_IN };

static int8_t way[MAX_OUT];
static int8_t input[MAX_SIDE * MAX_SIDE * MAX_IN], weights[MAX_OUT * MAX_TAPS], shift[MAX_OUT];
static int8_t packed[(MAX_OUT + 1) * (MAX_TAPS + 3)] GRAPES_WORD_ALIGNED;
static int32_t bias[MAX_OUT], packed_bias[MAX_OUT], multiplier[MAX_OUT];
static int8_t plain[MAX_SIDE * MAX_SIDE * MAX_OUT], fast[MAX_SIDE * MAX_SIDE * MAX_OUT + 1];
static int8_t scratch[GRAPES_CONV_2D_S8_DSP_SCRATCH(MAX_TAPS) + 4];

static int8_t any(int extreme, int low, int high) {
  return (int8_t)(extreme ? (random_word() & 1u ? low : high) : random_between(low, high));
}

/* The layout that kernels/dsp describes, written down a second time. */
static void pack_wide_channel(int o, int taps) {
  const int padded = (taps + 3) / 4 * 4;
  for (int i = 0; i < taps; i++) packed[o / 2 * 2 * padded + i / 4 * 8 + o % 2 * 4 + i % 4] = weights[o * taps + i];
}

static void pack_channel(int o, int taps) {
  const int padded = (taps + 3) / 4 * 4;
  int32_t even_sum = 0;
  for (int i = 0; i < padded; i++) {
    const int value = i < taps ? weights[o * taps + i] : 0;
    const int before = i % 2 == 1 && i <= taps ? weights[o * taps + i - 1] : 0;
    packed[o / 2 * 2 * padded + i / 4 * 8 + o % 2 * 4 + i % 4] = (int8_t)(i % 2 == 1 && before < 0 ? value - 1 : value);
    if (i % 2 == 0) even_sum += value;
  }
  packed_bias[o] = (int32_t)((uint32_t)bias[o] * 256u - 127u * (uint32_t)even_sum);
}

static void check_layer(int n, int wide) {
  const int extreme = n % 3 == 0;
  const uint8_t rounding = n % 4 == 3 ? GRAPES_ROUNDING_SINGLE : GRAPES_ROUNDING_TFLITE;
  const int channels = random_between(1, MAX_IN), outputs = random_between(1, MAX_OUT);
  const int pointwise = n % 5 < 2;
  const int kh = pointwise ? 1 : random_between(1, MAX_KERNEL), kw = pointwise ? 1 : random_between(1, MAX_KERNEL);
  const int dh = n % 7 == 0 ? 2 : 1, dw = n % 7 == 1 ? 2 : 1;
  const int sh = random_between(1, 2), sw = random_between(1, 2);
  const int height = random_between(1, MAX_SIDE), width = random_between(1, MAX_SIDE);
  const int top = pointwise ? 0 : random_between(0, (kh - 1) * dh), left = pointwise ? 0 : random_between(0, (kw - 1) * dw);
  const int oh = (height + sh - 1) / sh, ow = (width + sw - 1) / sw;
  const int taps = kh * kw * channels;
  const int8_t zero_in = (int8_t)random_between(-128, 127), zero_out = (int8_t)random_between(-128, 127);
  const int8_t low = random_word() & 1u ? zero_out : -128;
  for (int i = 0; i < height * width * channels; i++) input[i] = any(extreme, -128, 127);
  for (int i = 0; i < (int)sizeof packed; i++) packed[i] = 0;
  for (int o = 0; o < outputs; o++) {
    const int32_t most_bias = wide && n % 8 == 5 ? 1000000000 : 20000;
    bias[o] = random_between(-most_bias, most_bias);
    for (int i = 0; i < taps; i++) weights[o * taps + i] = any(extreme, wide ? -128 : -127, 127);
    multiplier[o] = random_between(0x40000000, 0x7FFFFFFF);
    if (wide) {
      pack_wide_channel(o, taps);
      draw_way(most_bias + 128 * 128 * taps, rounding, shift + o, way + o);
    } else {
      pack_channel(o, taps);
      shift[o] = (int8_t)(rounding == GRAPES_ROUNDING_TFLITE ? random_between(-22, -1) : random_between(0, 8));
    }
  }
  fast[oh * ow * outputs] = 77;
  for (int i = 0; i < (int)sizeof scratch; i++) scratch[i] = (int8_t)random_word();
#define SHAPES(w, b, by, to, room)                                                                                        \
  input, (uint16_t)height, (uint16_t)width, (uint16_t)channels, w, b, multiplier, by, to, (uint16_t)oh, (uint16_t)ow, \
      (uint16_t)outputs, (uint16_t)kh, (uint16_t)kw, (uint16_t)sh, (uint16_t)sw, (uint16_t)dh, (uint16_t)dw,            \
      (uint16_t)top, (uint16_t)left, zero_in, zero_out, low, 127, rounding, room
  grapes_conv_2d_s8_plain(SHAPES(weights, bias, shift, plain, NULL));
  if (wide) {
    grapes_conv_2d_s8_dsp_wide(SHAPES(packed, bias, way, fast, scratch + random_between(0, 3)));
  } else {
    grapes_conv_2d_s8_dsp(SHAPES(packed, packed_bias, shift, fast, scratch + random_between(0, 3)));
  }
  for (int i = 0; i < oh * ow * outputs; i++) CHECK(fast[i] == plain[i]);
  CHECK(fast[oh * ow * outputs] == 77);
}

int main(void) {
  for (int n = 0; n < 800; n++) check_layer(n, n % 2);
  return verdict();
}
