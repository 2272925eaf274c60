/* The memory functions of memory.c, for toolchains that come without a C library. */
#ifndef GRAPES_FREESTANDING_STRING_H
#define GRAPES_FREESTANDING_STRING_H

#include <stddef.h>

void *memcpy(void *restrict to, const void *restrict from, size_t count);
void *memmove(void *to, const void *from, size_t count);
void *memset(void *to, int value, size_t count);
int memcmp(const void *a, const void *b, size_t count);

#endif
