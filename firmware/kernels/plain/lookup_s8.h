/* output[i] = table[input[i] + 128]: an int8 function of one variable, 256 entries in flash. In place is fine. */
#ifndef GRAPES_PLAIN_LOOKUP_S8_H
#define GRAPES_PLAIN_LOOKUP_S8_H

#include "../../core/grapes_flash.h"

static inline void grapes_lookup_s8(const int8_t *input, const int8_t *table, int8_t *output, uint32_t count) {
  for (uint32_t i = 0; i < count; i++) output[i] = grapes_ld_s8(table + (input[i] + 128));
}

#endif
