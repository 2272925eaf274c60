/* kernels/mve's convolution against the plain one: run-time shapes, random values and values at the ends of the range. */
#include "kernels/mve/conv_2d_s8.h"
#include "kernels/plain/conv_2d_s8.h"
#include "mve.h"

enum { MAX_SIDE = 9, MAX_IN = 37, MAX_OUT = 11, ROWS = 12, MAX_KERNEL = 4, MAX_TAPS = MAX_KERNEL * MAX_KERNEL * MAX_IN };

static int8_t input[MAX_SIDE * MAX_SIDE * MAX_IN], weights[MAX_OUT * MAX_TAPS], ordered[MAX_OUT * MAX_TAPS];
static int8_t packed[ROWS * MAX_TAPS + 16], shift[ROWS];
static int32_t bias[ROWS], multiplier[ROWS];
static int8_t plain[MAX_SIDE * MAX_SIDE * MAX_OUT], fast[MAX_SIDE * MAX_SIDE * MAX_OUT + 1];
static int8_t scratch[MAX_TAPS * MAX_KERNEL + 16];

static void check_layer(int n) {
  const int extreme = n % 3 == 0;
  const uint8_t rounding = n % 4 == 3 ? GRAPES_ROUNDING_SINGLE : GRAPES_ROUNDING_TFLITE;
  const int channels = random_between(1, n % 2 == 0 ? MAX_IN : 4), outputs = random_between(1, MAX_OUT);
  const int pointwise = n % 5 < 2;
  const int kh = pointwise ? 1 : random_between(1, MAX_KERNEL), kw = pointwise ? 1 : random_between(1, MAX_KERNEL);
  const int dh = n % 7 == 0 ? 2 : 1, dw = n % 5 == 4 ? random_between(2, 3) : 1, apart = dw > 1 && kw > 1;
  const int sh = random_between(1, 3), sw = random_between(1, 3);
  const int height = random_between(1, MAX_SIDE), width = random_between(1, MAX_SIDE);
  const int valid = !pointwise && n % 2 == 0 && height > (kh - 1) * dh && width > (kw - 1) * dw;
  const int top = valid || pointwise ? 0 : random_between(0, (kh - 1) * dh), left = valid || pointwise ? 0 : random_between(0, (kw - 1) * dw);
  const int oh = valid ? (height - (kh - 1) * dh - 1) / sh + 1 : (height + sh - 1) / sh;
  const int ow = valid ? (width - (kw - 1) * dw - 1) / sw + 1 : (width + sw - 1) / sw;
  const int taps = kh * kw * channels;
  const int in_place = !apart && kh == 1 && top == 0 && left == 0 && (ow - 1) * sw + kw <= width;
  const int by_column = (kw * channels > 16 || apart) && !in_place, shared = by_column && !apart;
  const int8_t zero_in = (int8_t)random_between(-128, 127), zero_out = (int8_t)random_between(-128, 127);
  const int8_t low = random_word() & 1u ? zero_out : -128;
  const int8_t high = (int8_t)(random_word() & 1u ? 127 : random_between(low, 127));
  for (int i = 0; i < height * width * channels; i++) input[i] = any(extreme, -128, 127);
  memset(bias, 0, sizeof bias);
  memset(multiplier, 0, sizeof multiplier);
  memset(shift, 0, sizeof shift);
  for (int o = 0; o < outputs; o++) {
    bias[o] = random_between(-10000, 10000);
    if (n % 6 == 0) {
      draw_ties(rounding, &multiplier[o], &shift[o]);
    } else {
      draw_scale(taps, rounding, &multiplier[o], &shift[o]);
    }
    for (int y = 0; y < kh; y++) {
      for (int x = 0; x < kw; x++) {
        for (int c = 0; c < channels; c++) {
          const int8_t w = any(extreme, -128, 127);
          weights[o * taps + (y * kw + x) * channels + c] = w;
          ordered[o * taps + (by_column ? x * kh + y : y * kw + x) * channels + c] = w;
        }
      }
    }
  }
  pack_rows(ordered, taps, outputs, packed);
  for (int i = 0; i < (int)sizeof scratch; i++) scratch[i] = (int8_t)random_word();
  fast[oh * ow * outputs] = GUARD;
#define SHAPES(w, to, room)                                                                                        \
  input, (uint16_t)height, (uint16_t)width, (uint16_t)channels, w, bias, multiplier, shift, to, (uint16_t)oh,       \
      (uint16_t)ow, (uint16_t)outputs, (uint16_t)kh, (uint16_t)kw, (uint16_t)sh, (uint16_t)sw, (uint16_t)dh, (uint16_t)dw,    \
      (uint16_t)top, (uint16_t)left, zero_in, zero_out, low, high, rounding, room
  grapes_conv_2d_s8_plain(SHAPES(weights, plain, NULL));
  /* As much scratch as the exporter gives, guarded. */
  const int part = kh * channels * (shared ? 1 : kw), parts = 1024 / part;
  int pixels = shared ? (parts < kw ? 0 : (parts - kw) / sw + 1) : parts;
  pixels = pixels < 2 ? 2 : pixels;
  pixels = pixels < ow ? pixels : ow;
  const int room = in_place ? 0 : part * (shared ? (pixels - 1) * sw + kw : pixels);
  CHECK(room + 3 < (int)sizeof scratch);
  int8_t *const start = scratch + random_between(0, 3);
  start[room] = GUARD;
  if (apart) {
    grapes_conv_2d_s8_mve_apart(SHAPES(packed, fast, start));
  } else {
    grapes_conv_2d_s8_mve(SHAPES(packed, fast, start));
  }
  CHECK(start[room] == GUARD);
  CHECK(fast[oh * ow * outputs] == GUARD);
  for (int i = 0; i < oh * ow * outputs; i++) CHECK(fast[i] == plain[i]);
}

int main(void) {
  for (int n = 0; n < 800; n++) check_layer(n);
  return verdict();
}
