/* Entry, memory set-up and traps. */
#include <stdint.h>

#include "boot.h"
#include "registers.h"

#define STACK_PAINT 0xa5a5a5a5u

extern uint32_t riscv_virt_data_start[], riscv_virt_data_end[], riscv_virt_data_load[];
extern uint32_t riscv_virt_bss_start[], riscv_virt_bss_end[];
extern uint32_t riscv_virt_stack_limit[], riscv_virt_stack_top[];

int main(void);
void riscv_virt_reset(void);
void riscv_virt_start(void) __attribute__((noreturn, used));
void riscv_virt_trap(void);

/* Where mtvec leads: the stack bound of an image is computed from this table. */
typedef void (*trap_handler)(void);
extern const trap_handler grapes_trap_handlers[1];
__attribute__((used)) const trap_handler grapes_trap_handlers[1] = {riscv_virt_trap};

/* Counts starts. Not cleared at start-up, so every reset finds another value; what power-on leaves there is as good. */
__attribute__((section(".noinit"))) uint32_t riscv_virt_boot_count;

/* First in memory: the machine starts here. */
__attribute__((naked, section(".start"))) void riscv_virt_reset(void) {
  __asm volatile("la sp, riscv_virt_stack_top\n j riscv_virt_start");
}

void riscv_virt_start(void) {
  uint32_t *to;
  const uint32_t *from = riscv_virt_data_load;
  for (to = riscv_virt_data_start; to < riscv_virt_data_end; to++) *to = *from++;
  for (to = riscv_virt_bss_start; to < riscv_virt_bss_end; to++) *to = 0;
  /* The paint stops short of this function's own frame. */
  const uint32_t *const frame = (const uint32_t *)__builtin_frame_address(0) - 32;
  for (to = riscv_virt_stack_limit; to < frame; to++) *to = STACK_PAINT;
  __asm volatile("la t0, grapes_trap_handlers\n lw t0, 0(t0)\n csrw mtvec, t0" ::: "t0");
  riscv_virt_boot_count++;
  main();
  for (;;) {
  }
}

uint32_t riscv_virt_stack_used(void) {
  const uint32_t *at = riscv_virt_stack_limit;
  while (at < riscv_virt_stack_top && *at == STACK_PAINT) at++;
  return (uint32_t)((uintptr_t)riscv_virt_stack_top - (uintptr_t)at);
}

/* All traps. A fault says what happened as text on the wire and stays there: a restart would hide it. */
__attribute__((interrupt("machine"), aligned(4))) void riscv_virt_trap(void) {
  uint32_t cause;
  __asm volatile("csrr %0, mcause" : "=r"(cause));
  if (cause == MCAUSE_EXTERNAL) {
    riscv_virt_uart_interrupt();
    return;
  }
  uint32_t address;
  __asm volatile("csrr %0, mepc" : "=r"(address));
  riscv_virt_fault_report(cause, address);
  for (;;) __asm volatile("wfi");
}
