/* kernels/armv6m's fully connected layer against the plain one, and its weights read back. */
#include "armv6m.h"
#include "kernels/armv6m/fully_connected_s8.h"
#include "kernels/plain/fully_connected_s8.h"

enum { MAX_INPUTS = 70, MAX_OUTPUTS = 21, MAX_PADDED = 72 };

static int8_t input[MAX_INPUTS], weights[MAX_OUTPUTS * MAX_INPUTS], shift[MAX_OUTPUTS], packed_by[MAX_OUTPUTS];
static int8_t packed[MAX_OUTPUTS * MAX_PADDED];
static int32_t bias[MAX_OUTPUTS], packed_bias[MAX_OUTPUTS], multiplier[MAX_OUTPUTS];
static int8_t plain[MAX_OUTPUTS], fast[MAX_OUTPUTS + 1];
static int8_t scratch[GRAPES_FULLY_CONNECTED_S8_ARMV6M_SCRATCH(MAX_INPUTS) + 3];

static void check_layer(int n) {
  const int extreme = n % 3 == 0, inputs = random_between(1, MAX_INPUTS), outputs = random_between(1, MAX_OUTPUTS);
  const int padded = (inputs + 7) / 8 * 8;
  const uint8_t rounding = n % 4 == 3 ? GRAPES_ROUNDING_SINGLE : GRAPES_ROUNDING_TFLITE;
  const uint8_t per_row = n % 5 != 0;
  const int8_t zero_point = (int8_t)random_between(-128, 127);
  const int8_t low = random_word() & 1u ? zero_point : -128;
  for (int i = 0; i < inputs; i++) input[i] = (int8_t)(extreme ? (random_word() & 1u ? -128 : 127) : random_between(-128, 127));
  for (int o = 0; o < outputs; o++) {
    int32_t sum = 0;
    bias[o] = random_between(-100000, 100000);
    int64_t lowest = bias[o], highest = bias[o];
    for (int i = 0; i < inputs; i++) {
      const int8_t w = (int8_t)(extreme ? (random_word() & 1u ? -128 : 127) : random_between(-128, 127));
      const int at = o < outputs / 4 * 4 ? o / 4 * 4 * padded + 4 * i + o % 4 : o * padded + i;
      weights[o * inputs + i] = w;
      packed[at] = (int8_t)(w + 128);
      sum += w;
      widen_range(&lowest, &highest, w);
    }
    packed_bias[o] = bias[o] - 128 * sum;
    random_scale(lowest, highest, rounding, &multiplier[o], &shift[o]);
    if (!per_row && o > 0) multiplier[o] = multiplier[0], shift[o] = shift[0];
    packed_by[o] = packed_shift(lowest, highest, multiplier[o], shift[o], zero_point, rounding);
  }
  /* One shift for all rows: the long way if one needs it. */
  for (int o = 0; o < outputs && !per_row; o++) {
    if (packed_by[o] > 31) packed_by[0] = packed_by[o];
  }
  fast[outputs] = 77;
  grapes_fully_connected_s8_plain(input, (uint16_t)inputs, weights, bias, multiplier, shift, per_row, plain, (uint16_t)outputs,
                                  zero_point, low, 127, rounding, NULL);
  grapes_fully_connected_s8_armv6m(input, (uint16_t)inputs, packed, packed_bias, multiplier, packed_by, per_row, fast,
                                   (uint16_t)outputs, zero_point, low, 127, rounding, scratch + random_between(0, 3));
  CHECK(fast[outputs] == 77);
  for (int o = 0; o < outputs; o++) {
    CHECK(fast[o] == plain[o]);
    for (int i = 0; i < inputs; i++) {
      CHECK(grapes_fully_connected_weight_armv6m(packed, (uint16_t)inputs, (uint16_t)outputs, (uint16_t)o,
                                                 (uint16_t)i) == weights[o * inputs + i]);
    }
  }
}

int main(void) {
  fault_unaligned();
  for (int n = 0; n < 600; n++) check_layer(n);
  return verdict();
}
