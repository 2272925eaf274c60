/* The larger or smaller byte of a[i] and b[i]; a, b and output have `count` elements; output may be a or b. */
#ifndef GRAPES_PLAIN_EXTREMUM_S8_H
#define GRAPES_PLAIN_EXTREMUM_S8_H

#include <stdint.h>

static inline void grapes_maximum_s8_plain(const int8_t *a, const int8_t *b, int8_t *output, uint32_t count) {
  for (uint32_t i = 0; i < count; i++) output[i] = a[i] > b[i] ? a[i] : b[i];
}

static inline void grapes_minimum_s8_plain(const int8_t *a, const int8_t *b, int8_t *output, uint32_t count) {
  for (uint32_t i = 0; i < count; i++) output[i] = a[i] < b[i] ? a[i] : b[i];
}

#endif
