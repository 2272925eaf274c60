/* The plain kernel against a textbook sum; the DSP kernel against the plain one, on values at the ends of the range. */
#include "check.h"
#include "dsp.h"
#include "kernels/dsp/fully_connected_s8.h"
#include "kernels/plain/fully_connected_s8.h"

enum { MAX_INPUTS = 70, MAX_OUTPUTS = 21, MAX_PADDED = 72 };

static int8_t input[MAX_INPUTS], weights[MAX_OUTPUTS * MAX_INPUTS], shift[MAX_OUTPUTS];
static int8_t packed[MAX_OUTPUTS * MAX_PADDED] GRAPES_WORD_ALIGNED;
static int32_t bias[MAX_OUTPUTS], packed_bias[MAX_OUTPUTS], multiplier[MAX_OUTPUTS];
static int8_t plain[MAX_OUTPUTS], dsp[MAX_OUTPUTS];
static int8_t scratch[GRAPES_FULLY_CONNECTED_S8_DSP_SCRATCH(MAX_INPUTS) + 3];

static int8_t extreme_or_any(int extreme, int low, int high) {
  if (extreme) return (int8_t)(random_word() & 1u ? low : high);
  return (int8_t)random_between(low, high);
}

/* The layout that kernels/dsp describes, written down a second time. */
static void pack(int inputs, int outputs) {
  const int padded = (inputs + 3) / 4 * 4;
  for (int o = 0; o < outputs; o++) {
    int32_t even_sum = 0;
    for (int i = 0; i < padded; i++) {
      const int value = i < inputs ? weights[o * inputs + i] : 0;
      const int before = i % 2 == 1 && i <= inputs ? weights[o * inputs + i - 1] : 0;
      const int at = o < outputs / 4 * 4 ? o / 4 * 4 * padded + i / 4 * 16 + o % 4 * 4 + i % 4 : o * padded + i;
      packed[at] = (int8_t)(i % 2 == 1 && before < 0 ? value - 1 : value);
      if (i % 2 == 0) even_sum += value;
    }
    packed_bias[o] = (int32_t)((uint32_t)bias[o] * 256u - 127u * (uint32_t)even_sum);
  }
}

static void check_layer(int inputs, int outputs, int extreme, uint8_t rounding) {
  const uint8_t per_row = random_word() & 1u;
  const int8_t zero_point = (int8_t)random_between(-128, 127);
  const int8_t low = random_word() & 1u ? zero_point : -128;
  for (int i = 0; i < inputs; i++) input[i] = extreme_or_any(extreme, -128, 127);
  for (int i = 0; i < inputs * outputs; i++) weights[i] = extreme_or_any(extreme, -127, 127);
  for (int o = 0; o < outputs; o++) {
    bias[o] = random_between(-100000, 100000);
    multiplier[o] = random_between(0x40000000, 0x7FFFFFFF);
    shift[o] = (int8_t)(rounding == GRAPES_ROUNDING_TFLITE ? random_between(-13, -1) : random_between(0, 8));
  }
  pack(inputs, outputs);
  grapes_fully_connected_s8_plain(input, (uint16_t)inputs, weights, bias, multiplier, shift, per_row, plain,
                                  (uint16_t)outputs, zero_point, low, 127, rounding, NULL);
  grapes_fully_connected_s8_dsp(input, (uint16_t)inputs, packed, packed_bias, multiplier, shift, per_row, dsp,
                                (uint16_t)outputs, zero_point, low, 127, rounding, scratch + random_between(0, 3));
  for (int o = 0; o < outputs; o++) {
    int32_t sum = bias[o];
    for (int i = 0; i < inputs; i++) sum += input[i] * weights[o * inputs + i];
    const int row = per_row ? o : 0;
    const int32_t scaled = grapes_requantize_s32(sum, multiplier[row], shift[row], rounding);
    CHECK(plain[o] == grapes_offset_clamp_s8(scaled, zero_point, low, 127));
    CHECK(dsp[o] == plain[o]);
    for (int i = 0; i < inputs; i++) {
      const int8_t weight = weights[o * inputs + i];
      CHECK(grapes_fully_connected_weight_plain(weights, (uint16_t)inputs, (uint16_t)outputs, (uint16_t)o, (uint16_t)i) == weight);
      CHECK(grapes_fully_connected_weight_dsp(packed, (uint16_t)inputs, (uint16_t)outputs, (uint16_t)o, (uint16_t)i) ==
            weight);
    }
  }
}

/* Any numbers: the DSP kernel that widens every weight. */
static void check_wide_layer(int inputs, int outputs, int n) {
  const int extreme = n % 3 == 0, padded = (inputs + 3) / 4 * 4;
  const uint8_t rounding = n % 4 == 3 ? GRAPES_ROUNDING_SINGLE : GRAPES_ROUNDING_TFLITE, per_row = n % 2 != 0;
  const int32_t most_bias = n % 5 == 0 ? 1000000000 : 100000;
  const int8_t zero_point = (int8_t)random_between(-128, 127), high = (int8_t)random_between(zero_point, 127);
  int8_t way[MAX_OUTPUTS];
  for (int i = 0; i < inputs; i++) input[i] = extreme_or_any(extreme, -128, 127);
  for (int i = 0; i < outputs * padded; i++) packed[i] = 0;
  for (int o = 0; o < outputs; o++) {
    for (int i = 0; i < inputs; i++) {
      const int at = o < outputs / 4 * 4 ? o / 4 * 4 * padded + i / 4 * 16 + o % 4 * 4 + i % 4 : o * padded + i;
      packed[at] = weights[o * inputs + i] = extreme_or_any(extreme, -128, 127);
    }
    bias[o] = random_between(-most_bias, most_bias);
    multiplier[o] = random_between(0x40000000, 0x7FFFFFFF);
    draw_way(most_bias + 128 * 128 * inputs, rounding, shift + o, way + o);
  }
  grapes_fully_connected_s8_plain(input, (uint16_t)inputs, weights, bias, multiplier, shift, per_row, plain,
                                  (uint16_t)outputs, zero_point, -128, high, rounding, NULL);
  grapes_fully_connected_s8_dsp_wide(input, (uint16_t)inputs, packed, bias, multiplier, way, per_row, dsp,
                                     (uint16_t)outputs, zero_point, -128, high, rounding, scratch + random_between(0, 3));
  for (int o = 0; o < outputs; o++) {
    CHECK(dsp[o] == plain[o]);
    for (int i = 0; i < inputs; i++) {
      CHECK(grapes_fully_connected_weight_dsp_wide(packed, (uint16_t)inputs, (uint16_t)outputs, (uint16_t)o, (uint16_t)i) ==
            weights[o * inputs + i]);
    }
  }
}

int main(void) {
  for (int n = 0; n < 800; n++) {
    const uint8_t rounding = n & 1 ? GRAPES_ROUNDING_SINGLE : GRAPES_ROUNDING_TFLITE;
    check_layer(random_between(1, MAX_INPUTS), random_between(1, MAX_OUTPUTS), n % 3 == 0, rounding);
    check_wide_layer(random_between(1, MAX_INPUTS), random_between(1, MAX_OUTPUTS), n);
  }
  return verdict();
}
