/* What a port says on the serial line when the processor has faulted, without interrupts. */
#ifndef GRAPES_FAULT_TEXT_H
#define GRAPES_FAULT_TEXT_H

#include <stdint.h>

#include "hal.h"

static inline void fault_put_text(const char *text) {
  for (; *text != 0; text++) hal_serial_write((const uint8_t *)text, 1);
}

static inline void fault_put_hex(uint32_t value) {
  for (int shift = 28; shift >= 0; shift -= 4) {
    const uint8_t digit = (uint8_t)((value >> shift) & 15u);
    const uint8_t character = (uint8_t)(digit < 10u ? '0' + digit : 'a' + digit - 10);
    hal_serial_write(&character, 1);
  }
}

/* A line "fault: exception 0x…, <name> 0x…". */
static inline void fault_put(uint32_t exception, const char *name, uint32_t value) {
  fault_put_text("\nfault: exception 0x");
  fault_put_hex(exception);
  fault_put_text(", ");
  fault_put_text(name);
  fault_put_text(" 0x");
  fault_put_hex(value);
  fault_put_text("\n");
}

#endif
