/*
 * Tells the instructions of one inference (BENCH_ENTRY) and of BENCH_STEPS learning steps, each with a new pseudo-random
 * sample, on the serial line.
 */
#include "count.h"
#include "grapes_binding.h"

static int8_t arena[GRAPES_ARENA_BYTES] __attribute__((aligned(8)));
static uint32_t random_state = 12345u;

static void fill_input(void) {
  for (uint32_t i = 0; i < GRAPES_INPUT_BYTES; i++) {
    random_state = random_state * 1664525u + 1013904223u;
    arena[GRAPES_INPUT_OFFSET + i] = (int8_t)(random_state >> 24);
  }
}

#if GRAPES_LEARNS
static grapes_learn_state state;

static void learn(int8_t *memory) {
  uint16_t predicted;
  (void)grapes_model_learn_step(&state, memory, 3, &predicted);
}
#endif

int main(void) {
  hal_init();
  fill_input();
  report_ticks("infer", BENCH_ENTRY, arena);
#if GRAPES_LEARNS
  grapes_model_learn_reset(&state);
  for (uint32_t step = 0; step < BENCH_STEPS; step++) {
    fill_input();
    report_ticks("learn", learn, arena);
  }
#endif
  say("end\n");
  for (;;) hal_idle();
}
