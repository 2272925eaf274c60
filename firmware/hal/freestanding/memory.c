/* What the compiler calls by name even in freestanding code. Must not become calls to themselves. */
#include <stdint.h>
#include <string.h>

#define NO_LOOP_PATTERNS __attribute__((optimize("no-tree-loop-distribute-patterns")))

NO_LOOP_PATTERNS void *memcpy(void *restrict to, const void *restrict from, size_t count) {
  uint8_t *t = to;
  const uint8_t *f = from;
  if ((((uintptr_t)t | (uintptr_t)f) & 3u) == 0) {
    for (; count >= 4; count -= 4, t += 4, f += 4) *(uint32_t *)(void *)t = *(const uint32_t *)(const void *)f;
  }
  for (; count > 0; count--) *t++ = *f++;
  return to;
}

NO_LOOP_PATTERNS void *memmove(void *to, const void *from, size_t count) {
  uint8_t *t = to;
  const uint8_t *f = from;
  if (t <= f) return memcpy(to, from, count);
  while (count > 0) {
    count--;
    t[count] = f[count];
  }
  return to;
}

NO_LOOP_PATTERNS void *memset(void *to, int value, size_t count) {
  uint8_t *t = to;
  const uint32_t word = 0x01010101u * (uint8_t)value;
  if (((uintptr_t)t & 3u) == 0) {
    for (; count >= 4; count -= 4, t += 4) *(uint32_t *)(void *)t = word;
  }
  for (; count > 0; count--) *t++ = (uint8_t)value;
  return to;
}

NO_LOOP_PATTERNS int memcmp(const void *a, const void *b, size_t count) {
  const uint8_t *x = a;
  const uint8_t *y = b;
  for (; count > 0; count--, x++, y++) {
    if (*x != *y) return *x < *y ? -1 : 1;
  }
  return 0;
}
