/* kernels/mve's sum against the plain one: every pair of inputs, both roundings, shifts of either sign. */
#include "kernels/mve/add_s8.h"
#include "mve.h"

enum { COUNT = 256 + 3 };

static int8_t a[COUNT], b[COUNT], plain[COUNT], fast[COUNT + 1];

static void check_sums(int n) {
  const uint8_t rounding = n % 3 == 2 ? GRAPES_ROUNDING_SINGLE : GRAPES_ROUNDING_TFLITE, left_shift = rounding ? 19 : 20;
  const uint32_t count = (uint32_t)random_between(1, COUNT);
  const int8_t zero_a = (int8_t)random_between(-128, 127), zero_b = (int8_t)random_between(-128, 127);
  const int8_t zero = (int8_t)random_between(-128, 127), low = random_word() & 1u ? zero : -128;
  const int8_t high = (int8_t)(random_word() & 1u ? 127 : random_between(low, 127));
  int32_t multiplier[3];
  int8_t shift[3];
  for (int k = 0; k < 3; k++) {
    multiplier[k] = n % 4 == 0 ? 0x40000000 : random_between(0x40000000, 0x7FFFFFFF);
    shift[k] = (int8_t)(k < 2 ? -random_between(0, 3) : -random_between(15, 20));
    if (rounding == GRAPES_ROUNDING_SINGLE) {
      shift[k] = (int8_t)(k < 2 ? random_between(0, 2) : 0);
      if (k == 2) multiplier[k] >>= random_between(13, 18);
    }
  }
  if (n % 5 == 0) shift[0] = 1;
  for (int i = 0; i < COUNT; i++) {
    a[i] = (int8_t)(i < 256 ? i - 128 : 127);
    b[i] = any(n % 7 == 0, -128, 127);
  }
  fast[count] = GUARD;
#define NUMBERS                                                                                                  \
  zero_a, multiplier[0], shift[0], zero_b, multiplier[1], shift[1], left_shift, zero, multiplier[2], shift[2], low, \
      high, rounding
  grapes_add_s8_plain(a, b, plain, count, NUMBERS);
  grapes_add_s8_mve(a, b, fast, count, NUMBERS);
  CHECK(fast[count] == GUARD);
  for (uint32_t i = 0; i < count; i++) CHECK(fast[i] == plain[i]);
  /* In place. */
  grapes_add_s8_mve(a, b, a, count, NUMBERS);
  for (uint32_t i = 0; i < count; i++) CHECK(a[i] == plain[i]);
}

int main(void) {
  for (int n = 0; n < 600; n++) check_sums(n);
  return verdict();
}
