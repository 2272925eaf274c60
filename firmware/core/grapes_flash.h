/*
 * Constant data in flash.
 *
 * Every constant array is declared GRAPES_FLASH and read only through grapes_ld_*(pointer). On machines with one
 * address space these are plain reads and vanish. On AVR a plain const array would be copied to RAM at start, so there
 * the data stays in program memory and is read with LPM. A pointer reaches the first 64 KB of program memory; the
 * generated data files refuse to compile for AVR if the constants are larger than an AVR array may be.
 */
#ifndef GRAPES_FLASH_H
#define GRAPES_FLASH_H

#include <stdint.h>

/* For arrays that a kernel reads four bytes at a time. */
#if defined(__GNUC__)
#define GRAPES_WORD_ALIGNED __attribute__((aligned(4)))
#else
#define GRAPES_WORD_ALIGNED
#endif

/* A kernel at one shape, shared by all layers of that shape, is a function of its own. */
#if defined(__GNUC__)
#define GRAPES_NOINLINE __attribute__((noinline, unused))
#else
#define GRAPES_NOINLINE
#endif

/* Inlined also at -Os: a few instructions, fewer than a call takes. */
#if defined(__GNUC__)
#define GRAPES_INLINE static inline __attribute__((always_inline))
#else
#define GRAPES_INLINE static inline
#endif

#if defined(__AVR__)

#include <avr/pgmspace.h>

#define GRAPES_FLASH PROGMEM

static inline int8_t grapes_ld_s8(const int8_t *p) {
  return (int8_t)pgm_read_byte(p);
}

static inline int16_t grapes_ld_s16(const int16_t *p) {
  return (int16_t)pgm_read_word(p);
}

static inline int32_t grapes_ld_s32(const int32_t *p) {
  return (int32_t)pgm_read_dword(p);
}

static inline float grapes_ld_f32(const float *p) {
  return pgm_read_float(p);
}

#else

#define GRAPES_FLASH

static inline int8_t grapes_ld_s8(const int8_t *p) {
  return *p;
}

static inline int16_t grapes_ld_s16(const int16_t *p) {
  return *p;
}

static inline int32_t grapes_ld_s32(const int32_t *p) {
  return *p;
}

static inline float grapes_ld_f32(const float *p) {
  return *p;
}

#endif

#endif
