/*
 * The least that a program with newlib's semihosting needs on QEMU's Cortex-M boards: a vector table, and the FPU
 * switched on before newlib's own start code runs.
 */
#include <stdint.h>

extern uint32_t __stack;
void _start(void);
void reset(void);
void fault(void);

/* Coprocessor access control, Armv7-M Architecture Reference Manual B3.2.20. */
#define CPACR (*(volatile uint32_t *)0xE000ED88u)

void reset(void) {
  CPACR |= 0xFu << 20; /* full access to CP10 and CP11; no effect on cores without an FPU */
  __asm__ volatile("dsb\n\tisb" ::: "memory");
  _start();
}

/* Semihosting SYS_EXIT with "run-time error": a crash must not look like a hang. */
void fault(void) {
  register uint32_t operation __asm__("r0") = 0x18;
  register uint32_t reason __asm__("r1") = 0x20023;
  __asm__ volatile("bkpt 0xAB" ::"r"(operation), "r"(reason) : "memory");
  for (;;) {
  }
}

/* Cortex-M vector table: the initial stack pointer, then reset and the exceptions up to UsageFault. */
__attribute__((section(".vectors"), used)) static const struct {
  uint32_t *stack;
  void (*handlers[15])(void);
} vectors = {&__stack, {reset, fault, fault, fault, fault, fault}};
