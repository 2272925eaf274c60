/*
 * The kernels of one set that is built on kernels/scalar, against the plain ones: run-time shapes, values and weights at
 * the ends of their ranges, both roundings. Include it where KERNEL(op, suffix)
 * names the set's function.
 */
#include <string.h>

#include "check.h"
#include "kernels/plain/conv_2d_s8.h"
#include "kernels/plain/depthwise_conv_2d_s8.h"
#include "kernels/plain/fully_connected_s8.h"

enum { MAX_IMAGE = 5000, MAX_TAPS = 3 * 3 * 40, MAX_OUT = 9, MAX_WEIGHTS = 300 * 12, GUARD = 91 };

static int8_t input[MAX_IMAGE], weights[MAX_WEIGHTS + MAX_TAPS * MAX_OUT], shift[300], prepared_shift[300];
static int8_t packed[2 * (MAX_WEIGHTS + MAX_TAPS * MAX_OUT)] GRAPES_WORD_ALIGNED;
static int32_t bias[300], prepared_bias[300], multiplier[300];
static int8_t expected[MAX_IMAGE], actual[MAX_IMAGE + 1], scratch[4096];
static uint8_t rounding;
static int8_t zero_point, clamp_min, clamp_max;

static int8_t drawn(int low, int high, int extreme) {
  if (extreme) return (int8_t)(random_word() & 1u ? low : high);
  return (int8_t)random_between(low, high);
}

static void draw_layer(int inputs, int count, int channels) {
  const int extreme = (int)(random_word() % 3u);
  rounding = random_word() % 3u == 0 ? GRAPES_ROUNDING_SINGLE : GRAPES_ROUNDING_TFLITE;
  for (int i = 0; i < inputs; i++) input[i] = extreme == 2 ? -128 : drawn(-128, 127, extreme);
  for (int i = 0; i < count; i++) weights[i] = extreme == 2 ? (int8_t)(i & 1 ? 127 : -127) : drawn(-127, 127, extreme);
  if (random_word() & 1u) {
    for (int i = 0; i < count; i++) weights[i] = (int8_t)(extreme ? 127 : weights[i]);
  }
  for (int o = 0; o < channels; o++) {
    bias[o] = random_between(-100000, 100000);
    multiplier[o] = random_between(0x40000000, 0x7FFFFFFF);
    shift[o] = (int8_t)(rounding == GRAPES_ROUNDING_TFLITE ? -random_between(1, 22) : random_between(0, 5));
  }
  zero_point = drawn(-128, 127, (int)(random_word() & 1u));
  clamp_min = (int8_t)(random_word() & 1u ? zero_point : -128);
  clamp_max = (int8_t)(random_word() & 1u ? 127 : random_between(clamp_min, 127));
}

/* kernels/scalar/scale.h, written down a second time. */
static void prepare(int channels) {
  for (int o = 0; o < channels; o++) {
    prepared_bias[o] = rounding == GRAPES_ROUNDING_TFLITE ? 2 * bias[o] : bias[o];
    prepared_shift[o] = (int8_t)(rounding == GRAPES_ROUNDING_TFLITE ? -shift[o] - 1 : shift[o]);
  }
}

/* Room for `bytes`, at any alignment, with guards behind. */
static int8_t *guarded(int bytes) {
  int8_t *const start = scratch + random_between(0, 3);
  memset(start + bytes, GUARD, 8);
  return start;
}

static void check_result(const int8_t *room, int bytes, int count) {
  int equal = 1;
  for (int k = 0; k < 8; k++) equal &= room[bytes + k] == GUARD;
  CHECK(equal);
  CHECK(memcmp(expected, actual, (size_t)count) == 0);
  CHECK(actual[count] == GUARD);
}

static int window_size(int in, int kernel, int stride, int dilation, int before) {
  const int padded = in + 2 * before - (kernel - 1) * dilation;
  return padded < 1 ? 0 : (padded - 1) / stride + 1;
}

static void check_convolution(int height, int width, int in_channels, int out_channels, int kernel_height,
                              int kernel_width, int stride, int dilation, int pad) {
  const int taps = kernel_height * kernel_width * in_channels;
  const int out_height = window_size(height, kernel_height, stride, dilation, pad);
  const int out_width = window_size(width, kernel_width, stride, dilation, pad);
  if (out_height == 0 || out_width == 0) return;
  draw_layer(height * width * in_channels, taps * out_channels, out_channels);
  prepare(out_channels);
  int at = 0;
  for (int first = 0; first < taps; first += 64) {
    const int end = first + 64 < taps ? first + 64 : (taps + 3) / 4 * 4;
    for (int o = 0; o < out_channels; o += 4) {
      for (int i = first; i < end; i++) {
        for (int k = o; k < o + 4; k++) {
          packed[at++] = (int8_t)(i < taps ? weights[(k < out_channels ? k : out_channels - 1) * taps + i] : 0);
        }
      }
    }
  }
  const int count = out_height * out_width * out_channels;
  const int bytes = GRAPES_CONV_2D_S8_SCALAR_SCRATCH(taps, in_channels, out_channels);
  int8_t *const room = guarded(bytes);
  const int8_t from = drawn(-128, 127, 0);
  actual[count] = GUARD;
#define SHAPE                                                                                                          \
  (uint16_t)out_height, (uint16_t)out_width, (uint16_t)out_channels, (uint16_t)kernel_height, (uint16_t)kernel_width, \
      (uint16_t)stride, (uint16_t)stride, (uint16_t)dilation, (uint16_t)dilation, (uint16_t)pad, (uint16_t)pad, from,  \
      zero_point, clamp_min, clamp_max, rounding
  grapes_conv_2d_s8_plain(input, (uint16_t)height, (uint16_t)width, (uint16_t)in_channels, weights, bias, multiplier,
                          shift, expected, SHAPE, NULL);
  KERNEL(conv_2d_s8, )
  (input, (uint16_t)height, (uint16_t)width, (uint16_t)in_channels, packed, prepared_bias, multiplier, prepared_shift,
   actual, SHAPE, room);
  check_result(room, bytes, count);
}

static void check_depthwise(int height, int width, int channels, int stride, int pad) {
  const int out_height = window_size(height, 3, stride, 1, pad), out_width = window_size(width, 3, stride, 1, pad);
  const int in_channels = channels, out_channels = channels, kernel_height = 3, kernel_width = 3, dilation = 1;
  if (out_height == 0 || out_width == 0) return;
  draw_layer(height * width * channels, 9 * channels, channels);
  prepare(channels);
  for (int c = 0; c < channels; c++) {
    for (int tap = 0; tap < 9; tap++) packed[9 * c + tap] = weights[tap * channels + c];
  }
  const int count = out_height * out_width * channels;
  const int bytes = GRAPES_DEPTHWISE_CONV_2D_S8_SCALAR_SCRATCH(width, channels, out_width, stride);
  int8_t *const room = guarded(bytes);
  const int8_t from = drawn(-128, 127, 0);
  actual[count] = GUARD;
  grapes_depthwise_conv_2d_s8_plain(input, (uint16_t)height, (uint16_t)width, (uint16_t)in_channels, weights, bias,
                                    multiplier, shift, expected, SHAPE, NULL);
  KERNEL(depthwise_conv_2d_s8, )
  (input, (uint16_t)height, (uint16_t)width, (uint16_t)in_channels, packed, prepared_bias, multiplier, prepared_shift,
   actual, SHAPE, room);
  check_result(room, bytes, count);
}

/* Any window: strides or dilations, multipliers, one group of outputs read in place; `any`: any multiplier and shift. */
static void check_depthwise_window(int n) {
  const int in_channels = random_between(1, 5), multiples = n % 3 == 0 ? random_between(1, 3) : 1;
  const int out_channels = in_channels * multiples, dilated = n % 4 == 0, whole = n % 5 == 0, any = n % 3 == 1;
  const int kernel_height = random_between(1, 7), kernel_width = random_between(1, 7);
  const int stride_height = dilated ? 1 : random_between(1, 3), stride_width = dilated ? 1 : random_between(1, 3);
  const int dilation_height = dilated ? random_between(1, 3) : 1, dilation_width = dilated ? random_between(1, 3) : 1;
  const int pad_top = whole ? 0 : random_between(0, (kernel_height - 1) * dilation_height);
  const int pad_left = whole ? 0 : random_between(0, (kernel_width - 1) * dilation_width);
  const int height = whole ? kernel_height : random_between(1, 12);
  const int width = whole ? kernel_width + random_between(0, 3) : random_between(1, 14);
  const int out_height = whole ? 1 : random_between(1, (height - 1 + pad_top) / stride_height + 1);
  const int out_width =
      whole ? (width - kernel_width) / stride_width + 1 : random_between(1, (width - 1 + pad_left) / stride_width + 1);
  const int taps = kernel_height * kernel_width, count = out_height * out_width * out_channels;
  if (count > MAX_IMAGE) return;
  draw_layer(height * width * in_channels, taps * out_channels, out_channels);
  if (any && rounding == GRAPES_ROUNDING_TFLITE) {
    for (int o = 0; o < out_channels; o++) shift[o] = (int8_t)random_between(-30, 6);
  }
  prepare(out_channels);
  for (int o = 0; o < out_channels; o++) {
    for (int tap = 0; tap < taps; tap++) packed[taps * o + tap] = weights[tap * out_channels + o];
  }
  const int in_place =
      GRAPES_WINDOW_IN_PLACE_SCALAR(height, width, out_height, out_width, kernel_height, kernel_width, stride_width,
                                    dilation_height, dilation_width, pad_top, pad_left);
  const int bytes = in_place ? 0
                             : GRAPES_DEPTHWISE_WINDOW_SCALAR_SCRATCH(out_height, out_width, kernel_height, kernel_width,
                                                                      stride_height, stride_width, dilation_height,
                                                                      dilation_width);
  int8_t *const room = guarded(bytes);
  const int8_t from = drawn(-128, 127, 0);
  actual[count] = GUARD;
#define WINDOW(w, b, s, to, with)                                                                                      \
  input, (uint16_t)height, (uint16_t)width, (uint16_t)in_channels, w, b, multiplier, s, to, (uint16_t)out_height,       \
      (uint16_t)out_width, (uint16_t)out_channels, (uint16_t)kernel_height, (uint16_t)kernel_width,                     \
      (uint16_t)stride_height, (uint16_t)stride_width, (uint16_t)dilation_height, (uint16_t)dilation_width,             \
      (uint16_t)pad_top, (uint16_t)pad_left, from, zero_point, clamp_min, clamp_max, rounding, with
  grapes_depthwise_conv_2d_s8_plain(WINDOW(weights, bias, shift, expected, NULL));
  if (any) {
    KERNEL(depthwise_conv_2d_s8, _window_any)(WINDOW(packed, bias, shift, actual, room));
  } else {
    KERNEL(depthwise_conv_2d_s8, _window)(WINDOW(packed, prepared_bias, prepared_shift, actual, room));
  }
  check_result(room, bytes, count);
}

/* Packs `weights` and corrects `prepared_bias`; gives the scratch bytes. */
static int pack_rows(int inputs, int outputs);

static void check_dense(int inputs, int outputs) {
  draw_layer(inputs, inputs * outputs, outputs);
  for (int o = 0; o < outputs; o++) {
    /* Long rows at the ends of the range: as large as the sums may be. */
    if (rounding == GRAPES_ROUNDING_SINGLE) shift[o] = (int8_t)random_between(0, 3);
  }
  const uint8_t per_row = (uint8_t)(random_word() & 1u);
  prepare(outputs);
  const int bytes = pack_rows(inputs, outputs);
  int8_t *const room = guarded(bytes);
  actual[outputs] = GUARD;
  grapes_fully_connected_s8_plain(input, (uint16_t)inputs, weights, bias, multiplier, shift, per_row, expected,
                                  (uint16_t)outputs, zero_point, clamp_min, clamp_max, rounding, NULL);
  KERNEL(fully_connected_s8, )
  (input, (uint16_t)inputs, packed, prepared_bias, multiplier, prepared_shift, per_row, actual, (uint16_t)outputs, zero_point,
   clamp_min, clamp_max, rounding, room);
  check_result(room, bytes, outputs);
  for (int n = 0; n < 20; n++) {
    const uint16_t o = (uint16_t)random_between(0, outputs - 1), i = (uint16_t)random_between(0, inputs - 1);
    CHECK(KERNEL(fully_connected_weight, )(packed, (uint16_t)inputs, (uint16_t)outputs, o, i) == weights[o * inputs + i]);
  }
}

static int check_kernels(void) {
  for (int n = 0; n < 600; n++) {
    const int dilation = random_between(0, 4) == 0 ? 2 : 1;
    check_convolution(random_between(1, 9), random_between(1, 9), random_between(1, n % 4 == 0 ? 40 : 7),
                      random_between(1, MAX_OUT), random_between(1, 3), random_between(1, 3), random_between(1, 2),
                      dilation, random_between(0, 1));
    check_depthwise(random_between(1, 9), random_between(1, n % 2 == 0 ? 30 : 9), random_between(1, 13), random_between(1, 2),
                    random_between(0, 2));
    check_depthwise_window(n);
    check_dense(random_between(1, n % 3 == 0 ? 300 : 40), random_between(1, 12));
  }
  /* Sums at the very end of what a chunk holds. */
  for (int n = 0; n < 20; n++) check_convolution(2, 3, 32 * random_between(1, 2), 4, 1, 1, 1, 1, 0);
  check_dense(1, 1);
  return verdict();
}
