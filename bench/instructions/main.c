/*
 * Counts the instructions of one exported model on an emulated Cortex-M. QEMU with `-icount shift=0` advances virtual
 * time by one nanosecond an instruction, so at the board's 25 MHz a SysTick tick is 40 instructions. Inference takes the
 * same path every time: 40 runs make the mean exact. A learning step is timed alone, with a new sample each, to within
 * 40 instructions.
 */
#include <stdio.h>

#include "grapes_binding.h"

#define RUNS 40u
#define TICK_INSTRUCTIONS 40u
#define WRAP 0xFFFFFFu
#define SYST ((volatile uint32_t *)0xE000E010u)

static int8_t arena[GRAPES_ARENA_BYTES];
static uint32_t random_state = 12345u;

static void fill_input(void) {
  for (uint32_t i = 0; i < GRAPES_INPUT_BYTES; i++) {
    random_state = random_state * 1664525u + 1013904223u;
    arena[GRAPES_INPUT_OFFSET + i] = (int8_t)(random_state >> 24);
  }
}

static void start_ticks(void) {
  SYST[0] = 0;
  SYST[1] = WRAP;
  SYST[2] = 0;
  SYST[0] = 5;
  while (SYST[2] == 0) {
  }
}

static uint32_t ticks(void) {
  return WRAP - SYST[2];
}

__attribute__((noinline)) static void infer(void) {
  grapes_model_infer(arena);
}

__attribute__((noinline)) static void nothing(void) {
  __asm__ volatile("" ::: "memory");
}

/* Instructions of one call, the loop around it taken off. */
static uint32_t count(void (*call)(void)) {
  start_ticks();
  const uint32_t first = ticks();
  for (uint32_t run = 0; run < RUNS; run++) nothing();
  const uint32_t second = ticks();
  for (uint32_t run = 0; run < RUNS; run++) call();
  const uint32_t third = ticks();
  return (third - second - (second - first)) * TICK_INSTRUCTIONS / RUNS;
}

#if GRAPES_LEARNS
static grapes_learn_state state;

__attribute__((noinline)) static void learn(void) {
  uint16_t predicted;
  (void)grapes_model_learn_step(&state, arena, 3, &predicted);
}

static void count_learning(void) {
  uint32_t sum = 0, most = 0;
  grapes_model_learn_reset(&state);
  for (uint32_t step = 0; step < RUNS; step++) {
    fill_input();
    start_ticks();
    const uint32_t first = ticks();
    learn();
    const uint32_t taken = (ticks() - first) * TICK_INSTRUCTIONS;
    sum += taken;
    if (taken > most) most = taken;
  }
  printf("learn %lu\nlearn_most %lu\n", (unsigned long)(sum / RUNS), (unsigned long)most);
}
#endif

int main(void) {
  fill_input();
  printf("infer %lu\n", (unsigned long)count(infer));
#if GRAPES_LEARNS
  count_learning();
#endif
  return 0;
}
