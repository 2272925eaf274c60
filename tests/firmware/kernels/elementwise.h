/*
 * A set's sums, differences and products against the plain ones: numbers as the exporter allows them, values at the ends of
 * the range, in place. Include it where KERNEL(op) names the set's function.
 */
#include <string.h>

#include "check.h"
#include "kernels/plain/add_constant_s8.h"
#include "kernels/plain/add_s8.h"
#include "kernels/plain/mul_rows_s8.h"
#include "kernels/plain/sub_s8.h"

enum { MOST = 130, ROWS = 5 };

static int8_t first[MOST * ROWS], second[MOST * ROWS], wanted[MOST * ROWS], given[MOST * ROWS + 1];
static int32_t terms[MOST];

static void draw_operands(int n, int count) {
  for (int i = 0; i < count; i++) {
    first[i] = (int8_t)(n % 3 == 0 ? (random_word() & 1u ? -128 : 127) : random_between(-128, 127));
    second[i] = (int8_t)(n % 3 == 0 ? (random_word() & 1u ? -128 : 127) : random_between(-128, 127));
  }
}

static void check_given(int count) {
  CHECK(memcmp(wanted, given, (size_t)count) == 0);
  CHECK(given[count] == 77);
}

static void check_sums(int n) {
  const uint8_t rounding = n % 4 == 3 ? GRAPES_ROUNDING_SINGLE : GRAPES_ROUNDING_TFLITE;
  const int single = rounding == GRAPES_ROUNDING_SINGLE, half = n % 5; /* 0: both operands, 1: one of them */
  const int count = random_between(1, MOST), rows = random_between(1, ROWS);
  const int8_t za = (int8_t)random_between(-128, 127), zb = (int8_t)random_between(-128, 127);
  const int8_t zero = (int8_t)random_between(-128, 127), low = random_word() & 1u ? zero : -128;
  const int8_t high = (int8_t)(n % 7 == 0 ? random_between(low, 127) : 127);
  const int32_t ma = half < 2 && !single ? 1 << 30 : random_between(0x40000000, 0x7FFFFFFF);
  const int32_t mb = half < 1 && !single ? 1 << 30 : random_between(0x40000000, 0x7FFFFFFF);
  const int32_t m = random_between(0x40000000, 0x7FFFFFFF);
  const int8_t sa = (int8_t)(single || half < 2 ? 0 : random_between(n % 8 ? -12 : -29, 0));
  const int8_t sb = (int8_t)(single || half < 1 ? 0 : random_between(n % 8 ? -12 : -29, 0));
  const int8_t s = (int8_t)(single ? 0 : n % 9 ? random_between(-22, -16) : random_between(-22, 0));
  draw_operands(n, count * rows);
  for (int i = 0; i < count; i++) terms[i] = random_between(-(1 << 27), 1 << 27);
#define SUM(a, b, to)                                                                                             \
  a, b, to, (uint32_t)count, za, ma, sa, zb, mb, sb, 20, zero, m, s, low, high, rounding
  memset(given, 77, sizeof given);
  grapes_add_s8_plain(SUM(first, second, wanted));
  KERNEL(add_s8)(SUM(first, second, given));
  check_given(count);
  memcpy(given, second, (size_t)count);
  KERNEL(add_s8)(SUM(first, given, given));
  check_given(count);
  memset(given, 77, sizeof given);
  grapes_sub_s8_plain(SUM(first, second, wanted));
  KERNEL(sub_s8)(SUM(first, second, given));
  check_given(count);
  memcpy(given, first, (size_t)count);
  KERNEL(sub_s8)(SUM(given, second, given));
  check_given(count);
  /* Two operands of one scale, numbers known to the compiler. */
#define ONE_SCALE(to) first, second, to, MOST, 3, 1 << 30, 0, -7, 1 << 30, 0, 20, -5, 1400000000, -19, -128, 127, 0
  draw_operands(n, MOST);
  memset(given, 77, sizeof given);
  grapes_add_s8_plain(ONE_SCALE(wanted));
  KERNEL(add_s8)(ONE_SCALE(given));
  check_given(MOST);
  grapes_sub_s8_plain(ONE_SCALE(wanted));
  KERNEL(sub_s8)(ONE_SCALE(given));
  check_given(MOST);
#define CONSTANT(a, to)                                                                                           \
  a, terms, to, (uint32_t)rows, (uint32_t)count, za, ma, sa, 20, zero, m, s, low, high, rounding
  draw_operands(n, count * rows);
  memset(given, 77, sizeof given);
  grapes_add_constant_s8_plain(CONSTANT(first, wanted));
  KERNEL(add_constant_s8)(CONSTANT(first, given));
  check_given(count * rows);
}

static void check_products(int n) {
  const uint8_t rounding = n % 4 == 3 ? GRAPES_ROUNDING_SINGLE : GRAPES_ROUNDING_TFLITE;
  const int count = random_between(1, n % 2 ? MOST : 9), rows = random_between(1, ROWS);
  const int8_t za = (int8_t)random_between(-128, 127), zb = (int8_t)random_between(-128, 127);
  const int8_t zero = (int8_t)random_between(-128, 127), low = random_word() & 1u ? zero : -128;
  const int8_t high = (int8_t)(n % 7 == 0 ? random_between(low, 127) : 127);
  const int32_t m = random_between(0x40000000, 0x7FFFFFFF);
  const int8_t s = (int8_t)(rounding == GRAPES_ROUNDING_SINGLE ? random_between(0, 9)
                            : n % 9                            ? random_between(-12, -4)
                                                               : random_between(-22, 13));
  draw_operands(n, count * rows);
#define PRODUCT(a, b, to) a, b, to, (uint32_t)count, za, zb, zero, m, s, low, high, rounding
#define PRODUCTS(a, b, to) a, b, to, (uint32_t)rows, (uint32_t)count, za, zb, zero, m, s, low, high, rounding
  memset(given, 77, sizeof given);
  grapes_mul_s8_plain(PRODUCT(first, second, wanted));
  KERNEL(mul_s8)(PRODUCT(first, second, given));
  check_given(count);
  memcpy(given, second, (size_t)count);
  KERNEL(mul_s8)(PRODUCT(first, given, given));
  check_given(count);
  memset(given, 77, sizeof given);
  grapes_mul_rows_s8_plain(PRODUCTS(first, second, wanted));
  KERNEL(mul_rows_s8)(PRODUCTS(first, second, given));
  check_given(count * rows);
  memcpy(given, first, (size_t)(count * rows));
  KERNEL(mul_rows_s8)(PRODUCTS(given, second, given));
  check_given(count * rows);
  memset(given, 77, sizeof given);
  KERNEL(mul_constant_s8)(PRODUCTS(first, second, given));
  check_given(count * rows);
}
