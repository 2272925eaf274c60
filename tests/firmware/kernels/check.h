/* The least a C test needs: seeded numbers, a counter of failures, and a verdict. */
#ifndef CHECK_H
#define CHECK_H

#include <stdint.h>
#include <stdio.h>

static uint32_t random_state = 1u;
static unsigned long failures;

static inline uint32_t random_word(void) {
  random_state ^= random_state << 13;
  random_state ^= random_state >> 17;
  random_state ^= random_state << 5;
  return random_state;
}

/* Uniform in [low, high]; the range must be narrower than 2^32. */
static inline int32_t random_between(int32_t low, int32_t high) {
  return (int32_t)(low + (int64_t)(random_word() % (uint32_t)(high - low + 1)));
}

#define CHECK(condition)                                                        \
  do {                                                                          \
    if (!(condition) && failures++ < 5) printf("line %d: %s\n", __LINE__, #condition); \
  } while (0)

static inline int verdict(void) {
  printf("%s\n", failures == 0 ? "PASS" : "FAIL");
  return failures != 0;
}

#endif
