/* kernels/dsp's sum of two tensors against the plain one, with shifts of either sign and both roundings. */
#include "check.h"
#include "kernels/dsp/add_s8.h"
#include "kernels/plain/add_s8.h"

enum { MAX = 300 };

int main(void) {
  static int8_t a[MAX], b[MAX], plain[MAX], fast[MAX];
  for (int n = 0; n < 400; n++) {
    const uint8_t rounding = n % 4 == 3 ? GRAPES_ROUNDING_SINGLE : GRAPES_ROUNDING_TFLITE;
    const uint32_t count = (uint32_t)random_between(1, MAX);
    for (uint32_t i = 0; i < count; i++) {
      a[i] = (int8_t)(n % 3 == 0 ? (random_word() & 1u ? -128 : 127) : random_between(-128, 127));
      b[i] = (int8_t)(n % 3 == 0 ? (random_word() & 1u ? -128 : 127) : random_between(-128, 127));
    }
    const int8_t za = (int8_t)random_between(-128, 127), zb = (int8_t)random_between(-128, 127);
    const int8_t zero = (int8_t)random_between(-128, 127), low = random_word() & 1u ? zero : -128;
    const int single = rounding == GRAPES_ROUNDING_SINGLE;
    const int32_t ma = random_between(0x40000000, 0x7FFFFFFF), mb = random_between(0x40000000, 0x7FFFFFFF);
    const int32_t m = random_between(0x40000000, 0x7FFFFFFF);
    const int8_t sa = (int8_t)(single ? 0 : random_between(-12, 0)), sb = (int8_t)(single ? 0 : random_between(-12, 0));
    const int8_t s = (int8_t)(single ? 0 : random_word() % 8 == 0 ? random_between(-31, 1) : random_between(-22, -14));
    /* TFLite shifts by 20. */
    grapes_add_s8_plain(a, b, plain, count, za, ma, sa, zb, mb, sb, 20, zero, m, s, low, 127, rounding);
    grapes_add_s8_dsp(a, b, fast, count, za, ma, sa, zb, mb, sb, 20, zero, m, s, low, 127, rounding);
    for (uint32_t i = 0; i < count; i++) CHECK(fast[i] == plain[i]);
    /* in place */
    grapes_add_s8_dsp(a, b, b, count, za, ma, sa, zb, mb, sb, 20, zero, m, s, low, 127, rounding);
    for (uint32_t i = 0; i < count; i++) CHECK(b[i] == plain[i]);
  }
  return verdict();
}
