/*
 * Counts instructions of a call on an emulated core and says so on its serial line. The emulator's clock advances by a
 * fixed time an instruction (-icount), several ticks of the port's counter, so that ticks give the exact number.
 */
#ifndef GRAPES_BENCH_COUNT_H
#define GRAPES_BENCH_COUNT_H

#include <stdint.h>

#include "hal.h"

static inline void say(const char *text) {
  for (; *text != 0; text++) hal_serial_write((const uint8_t *)text, 1);
}

static inline void say_number(uint32_t value) {
  char digits[11];
  int at = 10;
  digits[at] = 0;
  do {
    digits[--at] = (char)('0' + value % 10u);
    value /= 10u;
  } while (value > 0);
  say(digits + at);
}

/* A line of `name value`. */
static inline void report(const char *name, uint32_t value) {
  say(name);
  say(" ");
  say_number(value);
  say("\n");
}

static inline void say_bytes(const int8_t *bytes, uint32_t count) {
  static const char hex[] = "0123456789abcdef";
  for (uint32_t i = 0; i < count; i++) {
    const uint8_t byte = (uint8_t)bytes[i];
    const char text[3] = {hex[byte >> 4], hex[byte & 15u], 0};
    say(text);
  }
  say("\n");
}

typedef void (*bench_call)(int8_t *arena);

__attribute__((noinline, unused)) static void nothing(int8_t *arena) {
  (void)arena;
  __asm__ volatile("" ::: "memory");
}

/* Ticks of one call, the reading of the counter included: subtract those of `nothing`. */
__attribute__((noinline, unused)) static uint32_t ticks_of(bench_call call, int8_t *arena) {
  const uint32_t before = hal_ticks();
  call(arena);
  return hal_ticks() - before;
}

/* A line of `name ticks ticks-around`, whose difference is the call's. */
static inline void report_ticks(const char *name, bench_call call, int8_t *arena) {
  const uint32_t around = ticks_of(nothing, arena);
  const uint32_t taken = ticks_of(call, arena);
  say(name);
  say(" ");
  say_number(taken);
  say(" ");
  say_number(around);
  say("\n");
}

#define BENCH_PAINT 0xa5a5a5a5u
#define BENCH_PAINT_WORDS 1024u

/* Bytes of stack that a call takes below its caller's: the free stack is painted first. */
__attribute__((noinline, unused)) static uint32_t stack_of(bench_call call, int8_t *arena) {
  register uintptr_t sp __asm__("sp");
  const uintptr_t top = sp;
  volatile uint32_t *const low = (volatile uint32_t *)top - BENCH_PAINT_WORDS;
  for (uint32_t i = 0; i < BENCH_PAINT_WORDS; i++) low[i] = BENCH_PAINT;
  call(arena);
  uint32_t untouched = 0;
  while (untouched < BENCH_PAINT_WORDS && low[untouched] == BENCH_PAINT) untouched++;
  return (BENCH_PAINT_WORDS - untouched) * 4u;
}

#endif
