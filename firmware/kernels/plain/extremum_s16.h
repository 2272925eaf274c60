/* The larger or the smaller of two int16 values, element by element; all three tensors have one scale. In place is fine. */
#ifndef GRAPES_PLAIN_EXTREMUM_S16_H
#define GRAPES_PLAIN_EXTREMUM_S16_H

#include <stdint.h>

static inline void grapes_maximum_s16_plain(const int16_t *a, const int16_t *b, int16_t *output, uint32_t count) {
  for (uint32_t i = 0; i < count; i++) output[i] = a[i] > b[i] ? a[i] : b[i];
}

static inline void grapes_minimum_s16_plain(const int16_t *a, const int16_t *b, int16_t *output, uint32_t count) {
  for (uint32_t i = 0; i < count; i++) output[i] = a[i] < b[i] ? a[i] : b[i];
}

#endif
