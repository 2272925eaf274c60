/* UART by interrupt, tick counter and reset of the CMSDK machines. */
#include "boot.h"
#include "hal.h"
#include "registers.h"

/*
 * One producer (the interrupt moves head), one consumer (the main loop moves tail). The bytes are volatile too: the
 * compiler must not read them after it has given their place back.
 */
static volatile uint8_t ring[GRAPES_RX_RING_BYTES];
static volatile uint16_t ring_head;
static volatile uint16_t ring_tail;
static volatile uint32_t ring_dropped;

#define RING_MASK (GRAPES_RX_RING_BYTES - 1u)

/*
 * One interrupt, one byte: the UART has no FIFO, so there is nothing to drain, and every register access costs an
 * emulator a lock. The flag is cleared before the byte is taken: the other order loses the wake-up of a byte that
 * arrives between.
 */
void mps2_uart_rx_interrupt(void) {
  const uint16_t head = ring_head;
  const uint16_t next = (uint16_t)((head + 1u) & RING_MASK);
  UART_INTCLEAR = UART_INT_RX;
  const uint8_t byte = (uint8_t)UART_DATA;
  if (next == ring_tail) {
    ring_dropped++;
  } else {
    ring[head] = byte;
    ring_head = next;
  }
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

uint16_t hal_serial_read(uint8_t *bytes, uint16_t capacity) {
  const uint16_t head = ring_head;
  uint16_t tail = ring_tail;
  uint16_t count = 0;
  while (tail != head && count < capacity) {
    bytes[count] = ring[tail];
    tail = (uint16_t)((tail + 1u) & RING_MASK);
    count++;
  }
  ring_tail = tail;
  return count;
}

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
  if (ring_head == ring_tail) __asm volatile("wfi" ::: "memory");
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

static void put_text(const char *text) {
  for (; *text != 0; text++) hal_serial_write((const uint8_t *)text, 1);
}

static void put_hex(uint32_t value) {
  for (int shift = 28; shift >= 0; shift -= 4) {
    const uint8_t digit = (uint8_t)((value >> shift) & 15u);
    const uint8_t character = (uint8_t)(digit < 10u ? '0' + digit : 'a' + digit - 10);
    hal_serial_write(&character, 1);
  }
}

void mps2_fault_report(uint32_t exception, uint32_t cfsr) {
  put_text("\nfault: exception 0x");
  put_hex(exception);
  put_text(", cfsr 0x");
  put_hex(cfsr);
  put_text("\n");
}
