/* The inner loops of learning against one-line loops, bit for bit, at every length around the unrolled blocks. */
#include <string.h>

#include "check.h"
#include "learn/grapes_vector_f32.h"

enum { MOST = 50 };

static float x[MOST], w[4 * MOST], dx[MOST], expected_w[4 * MOST], expected_dx[MOST];

static float random_real(void) {
  const float v = (float)random_between(-1000000, 1000000) * 1.0e-6f;
  return random_word() % 16u == 0 ? 0.0f : v;
}

static void fill(float *values, int count) {
  for (int i = 0; i < count; i++) values[i] = random_real();
}

static int same(const void *a, const void *b, size_t floats) {
  return memcmp(a, b, floats * sizeof(float)) == 0;
}

/* A product on its own: the compiler has no chance to fuse it into a sum. */
static float product(float a, float b) {
  volatile float p = a * b;
  return p;
}

static void check_length(uint32_t count) {
  float sums[4], expected_sums[4];
  fill(x, MOST);
  fill(w, 4 * MOST);
  fill(dx, MOST);
  fill(sums, 4);
  for (uint32_t r = 0; r < 4; r++) {
    expected_sums[r] = sums[r];
    for (uint32_t i = 0; i < count; i++) expected_sums[r] += product(w[r * MOST + i], x[i]);
  }
  float single = sums[1];
  grapes_dot4_f32(w, MOST, x, count, sums);
  CHECK(same(sums, expected_sums, 4));
  grapes_dot_f32(w + MOST, x, count, &single);
  CHECK(same(&single, expected_sums + 1, 1));

  const float e = random_real(), d = random_real();
  memcpy(expected_w, w, sizeof w);
  memcpy(expected_dx, dx, sizeof dx);
  float magnitude = 0.0f;
  for (uint32_t i = 0; i < count; i++) {
    expected_dx[i] += product(w[i], d);
    expected_w[i] -= product(e, x[i]);
    expected_w[MOST + i] -= product(e, x[i]);
    magnitude += w[i] < 0.0f ? -w[i] : w[i];
  }
  const float got = grapes_magnitude_f32(w, count);
  CHECK(same(&got, &magnitude, 1));
  grapes_backward_f32(w, x, e, dx, d, count);
  grapes_update_f32(w + MOST, x, e, count);
  CHECK(same(w, expected_w, 4 * MOST)); /* and nothing beyond `count` was touched */
  CHECK(same(dx, expected_dx, MOST));
}

int main(void) {
  for (int round = 0; round < 20; round++) {
    for (uint32_t count = 0; count <= MOST; count++) check_length(count);
  }
  return verdict();
}
