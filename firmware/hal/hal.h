/*
 * The port: everything the firmware wants of a machine. One folder per chip family implements it; only there do
 * registers and vendor headers appear. hal/template is a skeleton to start from.
 *
 * One thread calls these functions; interrupts belong to the port. Nothing here allocates.
 */
#ifndef GRAPES_HAL_H
#define GRAPES_HAL_H

#include <stdint.h>

#include "limits.h"

#define HAL_UNKNOWN 0xffffffffu

/* Clocks, serial line and tick counter run and interrupts are on when it returns. Called once, first. */
void hal_init(void);

/*
 * Serial line. Reception goes on while the firmware computes: an interrupt or DMA fills a ring of at least
 * GRAPES_RX_RING_BYTES. A byte that finds it full is dropped and counted.
 */
uint16_t hal_serial_read(uint8_t *bytes, uint16_t capacity); /* takes what is there, 0 if nothing */
void hal_serial_write(const uint8_t *bytes, uint16_t count); /* returns when all are handed over; may wait */
void hal_serial_flush(void);                                 /* returns when the last bit is on the line */
uint32_t hal_serial_dropped(void);                           /* bytes, since start */

/* Sleeps until a byte may have arrived; returns at once if one is waiting. May return for no reason. */
void hal_idle(void);

/* Free-running counter of 32 bits, counting up. Its rate in Hz; 0 if there is none (hal_ticks then returns 0). */
uint32_t hal_ticks(void);
uint32_t hal_ticks_per_second(void);

/* Differs from the value before the last reset. */
uint32_t hal_boot_id(void);

/* Restarts the firmware as after power-on; does not return. */
void hal_reset(void) __attribute__((noreturn));

/* Deepest stack since start, in bytes: how far the paint put there at start-up is gone. HAL_UNKNOWN without paint. */
uint32_t hal_stack_high_water(void);

#endif
