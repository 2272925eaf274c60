/* Softmax from a table of exponentials against the one that computes them: rows and scales of any size, in place. */
#include <string.h>

#include "check.h"
#include "kernels/plain/softmax_s8.h"

enum { DEPTH = 300, SIZE = 3 * DEPTH };

static int8_t input[SIZE], computed[SIZE], looked_up[SIZE + 1];
static int32_t exps[256];

static void check_softmax(int n) {
  const uint32_t rows = (uint32_t)random_between(1, 3);
  const uint16_t depth = (uint16_t)random_between(1, n % 4 ? 12 : DEPTH);
  const int32_t multiplier = random_between(0x40000000, 0x7FFFFFFF);
  const int8_t shift = (int8_t)random_between(15, 25);
  /* As the exporter has it: the largest difference that five integer bits hold. */
  const int32_t least = -(int32_t)((31 * (int64_t)(1 << 26)) >> shift);
  const int16_t diff_min = (int16_t)(least < -256 ? -256 : least);
  const uint16_t count = (uint16_t)(diff_min < -255 ? 256 : 1 - diff_min);
  for (int i = 0; i < SIZE; i++) {
    input[i] = (int8_t)(n % 3 == 0 ? (random_word() & 1u ? -128 : 127) : n % 3 == 1 ? 5 : random_between(-128, 127));
  }
  for (int k = 0; k < count; k++) exps[k] = grapes_exp_q5(grapes_scale_s32(-k, multiplier, shift));
  memset(looked_up, 77, sizeof looked_up);
  grapes_softmax_s8_plain(input, rows, depth, computed, multiplier, shift, diff_min);
  grapes_softmax_of_table_s8_plain(input, rows, depth, looked_up, exps, count);
  CHECK(memcmp(computed, looked_up, rows * depth) == 0);
  CHECK(looked_up[rows * depth] == 77);
  memcpy(looked_up, input, SIZE);
  grapes_softmax_of_table_s8_plain(looked_up, rows, depth, looked_up, exps, count);
  CHECK(memcmp(computed, looked_up, rows * depth) == 0);
}

/* Of very many equal values none has half a unit: all are zero, and nothing shifts by a word. */
static void check_many(uint16_t depth) {
  static int8_t equal[4095], given[4095];
  memset(given, 77, sizeof given);
  grapes_softmax_s8_plain(equal, 1, depth, given, 0x40000000, 20, -256);
  for (uint16_t i = 0; i < depth; i++) CHECK(given[i] == (depth < 512 ? -127 : -128));
}

int main(void) {
  check_many(511);
  for (uint16_t depth = 512; depth < 4096; depth = (uint16_t)(depth + 253)) check_many(depth);
  for (int n = 0; n < 400; n++) check_softmax(n);
  return verdict();
}
