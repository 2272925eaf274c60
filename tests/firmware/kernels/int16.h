/* What the tests of int16 kernels share: values, and numbers of requantization that sums up to `most` stand. */
#ifndef GRAPES_TESTS_INT16_H
#define GRAPES_TESTS_INT16_H

#include "check.h"
#include "kernels/plain/int16.h"

/* What values are drawn from: the whole range, its ends, or its lower end alone, where sums are largest. */
enum { ALL, ENDS, LOWEST };

static inline int draw_values(int n) {
  return n % 6 == 0 ? LOWEST : n % 3 == 0 ? ENDS : ALL;
}

static inline int16_t any_s16(int values) {
  if (values == LOWEST) return INT16_MIN;
  return (int16_t)(values == ENDS ? (random_word() & 1u ? INT16_MIN : INT16_MAX) : random_between(INT16_MIN, INT16_MAX));
}

static inline int8_t any_weight(int values) {
  if (values == LOWEST) return -128;
  return (int8_t)(values == ENDS ? (random_word() & 1u ? -128 : 127) : random_between(-128, 127));
}

/* A Q15 multiplier and its shift: the output leaves int16, or not, but not int32. */
static inline void draw_wide(int64_t most, int32_t *multiplier, int8_t *shift) {
  int up = 7;
  while (up > -31 && (up > 0 ? most << up : most >> -up) >= INT32_MAX) up--;
  const uint32_t which = random_word() % 16u;
  /* Multiplied by a power of two, many sums end at one half. */
  *multiplier = which == 0 ? 0 : which < 6 ? 1 << 14 : random_between(1 << 14, (1 << 15) - 1);
  *shift = (int8_t)random_between(random_word() & 1u ? -17 : -4 < up ? -4 : up, up);
}

/* The same of a single rounding, as the exporter makes it where sums stay in int32, written down a second time; 0: cannot. */
static inline int narrow(int64_t most, int32_t *multiplier, int8_t *shift) {
  const int up = *shift >= 0 ? *shift + 1 : 0, places = 17 + *shift - up;
  if (places < 0 || most << up > INT32_MAX) return 0;
  *multiplier <<= places;
  *shift = (int8_t)up;
  return 1;
}

#endif
