/* kernels/mve's depthwise convolution against the plain one: run-time shapes, random values and values at the ends. */
#include "kernels/mve/depthwise_conv_2d_s8.h"
#include "kernels/plain/depthwise_conv_2d_s8.h"
#include "mve.h"

enum { MAX_SIDE = 9, MAX_WIDE = 40, MAX_IN = 50, MAX_OUT = 3 * MAX_IN, MAX_TAPS = 64, PLACES = MAX_SIDE * MAX_SIDE };

static int8_t input[PLACES * MAX_IN], weights[MAX_OUT * MAX_TAPS], packed[MAX_OUT * MAX_TAPS], shift[MAX_OUT];
static int32_t bias[MAX_OUT], multiplier[MAX_OUT];
static int8_t plain[PLACES * MAX_OUT], fast[PLACES * MAX_OUT + 1], scratch[6144];

static void check_layer(int n, int large) {
  const int extreme = n % 3 == 0;
  const uint8_t rounding = n % 4 == 3 ? GRAPES_ROUNDING_SINGLE : GRAPES_ROUNDING_TFLITE;
  const int three = n % 2 == 0 && !large, wide = n % 5 == 0;
  const int channels = random_between(1, wide ? 20 : MAX_IN), multiples = n % 7 == 0 ? random_between(2, 3) : 1;
  const int outputs = channels * multiples;
  const int kh = three ? 3 : large ? random_between(n % 5 == 3 ? 1 : 5, 8) : random_between(1, 4);
  const int kw = three ? 3 : large ? random_between(kh < 5 ? 5 : 1, 8) : random_between(1, 4), taps = kh * kw;
  const int dh = n % 11 == 0 ? 2 : 1, dw = n % 13 == 0 ? 2 : 1;
  const int sh = n % 4 < 2 ? 1 : random_between(1, 3), sw = n % 4 < 2 ? 1 : random_between(1, 3);
  const int height = wide ? 2 : random_between(1, MAX_SIDE), width = wide ? MAX_WIDE : random_between(1, MAX_SIDE);
  const int top = random_between(0, (kh - 1) * dh), left = random_between(0, (kw - 1) * dw);
  const int oh = (height + sh - 1) / sh, ow = (width + sw - 1) / sw;
  const int8_t zero_in = (int8_t)random_between(-128, 127);
  const int relu = n % 3 != 1;
  const int8_t zero_out = (int8_t)(relu && n % 2 == 0 ? -128 : random_between(-128, 127));
  const int8_t low = relu ? zero_out : -128;
  const int8_t high = (int8_t)(random_word() & 1u ? 127 : random_between(low, 127));
  for (int i = 0; i < height * width * channels; i++) input[i] = any(extreme, -128, 127);
  memset(packed, 0, sizeof packed);
  for (int o = 0; o < outputs; o++) {
    bias[o] = random_between(-5000, 5000);
    if (n % 6 == 0) {
      draw_ties(rounding, &multiplier[o], &shift[o]);
    } else {
      draw_scale(taps, rounding, &multiplier[o], &shift[o]);
    }
    for (int y = 0; y < kh; y++) {
      for (int x = 0; x < kw; x++) {
        const int8_t w = any(extreme, -128, 127);
        weights[(y * kw + x) * outputs + o] = w;
        packed[large ? ((o * ((kh + 3) / 4) + y / 4) * kw + x) * 4 + y % 4 : (o * kw + x) * kh + y] = w;
      }
    }
  }
  /* As much scratch as the exporter gives, guarded. */
  const int fours = kh <= 3 && kw <= 3 && sh == 1 && sw == 1 && dh == 1 && dw == 1;
  const uint32_t large_pixels =
      grapes_window_pixels_mve((uint32_t)channels, (uint32_t)ow, (uint32_t)kh, (uint32_t)kw, (uint32_t)sw, (uint32_t)dw);
  const uint32_t large_columns = grapes_window_columns_mve(large_pixels, (uint32_t)kw, (uint32_t)sw, (uint32_t)dw);
  const uint32_t large_block = grapes_window_block_mve((uint32_t)channels, large_columns, (uint32_t)kh);
  const uint32_t pixels = grapes_depthwise_pixels_mve((uint32_t)channels, (uint32_t)ow, (uint32_t)sw, (uint32_t)dw, fours);
  const uint32_t block = grapes_depthwise_block_mve((uint32_t)channels, (uint32_t)ow, (uint32_t)sw, (uint32_t)dw, fours);
  const uint32_t columns = grapes_depthwise_columns_mve(pixels, (uint32_t)sw, (uint32_t)dw, fours);
  const uint32_t room =
      large ? GRAPES_DEPTHWISE_WINDOW_MVE_SCRATCH(large_columns, large_block, GRAPES_WINDOW_PARTS_MVE((uint32_t)kh))
            : GRAPES_DEPTHWISE_CONV_2D_S8_MVE_SCRATCH(columns, block);
  CHECK(room + 4 < sizeof scratch);
  for (uint32_t i = 0; i < sizeof scratch; i++) scratch[i] = (int8_t)random_word();
  int8_t *const start = scratch + random_between(0, 3);
  start[room] = GUARD;
  fast[oh * ow * outputs] = GUARD;
#define SHAPES(w, to, place)                                                                                       \
  input, (uint16_t)height, (uint16_t)width, (uint16_t)channels, w, bias, multiplier, shift, to, (uint16_t)oh,       \
      (uint16_t)ow, (uint16_t)outputs, (uint16_t)kh, (uint16_t)kw, (uint16_t)sh, (uint16_t)sw, (uint16_t)dh,         \
      (uint16_t)dw, (uint16_t)top, (uint16_t)left, zero_in, zero_out, low, high, rounding, place
  grapes_depthwise_conv_2d_s8_plain(SHAPES(weights, plain, NULL));
  if (large) {
    grapes_depthwise_conv_2d_s8_mve_window(SHAPES(packed, fast, start));
  } else {
    grapes_depthwise_conv_2d_s8_mve(SHAPES(packed, fast, start));
  }
  CHECK(start[room] == GUARD);
  CHECK(fast[oh * ow * outputs] == GUARD);
  for (int i = 0; i < oh * ow * outputs; i++) CHECK(fast[i] == plain[i]);
}

int main(void) {
  for (int n = 0; n < 600; n++) check_layer(n, 0);
  for (int n = 0; n < 400; n++) check_layer(n, 1);
  return verdict();
}
