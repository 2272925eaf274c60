/* kernels/mve's fully connected layer against the plain one, and its weights read back. */
#include "kernels/mve/fully_connected_s8.h"
#include "kernels/plain/fully_connected_s8.h"
#include "mve.h"

enum { MAX_INPUTS = 70, MAX_OUTPUTS = 21, ROWS = 24 };

static int8_t input[MAX_INPUTS], weights[MAX_OUTPUTS * MAX_INPUTS], shift[ROWS], packed[ROWS * MAX_INPUTS + 16];
static int32_t bias[ROWS], multiplier[ROWS];
static int8_t plain[MAX_OUTPUTS], fast[MAX_OUTPUTS + 1];

static void check_layer(int n) {
  const int extreme = n % 3 == 0, inputs = random_between(1, MAX_INPUTS), outputs = random_between(1, MAX_OUTPUTS);
  const uint8_t rounding = n % 4 == 3 ? GRAPES_ROUNDING_SINGLE : GRAPES_ROUNDING_TFLITE;
  const int8_t zero_point = (int8_t)random_between(-128, 127);
  const int8_t low = random_word() & 1u ? zero_point : -128;
  const int8_t high = (int8_t)(random_word() & 1u ? 127 : random_between(low, 127));
  for (int i = 0; i < inputs; i++) input[i] = any(extreme, -128, 127);
  for (int i = 0; i < inputs * outputs; i++) weights[i] = any(extreme, -128, 127);
  memset(bias, 0, sizeof bias);
  memset(multiplier, 0, sizeof multiplier);
  memset(shift, 0, sizeof shift);
  for (int o = 0; o < outputs; o++) {
    bias[o] = random_between(-10000, 10000);
    if (n % 5 == 0) {
      draw_ties(rounding, &multiplier[o], &shift[o]);
    } else {
      draw_scale(inputs, rounding, &multiplier[o], &shift[o]);
    }
  }
  const uint8_t per_row = (uint8_t)(n % 7 != 0);
  pack_rows(weights, inputs, outputs, packed);
  fast[outputs] = GUARD;
  grapes_fully_connected_s8_plain(input, (uint16_t)inputs, weights, bias, multiplier, shift, per_row, plain, (uint16_t)outputs,
                                  zero_point, low, high, rounding, NULL);
  grapes_fully_connected_s8_mve(input, (uint16_t)inputs, packed, bias, multiplier, shift, per_row, fast, (uint16_t)outputs,
                                zero_point, low, high, rounding, NULL);
  CHECK(fast[outputs] == GUARD);
  for (int o = 0; o < outputs; o++) {
    CHECK(fast[o] == plain[o]);
    for (int i = 0; i < inputs; i++) {
      CHECK(grapes_fully_connected_weight_mve(packed, (uint16_t)inputs, (uint16_t)outputs, (uint16_t)o, (uint16_t)i) ==
            weights[o * inputs + i]);
    }
  }
}

int main(void) {
  for (int n = 0; n < 1200; n++) check_layer(n);
  return verdict();
}
