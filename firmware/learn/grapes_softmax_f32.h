/* Softmax with cross-entropy: docs/numerics.md, "Learning step". */
#ifndef GRAPES_SOFTMAX_F32_H
#define GRAPES_SOFTMAX_F32_H

#include "grapes_math_f32.h"

/* Turns logits into errors in place, z[o] = p[o] - (o == label), and returns the cross-entropy. label < count. */
static inline float grapes_softmax_delta_f32(float *z, uint32_t count, uint32_t label) {
  float max = z[0];
  for (uint32_t o = 1; o < count; o++) {
    if (z[o] > max) max = z[o];
  }
  const float label_logit = z[label] - max;
  float total = 0.0f;
  for (uint32_t o = 0; o < count; o++) {
    z[o] = grapes_expf(z[o] - max);
    total += z[o];
  }
  const float reciprocal = 1.0f / total;
  for (uint32_t o = 0; o < count; o++) z[o] *= reciprocal;
  z[label] -= 1.0f;
  return grapes_logf(total) - label_logit;
}

#endif
