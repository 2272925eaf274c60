/* The modulation factor: bounds at the strongest node, one division, and the spread. */
#include "check.h"
#include "learn/grapes_factor_f32.h"

enum { NODES = 7 };

int main(void) {
  float sums[NODES], delta[NODES], min, mean, max;
  for (int round = 0; round < 20000; round++) {
    float largest = 0.0f;
    for (int j = 0; j < NODES; j++) {
      sums[j] = (float)random_between(1, 1000000) * 1.0e-5f;
      delta[j] = 1.0f;
      if (sums[j] > largest) largest = sums[j];
    }
    const float scale = grapes_factor_scale_f32(sums, NODES);
    CHECK(scale == 2.0f / largest);
    CHECK(largest * scale <= 2.0f); /* rounding twice never carries the strongest node above */
    grapes_modulate_f32(delta, sums, scale, NODES);
    for (int j = 0; j < NODES; j++) {
      CHECK(delta[j] >= 1.0f && delta[j] <= 2.0f);
      CHECK(delta[j] == grapes_factor_f32(sums[j], scale));
      CHECK(2.0f * sums[j] > 0.99999f * largest || delta[j] == 1.0f);
    }
    grapes_factor_spread_f32(sums, NODES, &min, &mean, &max);
    CHECK(min >= 1.0f && min <= mean && mean <= max && max <= 2.0f && max > 1.9999f);
  }

  for (int j = 0; j < NODES; j++) sums[j] = 1.0e-40f; /* 2 / max overflows: here the bound acts */
  CHECK(grapes_factor_f32(sums[0], grapes_factor_scale_f32(sums, NODES)) == 2.0f);
  for (int j = 0; j < NODES; j++) sums[j] = 0.0f;
  CHECK(grapes_factor_scale_f32(sums, NODES) == 0.0f);
  CHECK(grapes_factor_f32(0.0f, 0.0f) == 1.0f);
  return verdict();
}
