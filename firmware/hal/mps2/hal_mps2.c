/* UART by interrupt, tick counter and reset of the CMSDK machines. */
#include "boot.h"
#include "fault_text.h"
#include "hal.h"
#include "receive_ring.h"
#include "registers.h"

/*
 * One interrupt, one byte: the UART has no FIFO, so there is nothing to drain, and every register access costs an
 * emulator a lock. The flag is cleared before the byte is taken: the other order loses the wake-up of a byte that
 * arrives between.
 */
void mps2_uart_rx_interrupt(void) {
  UART_INTCLEAR = UART_INT_RX;
  ring_put((uint8_t)UART_DATA);
}

void hal_init(void) {
  UART_BAUDDIV = MPS2_CLOCK_HZ / 115200u;
  UART_CTRL = UART_CTRL_TX_RX_RXIRQ;
#ifdef MPS2_SYSTEM_COUNTER_BASE
  COUNTER_CTRL = COUNTER_ENABLE;
#else
  TIMER_RELOAD = 0xffffffffu;
  TIMER_VALUE = 0xffffffffu;
  TIMER_CTRL = 1u;
#endif
  NVIC_ISER((uint32_t)MPS2_UART_RX_IRQ) = 1u << ((uint32_t)MPS2_UART_RX_IRQ % 32u);
}

uint16_t hal_serial_read(uint8_t *bytes, uint16_t capacity) { return ring_take(bytes, capacity); }

void hal_serial_write(const uint8_t *bytes, uint16_t count) {
  for (uint16_t i = 0; i < count; i++) {
    while (UART_STATE & UART_STATE_TX_FULL) {
    }
    UART_DATA = bytes[i];
  }
}

void hal_serial_flush(void) {
  while (UART_STATE & UART_STATE_TX_FULL) {
  }
}

uint32_t hal_serial_dropped(void) { return ring_dropped; }

/* With interrupts masked, a byte that arrives after the check still ends WFI: none is slept through. */
void hal_idle(void) {
  __asm volatile("cpsid i" ::: "memory");
  if (ring_is_empty()) __asm volatile("wfi" ::: "memory");
  __asm volatile("cpsie i" ::: "memory");
}

#ifdef MPS2_SYSTEM_COUNTER_BASE
uint32_t hal_ticks(void) { return COUNTER_VALUE_LOW; }
#else
uint32_t hal_ticks(void) { return 0xffffffffu - TIMER_VALUE; }
#endif

uint32_t hal_ticks_per_second(void) { return MPS2_CLOCK_HZ; }

uint32_t hal_boot_id(void) { return mps2_boot_count; }

void hal_reset(void) {
  SCB_AIRCR = AIRCR_SYSRESETREQ;
  for (;;) {
  }
}

uint32_t hal_stack_high_water(void) { return mps2_stack_used(); }

void mps2_fault_report(uint32_t exception, uint32_t cfsr) { fault_put(exception, "cfsr", cfsr); }
