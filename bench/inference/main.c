/*
 * Runs a model (BENCH_ENTRY, its infer function) on seeded inputs and tells instructions, stack and outputs of each inference on the serial line.
 * BENCH_SAMPLES inputs: all at the lowest value, all at the highest, then pseudo-random ones (the twin of
 * tests/import/seeded-inputs.ts); BENCH_INT16: of int16. With BENCH_OPS, also the
 * instructions of the first n ops for every n.
 */
#include "count.h"
#include "grapes_binding.h"

static int8_t arena[GRAPES_ARENA_BYTES] __attribute__((aligned(8)));
static uint32_t state = 0x9e3779b9u;

#ifdef BENCH_INT16
typedef int16_t value;
enum { LOWEST = INT16_MIN, HIGHEST = INT16_MAX, MASK = 65535, DOWN = 8 };
#else
typedef int8_t value;
enum { LOWEST = INT8_MIN, HIGHEST = INT8_MAX, MASK = 255, DOWN = 16 };
#endif

static void fill(uint32_t sample) {
  value *const input = (value *)(void *)(arena + GRAPES_INPUT_OFFSET);
  for (uint32_t i = 0; i < GRAPES_INPUT_BYTES / sizeof(value); i++) {
    if (sample < 2u) {
      input[i] = sample == 0 ? LOWEST : HIGHEST;
      continue;
    }
    state ^= state << 13;
    state ^= state >> 17;
    state ^= state << 5;
    input[i] = (value)((int32_t)((state >> DOWN) & MASK) + LOWEST);
  }
}

#ifdef BENCH_OPS
static uint16_t op_count;

static void infer_ops(int8_t *memory) { grapes_model_infer_ops(memory, op_count); }
#endif

int main(void) {
  hal_init();
  for (uint32_t sample = 0; sample < BENCH_SAMPLES; sample++) {
    fill(sample);
    report_ticks("infer", BENCH_ENTRY, arena);
    say("output ");
    say_bytes(arena + GRAPES_OUTPUT_OFFSET, GRAPES_OUTPUT_BYTES);
  }
  fill(2);
  report("stack", stack_of(BENCH_ENTRY, arena));
#ifdef BENCH_OPS
  for (op_count = 0; op_count <= GRAPES_OP_COUNT; op_count++) {
    state = 0x9e3779b9u;
    fill(2);
    report_ticks("ops", infer_ops, arena);
  }
#endif
  say("end\n");
  for (;;) hal_idle();
}
