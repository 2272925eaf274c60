/*
 * Fully connected layers in float32: forward, and backward together with the update in one pass over the weights.
 * No gradient is ever stored. Order of operations: docs/numerics.md, "Learning step".
 *
 * `stride` is the length of a weight row, `count` how many of its columns are worked on: the border layer, whose input
 * is int8, is taken in tiles of columns, so that its float values never exist all at once.
 */
#ifndef GRAPES_DENSE_F32_H
#define GRAPES_DENSE_F32_H

#include <stddef.h>

#include "grapes_factor_f32.h"
#include "grapes_math_f32.h"
#include "grapes_vector_f32.h"

/* x[i] = scale * (q[i] - zero_point) */
static inline void grapes_dequantize_f32(const int8_t *q, uint32_t count, float scale, int16_t zero_point, float *x) {
  for (uint32_t i = 0; i < count; i++) x[i] = scale * (float)((int16_t)(q[i] - zero_point));
}

/* y[o] = bias[o], or +0 where the layer has none (NULL). */
static inline void grapes_dense_start_f32(const float *bias, float *y, uint32_t outputs) {
  for (uint32_t o = 0; o < outputs; o++) y[o] = bias == NULL ? 0.0f : bias[o];
}

/* y[o] += sum_i w[o][i] * x[i], ascending: call it for one tile of columns after the other. */
static inline void grapes_dense_forward_f32(const float *w, uint32_t stride, uint32_t outputs, const float *x,
                                            uint32_t count, float *y) {
  const uint32_t blocked = outputs & ~3u;
  uint32_t o = 0;
  for (; o < blocked; o += 4, w += 4 * stride) grapes_dot4_f32(w, stride, x, count, y + o);
  for (; o < outputs; o++, w += stride) grapes_dot_f32(w, x, count, y + o);
}

static inline void grapes_relu_f32(float *y, uint32_t count) {
  for (uint32_t i = 0; i < count; i++) y[i] = y[i] > 0.0f ? y[i] : 0.0f;
}

static inline void grapes_tanh_f32(float *y, uint32_t count) {
  for (uint32_t i = 0; i < count; i++) y[i] = grapes_tanhf(y[i]);
}

/* Index of the first largest. */
static inline uint16_t grapes_argmax_f32(const float *z, uint16_t count) {
  uint16_t best = 0;
  for (uint16_t i = 1; i < count; i++) {
    if (z[i] > z[best]) best = i;
  }
  return best;
}

/*
 * Updates the rows of the first trained layer with their errors; rows without an error are left alone. e = rate * delta.
 */
static inline void grapes_dense_update_f32(float *w, uint32_t stride, uint32_t outputs, const float *x, uint32_t count,
                                           const float *delta, float rate) {
  for (uint32_t o = 0; o < outputs; o++, w += stride) {
    if (delta[o] == 0.0f) continue;
    grapes_update_f32(w, x, rate * delta[o], count);
  }
}

static inline void grapes_bias_update_f32(float *bias, const float *delta, float rate, uint32_t outputs) {
  for (uint32_t o = 0; o < outputs; o++) {
    if (delta[o] != 0.0f) bias[o] -= rate * delta[o];
  }
}

/*
 * Backward and update of a layer whose input is computed by another trained layer: dx becomes the error of that input,
 * taken with the weights as they were. Where GRAPES acts locally, sums and sums_scale give the factor for the update
 * alone; otherwise sums is NULL.
 */
static inline void grapes_dense_backward_f32(float *w, uint32_t inputs, uint32_t outputs, const float *x,
                                             const float *delta, float *bias, float rate, const float *sums,
                                             float sums_scale, float *dx) {
  for (uint32_t i = 0; i < inputs; i++) dx[i] = 0.0f;
  for (uint32_t o = 0; o < outputs; o++, w += inputs) {
    const float d = delta[o];
    if (d == 0.0f) continue;
    const float e = rate * (sums == NULL ? d : d * grapes_factor_f32(sums[o], sums_scale));
    grapes_backward_f32(w, x, e, dx, d, inputs);
    if (bias != NULL) bias[o] -= e;
  }
}

/* From the error of the outputs y to the error of the sums before the activation. */
static inline void grapes_relu_backward_f32(const float *y, float *delta, uint32_t count) {
  for (uint32_t i = 0; i < count; i++) {
    if (y[i] <= 0.0f) delta[i] = 0.0f;
  }
}

static inline void grapes_tanh_backward_f32(const float *y, float *delta, uint32_t count) {
  for (uint32_t i = 0; i < count; i++) {
    const float square = y[i] * y[i];
    delta[i] *= 1.0f - square;
  }
}

#endif
