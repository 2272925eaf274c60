#include "zero_run.h"

#include <string.h>

grapes_status grapes_zero_run_decode(const uint8_t *coded, uint16_t count, int8_t zero_point, int8_t *out,
                                     uint32_t capacity, uint32_t *decoded) {
  uint32_t filled = 0;
  uint16_t at = 0;
  while (at < count) {
    const uint8_t control = coded[at];
    const uint8_t run = control < 128u ? (uint8_t)(control + 1u) : (uint8_t)(control - 127u);
    at++;
    if (capacity - filled < run) return GRAPES_ERROR_RANGE;
    if (control < 128u) {
      if ((uint16_t)(count - at) < run) return GRAPES_ERROR_MALFORMED;
      memcpy(out + filled, coded + at, run);
      at = (uint16_t)(at + run);
    } else {
      memset(out + filled, zero_point, run);
    }
    filled += run;
  }
  *decoded = filled;
  return GRAPES_OK;
}
