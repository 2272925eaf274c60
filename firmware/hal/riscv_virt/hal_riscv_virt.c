/* UART by interrupt, tick counter and reset of QEMU's RISC-V machine `virt`. */
#include "boot.h"
#include "fault_text.h"
#include "hal.h"
#include "receive_ring.h"
#include "registers.h"

/* The claim goes back after the UART has nothing left: it would ask again at once. */
void riscv_virt_uart_interrupt(void) {
  const uint32_t irq = PLIC_CLAIM;
  while (UART_STATE & UART_STATE_RX_READY) ring_put(UART_DATA);
  if (irq != 0) PLIC_CLAIM = irq;
}

void hal_init(void) {
  UART_FIFO = UART_FIFO_ON_AND_EMPTY;
  UART_LINE = UART_LINE_8N1;
  UART_INTERRUPTS = UART_INTERRUPT_RX;
  PLIC_PRIORITY(UART_IRQ) = 1u;
  PLIC_ENABLE = 1u << UART_IRQ;
  PLIC_THRESHOLD = 0u;
  __asm volatile("csrs mie, %0\n csrs mstatus, %1" ::"r"(MIE_EXTERNAL), "r"(MSTATUS_MIE) : "memory");
}

uint16_t hal_serial_read(uint8_t *bytes, uint16_t capacity) { return ring_take(bytes, capacity); }

void hal_serial_write(const uint8_t *bytes, uint16_t count) {
  for (uint16_t i = 0; i < count; i++) {
    while ((UART_STATE & UART_STATE_TX_FREE) == 0) {
    }
    UART_DATA = bytes[i];
  }
}

void hal_serial_flush(void) {
  while ((UART_STATE & UART_STATE_TX_DONE) == 0) {
  }
}

uint32_t hal_serial_dropped(void) { return ring_dropped; }

/* WFI ends when an interrupt is pending, also a masked one: a byte that arrives after the check is not slept through. */
void hal_idle(void) {
  __asm volatile("csrc mstatus, %0" ::"r"(MSTATUS_MIE) : "memory");
  if (ring_is_empty()) __asm volatile("wfi" ::: "memory");
  __asm volatile("csrs mstatus, %0" ::"r"(MSTATUS_MIE) : "memory");
}

uint32_t hal_ticks(void) { return MTIME_LOW; }

uint32_t hal_ticks_per_second(void) { return MTIME_HZ; }

uint32_t hal_boot_id(void) { return riscv_virt_boot_count; }

void hal_reset(void) {
  POWER_SWITCH = POWER_SWITCH_RESET;
  for (;;) {
  }
}

uint32_t hal_stack_high_water(void) { return riscv_virt_stack_used(); }

void riscv_virt_fault_report(uint32_t cause, uint32_t address) { fault_put(cause, "mepc", address); }
