/* Rows of a convolution's window, brought together value by value where they do not lie together. */
#ifndef GRAPES_DSP_WINDOW_ROWS_H
#define GRAPES_DSP_WINDOW_ROWS_H

#include <stddef.h>

#include "instructions.h"

/* A few bytes where they are: the compiler makes words of them if it knows the count. */
GRAPES_INLINE int8_t *grapes_copy_s8_dsp(int8_t *to, const int8_t *from, size_t count) {
  if (count <= 16) {
    memcpy(to, from, count);
    return to + count;
  }
  for (; count >= 4; count -= 4, to += 4, from += 4) memcpy(to, from, 4);
  for (; count > 0; count--) *to++ = *from++;
  return to;
}

/* One row of a window that is not all inside the input, value by value; a pixel is so many bytes, outside of one value. */
static inline int8_t *grapes_gather_row_dsp(const int8_t *line, int inside, uint16_t in_width, uint16_t pixel_bytes,
                                            int32_t left, uint16_t kernel_width, uint16_t dilation_width,
                                            int8_t outside, int8_t *to) {
  for (uint16_t kx = 0; kx < kernel_width; kx++, left += dilation_width) {
    const int8_t *const from = line + left * (ptrdiff_t)pixel_bytes;
    const int there = inside && left >= 0 && left < in_width;
    for (uint16_t c = 0; c < pixel_bytes; c++) *to++ = there ? from[c] : outside;
  }
  return to;
}

#endif
