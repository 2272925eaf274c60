/* Ops that only move bytes. */
#ifndef GRAPES_PLAIN_COPY_S8_H
#define GRAPES_PLAIN_COPY_S8_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Copies `runs` stretches of `length` bytes; in the output they begin `stride` bytes apart: one input of a concatenation. */
static inline void grapes_copy_s8_plain(const int8_t *input, uint32_t runs, uint32_t length, int8_t *output,
                                        uint32_t stride) {
  for (uint32_t run = 0; run < runs; run++) {
    memcpy(output, input, length);
    input += length;
    output += stride;
  }
}

/*
 * input [height][width][channels] inside a frame of `value`: output is
 * [top + height + bottom][left + width + right][front + channels + back].
 */
static inline void grapes_pad_s8_plain(const int8_t *input, uint16_t height, uint16_t width, uint16_t channels,
                                       int8_t *output, uint16_t top, uint16_t bottom, uint16_t left, uint16_t right,
                                       uint16_t front, uint16_t back, int8_t value) {
  const size_t place = (size_t)front + channels + back;
  const size_t row = ((size_t)left + width + right) * place;
  memset(output, value, ((size_t)top + height + bottom) * row);
  for (uint16_t y = 0; y < height; y++) {
    int8_t *to = output + ((size_t)top + y) * row + left * place + front;
    for (uint16_t x = 0; x < width; x++, to += place, input += channels) memcpy(to, input, channels);
  }
}

#endif
