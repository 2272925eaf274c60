/*
 * kernels/dsp's layers of int16 activations against the plain ones with their 64-bit sums: run-time shapes, random values and
 * values at the ends of the range.
 */
#include <string.h>

#include "dsp.h"
#include "int16.h"
#include "kernels/dsp/conv_2d_s16.h"
#include "kernels/dsp/depthwise_conv_2d_s16.h"
#include "kernels/dsp/fully_connected_s16.h"
#include "kernels/plain/conv_2d_s16.h"
#include "kernels/plain/depthwise_conv_2d_s16.h"
#include "kernels/plain/fully_connected_s16.h"

enum { MAX_SIDE = 6, MAX_IN = 9, MAX_OUT = 7, MAX_TAPS = 9 * MAX_IN, MAX_INPUTS = 1400 };

static int16_t input[MAX_INPUTS] GRAPES_WORD_ALIGNED, plain[MAX_SIDE * MAX_SIDE * MAX_OUT];
static int16_t fast[MAX_SIDE * MAX_SIDE * MAX_OUT + 1];
static int8_t weights[MAX_OUT * MAX_INPUTS], packed[(MAX_OUT + 1) * (MAX_INPUTS + 3)] GRAPES_WORD_ALIGNED;
static int32_t bias[MAX_OUT], multiplier[MAX_OUT], scale[MAX_OUT];
static int8_t shift[MAX_OUT], way[MAX_OUT];
static int8_t scratch[GRAPES_CONV_2D_S16_DSP_SCRATCH(MAX_TAPS) + 4];
static unsigned long made[3], swept[2];

/* One weight's place in its row, by fours: 0, 2, 1, 3. */
static int place(int i) {
  return (i & ~3) + (i & 1) * 2 + ((i >> 1) & 1);
}

/* Numbers of `outputs` rows of `taps` weights for both kernels; gives what the fast one is told of rounding. */
static uint8_t draw_numbers(int n, int outputs, int taps, int common) {
  const int values = draw_values(n);
  const int wanted = n % 4;
  uint8_t rounding = wanted == 3 ? GRAPES_ROUNDING_TFLITE : wanted == 2 ? GRAPES_ROUNDING_WIDE : GRAPES_ROUNDING_SINGLE;
  int64_t most = 0;
  for (int o = 0; o < outputs; o++) {
    int64_t sum = 1000000;
    bias[o] = random_between(-1000000, 1000000);
    for (int i = 0; i < taps; i++) {
      const int w = weights[o * taps + i] = any_weight(values);
      sum += 32768 * (int64_t)(w < 0 ? -w : w);
    }
    if (sum > most) most = sum;
  }
  if (rounding == GRAPES_ROUNDING_TFLITE && most > INT32_MAX) rounding = GRAPES_ROUNDING_WIDE;
  for (int o = 0; o < outputs; o++) {
    if (common && o > 0) {
      multiplier[o] = multiplier[0];
      shift[o] = shift[0];
    } else if (rounding == GRAPES_ROUNDING_TFLITE) {
      multiplier[o] = random_between(0x40000000, 0x7FFFFFFF);
      draw_way(most, rounding, shift + o, way + o);
    } else {
      draw_wide(most, multiplier + o, shift + o);
    }
    scale[o] = multiplier[o];
    if (rounding != GRAPES_ROUNDING_TFLITE) way[o] = shift[o];
    if (common) way[o] = way[0];
  }
  if (rounding == GRAPES_ROUNDING_SINGLE) {
    for (int o = 0; o < outputs; o++) {
      if (!narrow(most, scale + o, way + o)) rounding = GRAPES_ROUNDING_WIDE;
    }
    if (rounding == GRAPES_ROUNDING_WIDE) {
      for (int o = 0; o < outputs; o++) {
        scale[o] = multiplier[o];
        way[o] = shift[o];
      }
    }
  }
  made[rounding]++;
  return rounding;
}

static uint8_t plain_rounding(uint8_t rounding) {
  return rounding == GRAPES_ROUNDING_TFLITE ? GRAPES_ROUNDING_TFLITE : GRAPES_ROUNDING_WIDE;
}

static int16_t draw_low(void) {
  const uint32_t which = random_word() % 3u;
  return which == 0 ? INT16_MIN : which == 1 ? 0 : -1000;
}

static void check_convolution(int n) {
  const int pointwise = n % 5 < 2;
  const int channels = random_between(1, MAX_IN), outputs = random_between(1, MAX_OUT);
  const int kh = pointwise ? 1 : random_between(1, 3), kw = pointwise ? 1 : random_between(1, 3);
  const int dh = n % 7 == 0 ? 2 : 1, dw = n % 7 == 1 ? 2 : 1;
  const int sh = random_between(1, 2), sw = random_between(1, 2);
  const int height = random_between(1, MAX_SIDE), width = random_between(1, MAX_SIDE);
  const int top = pointwise ? 0 : random_between(0, (kh - 1) * dh), left = pointwise ? 0 : random_between(0, (kw - 1) * dw);
  const int oh = (height + sh - 1) / sh, ow = (width + sw - 1) / sw;
  const int taps = kh * kw * channels, padded = (taps + 3) / 4 * 4;
  const int16_t low = draw_low();
  const uint8_t rounding = draw_numbers(n, outputs, taps, 0);
  for (int i = 0; i < height * width * channels; i++) input[i] = any_s16(draw_values(n));
  memset(packed, 0, sizeof packed);
  for (int o = 0; o < outputs; o++) {
    for (int i = 0; i < taps; i++) {
      packed[o / 2 * 2 * padded + i / 4 * 8 + o % 2 * 4 + place(i) % 4] = weights[o * taps + i];
    }
  }
  fast[oh * ow * outputs] = 77;
  for (int i = 0; i < (int)sizeof scratch; i++) scratch[i] = (int8_t)random_word();
#define SHAPES(w, m, by, to, how, room)                                                                                   \
  input, (uint16_t)height, (uint16_t)width, (uint16_t)channels, w, bias, m, by, to, (uint16_t)oh, (uint16_t)ow,           \
      (uint16_t)outputs, (uint16_t)kh, (uint16_t)kw, (uint16_t)sh, (uint16_t)sw, (uint16_t)dh, (uint16_t)dw,              \
      (uint16_t)top, (uint16_t)left, low, INT16_MAX, how, room
  grapes_conv_2d_s16_plain(SHAPES(weights, multiplier, shift, plain, plain_rounding(rounding), NULL));
  grapes_conv_2d_s16_dsp(SHAPES(packed, scale, way, fast, rounding, scratch + random_between(0, 3)));
#undef SHAPES
  for (int i = 0; i < oh * ow * outputs; i++) CHECK(fast[i] == plain[i]);
  CHECK(fast[oh * ow * outputs] == 77);
}

static int place_in_lines(int tap, int taps, int o, int ky) {
  return 2 * (o * taps + (tap & ~1)) + (tap & 1) + 2 * (ky & 1);
}

/* 3x3 windows swept where that kernel takes them, all others through lines of words. */
static void check_depthwise(int n) {
  const int sweep = n % 2;
  const int channels = random_between(1, 4), multiples = n % 5 == 0 ? 2 : 1, outputs = channels * multiples;
  if (outputs > MAX_OUT) return;
  const int kh = sweep ? 3 : random_between(1, 5), kw = sweep ? 3 : random_between(1, 5);
  const int dh = sweep ? 1 : random_between(1, 2), dw = sweep ? 1 : random_between(1, 2);
  const int sh = random_between(1, 3), sw = random_between(1, sweep ? 2 : 3);
  const int height = random_between(sweep ? 3 : 1, MAX_SIDE), width = random_between(sweep ? 3 : 1, MAX_SIDE);
  const int top = random_between(0, sweep ? 2 : (kh - 1) * dh), left = random_between(0, sweep ? (sw == 1 ? 2 : 1) : (kw - 1) * dw);
  const int oh = (height + top - 1) / sh + 1, ow = (width + left - 1) / sw + 1;
  if (oh > MAX_SIDE || ow > MAX_SIDE) return;
  const int taps = kh * kw, pairs = ((kh + 1) / 2 * kw + 1) / 2 * 2;
  const int16_t low = draw_low();
  if (draw_numbers(n % 3, outputs, taps, 0) != GRAPES_ROUNDING_SINGLE) return;
  for (int i = 0; i < height * width * channels; i++) input[i] = any_s16(draw_values(n));
  memset(packed, 0, sizeof packed);
  for (int o = 0; o < outputs; o++) {
    for (int ky = 0; ky < kh; ky++) {
      for (int kx = 0; kx < kw; kx++) {
        const int8_t w = weights[(ky * kw + kx) * outputs + o];
        packed[sweep ? 12 * o + 4 * kx + ky : place_in_lines((ky >> 1) * kw + kx, pairs, o, ky)] = w;
      }
    }
  }
  fast[oh * ow * outputs] = 77;
#define SHAPES(w, m, by, to, how, room)                                                                                   \
  input, (uint16_t)height, (uint16_t)width, (uint16_t)channels, w, bias, m, by, to, (uint16_t)oh, (uint16_t)ow,           \
      (uint16_t)outputs, (uint16_t)kh, (uint16_t)kw, (uint16_t)sh, (uint16_t)sw, (uint16_t)dh, (uint16_t)dw,              \
      (uint16_t)top, (uint16_t)left, low, INT16_MAX, how, room
  grapes_depthwise_conv_2d_s16_plain(SHAPES(weights, multiplier, shift, plain, GRAPES_ROUNDING_WIDE, NULL));
  if (sweep) {
    grapes_depthwise_conv_2d_s16_dsp(SHAPES(packed, scale, way, fast, GRAPES_ROUNDING_SINGLE, NULL));
  } else {
    static int8_t lines[2000];
    const int from = random_between(0, 3), bytes = GRAPES_DEPTHWISE_WINDOW_SCRATCH(ow, kh, kw, sh, sw, dh, dw);
    CHECK(from + bytes < (int)sizeof lines);
    for (int i = 0; i < (int)sizeof lines; i++) lines[i] = 77;
    grapes_depthwise_conv_2d_s16_dsp_window(SHAPES(packed, scale, way, fast, GRAPES_ROUNDING_SINGLE, lines + from));
    for (int i = from + bytes; i < (int)sizeof lines; i++) CHECK(lines[i] == 77);
  }
#undef SHAPES
  for (int i = 0; i < oh * ow * outputs; i++) CHECK(fast[i] == plain[i]);
  CHECK(fast[oh * ow * outputs] == 77);
  swept[sweep]++;
}

static void check_dense(int n) {
  const int inputs = n % 4 == 2 ? random_between(600, MAX_INPUTS) : random_between(1, 80);
  const int outputs = random_between(1, MAX_OUT), padded = (inputs + 3) / 4 * 4, blocked = outputs & ~3;
  const int common = n % 5 == 0;
  const int16_t low = draw_low();
  const uint8_t rounding = draw_numbers(n, outputs, inputs, common);
  for (int i = 0; i < inputs; i++) input[i] = any_s16(draw_values(n));
  memset(packed, 0, sizeof packed);
  for (int o = 0; o < outputs; o++) {
    for (int i = 0; i < inputs; i++) {
      const int at = o < blocked ? (o & ~3) * padded + (i & ~3) * 4 + (o & 3) * 4 + place(i) % 4 : o * padded + place(i);
      packed[at] = weights[o * inputs + i];
    }
  }
  fast[outputs] = 77;
  grapes_fully_connected_s16_plain(input, (uint16_t)inputs, weights, bias, multiplier, shift, !common, plain,
                                   (uint16_t)outputs, low, INT16_MAX, plain_rounding(rounding), NULL);
  grapes_fully_connected_s16_dsp(input, (uint16_t)inputs, packed, bias, scale, way, !common, fast, (uint16_t)outputs, low,
                                 INT16_MAX, rounding, NULL);
  for (int o = 0; o < outputs; o++) CHECK(fast[o] == plain[o]);
  CHECK(fast[outputs] == 77);
}

int main(void) {
  for (int n = 0; n < 600; n++) check_convolution(n);
  for (int n = 0; n < 300; n++) check_dense(n);
  for (int n = 0; n < 900; n++) check_depthwise(n);
  CHECK(swept[0] > 100 && swept[1] > 100);
  for (int k = 0; k < 3; k++) CHECK(made[k] > 100);
  return verdict();
}
