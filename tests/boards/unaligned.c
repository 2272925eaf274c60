/* Loads a word from each address of a buffer and says what it got: an unaligned one must fault where the core faults. */
#include "count.h"

static const uint8_t bytes[8] __attribute__((aligned(4))) = {1, 2, 3, 4, 5, 6, 7, 8};

int main(void) {
  hal_init();
  for (uint32_t offset = 0; offset < 2u; offset++) {
    uint32_t word;
    __asm__ volatile("ldr %0, [%1]" : "=l"(word) : "l"(bytes + offset) : "memory");
    report("loaded", word);
  }
  say("end\n");
  for (;;) hal_idle();
}
