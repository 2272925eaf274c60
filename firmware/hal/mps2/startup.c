/* Vectors, memory set-up and faults. */
#include <stdint.h>

#include "boot.h"
#include "registers.h"

extern uint32_t mps2_data_start[], mps2_data_end[], mps2_data_load[];
extern uint32_t mps2_bss_start[], mps2_bss_end[];
extern uint32_t mps2_stack_limit[], mps2_stack_top[];

int main(void);
void mps2_reset(void);
void mps2_start(void) __attribute__((noreturn, used));
void mps2_fault(void) __attribute__((noreturn));

typedef void (*mps2_vector)(void);

__attribute__((section(".vectors"), used)) const mps2_vector mps2_vectors[16 + MPS2_UART_RX_IRQ + 1] = {
    [0] = (mps2_vector)(uintptr_t)mps2_stack_top,
    [1] = mps2_reset,
    [2] = mps2_fault, /* NMI */
    [3] = mps2_fault, /* hard fault; the others escalate to it */
    [16 + MPS2_UART_RX_IRQ] = mps2_uart_rx_interrupt,
};

/* Counts starts. Not cleared at start-up, so every reset finds another value; what power-on leaves there is as good. */
__attribute__((section(".noinit"))) uint32_t mps2_boot_count;

__attribute__((naked)) void mps2_reset(void) { __asm volatile("ldr r0, =mps2_stack_top\n mov sp, r0\n b mps2_start"); }

void mps2_start(void) {
  uint32_t *to;
  const uint32_t *from = mps2_data_load;
  for (to = mps2_data_start; to < mps2_data_end; to++) *to = *from++;
  for (to = mps2_bss_start; to < mps2_bss_end; to++) *to = 0;
  /* The paint stops short of this function's own frame. */
  const uint32_t *const frame = (const uint32_t *)__builtin_frame_address(0) - 32;
  for (to = mps2_stack_limit; to < frame; to++) *to = MPS2_STACK_PAINT;
  SCB_VTOR = (uint32_t)(uintptr_t)mps2_vectors;
#ifndef __ARM_FEATURE_UNALIGNED
  /* Code for a core that cannot load unaligned words may run on a larger one here: it must fault as on the real core. */
  SCB_CCR |= CCR_UNALIGN_TRP;
#endif
#ifdef __ARM_FEATURE_MVE
  SCB_CCR |= CCR_LOB;
#endif
#ifdef __ARM_FP
  SCB_CPACR |= CPACR_FPU_FULL;
  __asm volatile("dsb\n isb");
#endif
  mps2_boot_count++;
  main();
  for (;;) {
  }
}

uint32_t mps2_stack_used(void) {
  const uint32_t *at = mps2_stack_limit;
  while (at < mps2_stack_top && *at == MPS2_STACK_PAINT) at++;
  return (uint32_t)((uintptr_t)mps2_stack_top - (uintptr_t)at);
}

/* Says what happened as text on the wire and stays there: a restart would hide it. */
void mps2_fault(void) {
  uint32_t number;
  __asm volatile("mrs %0, ipsr" : "=r"(number));
  mps2_fault_report(number, SCB_CFSR);
  for (;;) __asm volatile("wfi");
}
