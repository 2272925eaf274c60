/* Requantization without a long multiplication against kernels/plain: random channels, sums at both ends, around zero, and
 * around every tie between two outputs. */
#include "armv6m.h"

static void check_sum(int32_t sum, int32_t multiplier, int8_t shift, int8_t packed, const grapes_finish_armv6m *finish) {
  int32_t sums[4] = {sum, sum, sum, sum};
  int8_t out[8] = {0};
  grapes_scale_armv6m scale;
  grapes_prepare_scale_armv6m(&scale, multiplier, packed, finish);
  grapes_scale_sums_armv6m(sums, 3, &scale, out, 2, finish);
  const int32_t v = grapes_requantize_s32(sum, multiplier, shift, finish->rounding);
  const int8_t want = grapes_offset_clamp_s8(v, finish->zero_point, finish->low, finish->high);
  CHECK(out[0] == want && out[2] == want && out[4] == want);
  CHECK(out[1] == 0 && out[6] == 0);
}

int main(void) {
  fault_unaligned();
  unsigned long fast = 0;
  for (int n = 0; n < 3000; n++) {
    const uint8_t rounding = n % 3 == 2 ? GRAPES_ROUNDING_SINGLE : GRAPES_ROUNDING_TFLITE;
    const int32_t most = n % 5 == 0 ? 2095999 : random_between(300, 2095999);
    int32_t multiplier;
    int8_t shift;
    random_scale(-most, most, rounding, &multiplier, &shift);
    int8_t zero_point = (int8_t)random_between(-128, 127), low = -128;
    if (n % 2 == 0) low = zero_point;
    if (n % 4 == 0) zero_point = low = -128;
    const int8_t high = (int8_t)(n % 7 == 0 ? random_between(low, 127) : 127);
    const grapes_finish_armv6m finish = grapes_finish_of_armv6m(zero_point, low, high, rounding);
    const int8_t packed = packed_shift(-most, most, multiplier, shift, zero_point, rounding);
    fast += packed < 32;
    for (int k = 0; k < 30; k++) check_sum(random_between(-most, most), multiplier, shift, packed, &finish);
    for (int k = -2; k <= 2; k++) check_sum(k, multiplier, shift, packed, &finish);
    check_sum(most, multiplier, shift, packed, &finish);
    check_sum(-most, multiplier, shift, packed, &finish);
    for (int k = 0; k < 8 && multiplier > 0 && shift > -20; k++) {
      const int64_t unit = (int64_t)1 << (rounding == GRAPES_ROUNDING_TFLITE ? 31 - shift : 32 - shift);
      const int64_t tie = (2 * (int64_t)random_between(-130, 130) + 1) * (unit / 2) / multiplier;
      for (int64_t sum = tie - 2; sum <= tie + 2; sum++) {
        if (sum >= -most && sum <= most) check_sum((int32_t)sum, multiplier, shift, packed, &finish);
      }
    }
  }
  CHECK(fast > 2000);
  return verdict();
}
