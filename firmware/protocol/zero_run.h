/*
 * Zero-run coding of int8 inputs: most pixels of a digit are the zero point. A control byte c below 128 is followed
 * by c + 1 bytes to copy; c from 128 on stands for c - 127 bytes of the zero point.
 */
#ifndef GRAPES_ZERO_RUN_H
#define GRAPES_ZERO_RUN_H

#include <stdint.h>

#include "status.h"

/*
 * Decodes `count` bytes of `coded` into `out`, at most `capacity` bytes. *decoded is the number written.
 * GRAPES_ERROR_MALFORMED: the last control byte lacks its bytes; GRAPES_ERROR_RANGE: more than `capacity`.
 */
grapes_status grapes_zero_run_decode(const uint8_t *coded, uint16_t count, int8_t zero_point, int8_t *out,
                                     uint32_t capacity, uint32_t *decoded);

#endif
