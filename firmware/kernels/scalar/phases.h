/*
 * A dilated convolution as several without dilation. Outputs that lie `dilation` apart see every dilation-th row and column of
 * the input and share no value with their neighbours: for each of the dilation_height * dilation_width places at which such a
 * grid may begin there is a convolution of its own. Without dilation there is one.
 */
#ifndef GRAPES_SCALAR_PHASES_H
#define GRAPES_SCALAR_PHASES_H

#include <stddef.h>

#include "../../core/grapes_flash.h"

/* Outputs along an axis of one of these convolutions: at most, at least. */
#define GRAPES_PHASE_MOST(outputs, dilation) (((outputs) + (dilation) - 1) / (dilation))
#define GRAPES_PHASE_LEAST(outputs, dilation) ((outputs) < (dilation) ? 1 : (outputs) / (dilation))

/* One of them, along the width. */
typedef struct {
  int32_t outputs;
  int32_t before; /* columns that its first window sees outside */
  int32_t first;  /* the column of the input behind them; further ones are `dilation` apart */
  int32_t inside; /* so many of them are seen */
} grapes_phase;

GRAPES_INLINE grapes_phase grapes_phase_of(int32_t begin, uint16_t in_size, uint16_t out_size, uint16_t kernel,
                                           uint16_t stride, uint16_t dilation, uint16_t pad) {
  const int32_t left = begin - (int32_t)pad;
  grapes_phase phase;
  phase.outputs = (out_size - begin + dilation - 1) / dilation;
  phase.before = left < 0 ? (-left + dilation - 1) / dilation : 0;
  phase.first = left + phase.before * dilation;
  const int32_t seen = (phase.outputs - 1) * stride + kernel - phase.before;
  phase.inside = phase.first < in_size ? (in_size - phase.first + dilation - 1) / dilation : 0;
  if (phase.inside > seen) phase.inside = seen < 0 ? 0 : seen;
  return phase;
}

/* `count` values, `step` bytes apart; a step of 0 repeats one. */
#if defined(__GNUC__)
__attribute__((noinline, unused))
#endif
static void grapes_gather_s8(const int8_t *from, size_t step, int8_t *to, uint32_t count) {
  int8_t *const whole_end = to + (count & ~3u), *const end = to + count;
  for (; to != whole_end; to += 4, from += 4 * step) {
    to[0] = from[0];
    to[1] = from[step];
    to[2] = from[2 * step];
    to[3] = from[3 * step];
  }
  for (; to != end; to++, from += step) *to = *from;
}

#endif
