/*
 * A port to start from: copy this folder to hal/<family>, replace what is marked DEVICE, and name the family in a chip
 * descriptor (boards/chips). It compiles as it stands, and a firmware built with it sleeps for ever.
 *
 * Beside this file a family needs its start-up code and linker script; hal/mps2 has both for a Cortex-M, hal/riscv_virt for
 * a RISC-V. hal/freestanding is linked to every chip with a linker script.
 */
#include "hal.h"
#include "receive_ring.h"

/* DEVICE: name it as the vector table does. Clear the interrupt flag first, then take the byte. */
void template_uart_rx_interrupt(void);
void template_uart_rx_interrupt(void) {
  const uint8_t byte = 0; /* DEVICE: the receive register */
  ring_put(byte);
}

void hal_init(void) {
  /* DEVICE: clocks; UART at the board's speed, 8N1, receive interrupt on; a free-running 32-bit timer. */
}

uint16_t hal_serial_read(uint8_t *bytes, uint16_t capacity) { return ring_take(bytes, capacity); }

void hal_serial_write(const uint8_t *bytes, uint16_t count) {
  /* DEVICE: for each byte, wait until the transmit register is free and write it. */
  (void)bytes;
  (void)count;
}

void hal_serial_flush(void) {
  /* DEVICE: wait for "transmission complete", not for "register empty". */
}

uint32_t hal_serial_dropped(void) { return ring_dropped; }

void hal_idle(void) {
  /* DEVICE: with interrupts masked, check the ring and sleep only if it is empty; a pending interrupt must end the
     sleep. Sleeping without the check, or checking unmasked, can sleep through a byte. */
}

uint32_t hal_ticks(void) { return 0; } /* DEVICE: the timer, counting up */

uint32_t hal_ticks_per_second(void) { return 0; } /* DEVICE: its rate; 0 says that there is none */

/* DEVICE: a counter in memory that start-up does not clear, or a random number. */
uint32_t hal_boot_id(void) { return 1; }

void hal_reset(void) {
  /* DEVICE: the system reset request. */
  for (;;) {
  }
}

/* DEVICE: paint the stack at start-up and look how far the paint is gone. */
uint32_t hal_stack_high_water(void) { return HAL_UNKNOWN; }
