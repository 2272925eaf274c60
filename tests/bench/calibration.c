/* Counts BENCH_ENTRY, which takes as many turns of a loop as the arena's first word says. */
#include "count.h"
#include "grapes_binding.h"

static int8_t arena[GRAPES_ARENA_BYTES] __attribute__((aligned(8)));

int main(void) {
  hal_init();
  for (int32_t turns = 100; turns <= 100100; turns += 100000) {
    *(volatile int32_t *)(void *)arena = turns;
    report_ticks("infer", BENCH_ENTRY, arena);
  }
  *(volatile int32_t *)(void *)arena = 1;
  report("stack", stack_of(BENCH_ENTRY, arena));
  say("end\n");
  for (;;) hal_idle();
}
