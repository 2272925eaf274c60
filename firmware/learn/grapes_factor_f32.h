/*
 * GRAPES: the responsibility of a node is the sum of its incoming |weights|; its modulation factor is twice that over
 * the layer's largest, clipped to [1, 2]. docs/numerics.md, "Modulation factor".
 */
#ifndef GRAPES_FACTOR_F32_H
#define GRAPES_FACTOR_F32_H

#include "grapes_vector_f32.h"

/* The layer's one division: 2 / max sum, or 0 where all sums are 0. */
static inline float grapes_factor_scale_f32(const float *sums, uint32_t count) {
  float max = 0.0f;
  for (uint32_t j = 0; j < count; j++) {
    if (sums[j] > max) max = sums[j];
  }
  return max > 0.0f ? 2.0f / max : 0.0f;
}

/* Factor of a node. The upper bound acts only where 2 / max overflows: for sums below 2^-127. */
static inline float grapes_factor_f32(float sum, float scale) {
  const float m = sum * scale;
  return m > 2.0f ? 2.0f : m > 1.0f ? m : 1.0f;
}

/* delta[j] *= factor of node j */
static inline void grapes_modulate_f32(float *delta, const float *sums, float scale, uint32_t count) {
  for (uint32_t j = 0; j < count; j++) {
    const float m = grapes_factor_f32(sums[j], scale);
    if (m > 1.0f) delta[j] *= m;
  }
}

/* sums[row] = sum of |w[row]|: the weights in full, never an accumulated difference, which would drift. */
static inline void grapes_node_sum_f32(const float *w, uint32_t inputs, uint32_t row, float *sums) {
  sums[row] = grapes_magnitude_f32(w + row * inputs, inputs);
}

static inline void grapes_node_sums_f32(const float *w, uint32_t inputs, uint32_t outputs, float *sums) {
  for (uint32_t row = 0; row < outputs; row++) grapes_node_sum_f32(w, inputs, row, sums);
}

/* Smallest, mean and largest factor of a layer. */
static inline void grapes_factor_spread_f32(const float *sums, uint32_t count, float *min, float *mean, float *max) {
  const float scale = grapes_factor_scale_f32(sums, count);
  float low = 2.0f, high = 1.0f, total = 0.0f;
  for (uint32_t j = 0; j < count; j++) {
    const float m = grapes_factor_f32(sums[j], scale);
    if (m < low) low = m;
    if (m > high) high = m;
    total += m;
  }
  *min = low;
  *mean = total / (float)count;
  *max = high;
}

#endif
