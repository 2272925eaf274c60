/*
 * Prints hashes of grapes_expf, grapes_logf and grapes_tanhf over blocks of generated inputs: one line per block and
 * function. math-f32.test.ts makes the same lines with the TypeScript twin. Built for this machine, or for a Cortex-M
 * under an emulator with semihosting (CHECK_SEMIHOSTING).
 */
#include <stdint.h>

#include "grapes_math_f32.h"

#ifndef CHECK_BLOCKS
#define CHECK_BLOCKS 16
#endif
#define BLOCK_INPUTS 8192u

#ifdef CHECK_SEMIHOSTING
static void put_line(const char *line) {
  register const char *r1 __asm__("r1") = line;
  register int r0 __asm__("r0") = 4; /* SYS_WRITE0 */
  __asm__ volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory");
}
#else
#include <stdio.h>
static void put_line(const char *line) { fputs(line, stdout); }
#endif

/* Odd blocks take any bit pattern; even ones sweep the range in which the functions bend. */
static float input_of(uint32_t block, uint32_t *state) {
  *state = *state * 1664525u + 1013904223u;
  if ((block & 1u) != 0u) {
    return grapes_f32_of_bits(*state);
  }
  return (float)((int32_t)(*state >> 8) - 8388608) * 0x1p-16f;
}

static void report(uint32_t hash) {
  char line[10];
  int i;
  for (i = 0; i < 8; i++) {
    line[i] = "0123456789abcdef"[(hash >> (28 - 4 * i)) & 15u];
  }
  line[8] = '\n';
  line[9] = '\0';
  put_line(line);
}

int main(void) {
  uint32_t block, n, state = 1u;
  for (block = 0; block < CHECK_BLOCKS; block++) {
    uint32_t e = 2166136261u, l = 2166136261u, t = 2166136261u;
    for (n = 0; n < BLOCK_INPUTS; n++) {
      float x = input_of(block, &state);
      e = (e ^ grapes_bits_of_f32(grapes_expf(x))) * 16777619u;
      l = (l ^ grapes_bits_of_f32(grapes_logf(x))) * 16777619u;
      t = (t ^ grapes_bits_of_f32(grapes_tanhf(x))) * 16777619u;
    }
    report(e);
    report(l);
    report(t);
  }
  return 0;
}

#ifdef CHECK_SEMIHOSTING
extern uint32_t check_stack_top[];

static void reset(void) {
  register int r0 __asm__("r0") = 0x18; /* SYS_EXIT */
  register int r1 __asm__("r1") = 0x20026;   /* ADP_Stopped_ApplicationExit */
#ifdef __ARM_FP
  *(volatile uint32_t *)0xe000ed88u |= 0xf00000u; /* CPACR: FPU on (ARMv7-M B3.2.20) */
  __asm__ volatile("dsb\n isb");
#endif
  main();
  r0 = 0x18;
  r1 = 0x20026;
  __asm__ volatile("bkpt 0xab" : : "r"(r0), "r"(r1) : "memory");
  for (;;) {
  }
}

__attribute__((section(".vectors"), used)) static void (*const vectors[2])(void) = {
    (void (*)(void))check_stack_top, reset};
#endif
