/*
 * Instructions of the DSP extension (Cortex-M4, M7, M33), each with its meaning in C for every other machine.
 */
#ifndef GRAPES_DSP_INSTRUCTIONS_H
#define GRAPES_DSP_INSTRUCTIONS_H

#include <stdint.h>
#include <string.h>

#include "../../core/grapes_flash.h"

#if !defined(GRAPES_DSP_ASSEMBLY)
/* Not at -O0: the inner loops take thirteen registers, more than unoptimised code leaves. */
#if defined(__ARM_FEATURE_DSP) && defined(__thumb2__) && defined(__OPTIMIZE__)
#define GRAPES_DSP_ASSEMBLY 1
#else
#define GRAPES_DSP_ASSEMBLY 0
#endif
#endif

#if GRAPES_DSP_ASSEMBLY

/* Bytes 0 and 2 of v, widened to the two halves. */
static inline uint32_t grapes_widen_even(uint32_t v) {
  uint32_t r;
  __asm__("sxtb16 %0, %1" : "=r"(r) : "r"(v));
  return r;
}

static inline uint32_t grapes_widen_odd(uint32_t v) {
  uint32_t r;
  __asm__("sxtb16 %0, %1, ror #8" : "=r"(r) : "r"(v));
  return r;
}

/* Bytes 0 and 2, or 1 and 3, of v, widened and added to the halves of sums. */
static inline uint32_t grapes_add_widened_even(uint32_t sums, uint32_t v) {
  uint32_t r;
  __asm__("sxtab16 %0, %1, %2" : "=r"(r) : "r"(sums), "r"(v));
  return r;
}

static inline uint32_t grapes_add_widened_odd(uint32_t sums, uint32_t v) {
  uint32_t r;
  __asm__("sxtab16 %0, %1, %2, ror #8" : "=r"(r) : "r"(sums), "r"(v));
  return r;
}

/* Of each pair of bytes the larger, or the smaller. */
static inline uint32_t grapes_larger_bytes(uint32_t a, uint32_t b) {
  uint32_t r;
  __asm__("ssub8 %0, %1, %2\n\tsel %0, %1, %2" : "=&r"(r) : "r"(a), "r"(b));
  return r;
}

static inline uint32_t grapes_smaller_bytes(uint32_t a, uint32_t b) {
  uint32_t r;
  __asm__("ssub8 %0, %1, %2\n\tsel %0, %2, %1" : "=&r"(r) : "r"(a), "r"(b));
  return r;
}

/* Bytes 0 and 2 of v, not sign-extended. */
static inline uint32_t grapes_pick_even(uint32_t v) {
  uint32_t r;
  __asm__("uxtb16 %0, %1" : "=r"(r) : "r"(v));
  return r;
}

static inline uint32_t grapes_subtract_halves(uint32_t a, uint32_t b) {
  uint32_t r;
  __asm__("ssub16 %0, %1, %2" : "=r"(r) : "r"(a), "r"(b));
  return r;
}

static inline uint32_t grapes_add_halves(uint32_t a, uint32_t b) {
  uint32_t r;
  __asm__("sadd16 %0, %1, %2" : "=r"(r) : "r"(a), "r"(b));
  return r;
}

/* sum + low(a) * low(b) + high(a) * high(b), modulo 2^32. */
static inline uint32_t grapes_dot_halves(uint32_t a, uint32_t b, uint32_t sum) {
  uint32_t r;
  __asm__("smlad %0, %1, %2, %3" : "=r"(r) : "r"(a), "r"(b), "r"(sum));
  return r;
}

/* low(a) in the low half, low(b) in the high one. */
static inline uint32_t grapes_pack_low(uint32_t a, uint32_t b) {
  uint32_t r;
  __asm__("pkhbt %0, %1, %2, lsl #16" : "=r"(r) : "r"(a), "r"(b));
  return r;
}

/* high(a) in the low half, high(b) in the high one. */
static inline uint32_t grapes_pack_high(uint32_t a, uint32_t b) {
  uint32_t r;
  __asm__("pkhtb %0, %2, %1, asr #16" : "=r"(r) : "r"(a), "r"(b));
  return r;
}

/* sum + low(a) * low(b); sum + high(a) * high(b). */
static inline uint32_t grapes_multiply_low(uint32_t a, uint32_t b, uint32_t sum) {
  uint32_t r;
  __asm__("smlabb %0, %1, %2, %3" : "=r"(r) : "r"(a), "r"(b), "r"(sum));
  return r;
}

/* sum + low(a) * high(b). */
static inline uint32_t grapes_multiply_low_high(uint32_t a, uint32_t b, uint32_t sum) {
  uint32_t r;
  __asm__("smlabt %0, %1, %2, %3" : "=r"(r) : "r"(a), "r"(b), "r"(sum));
  return r;
}

static inline uint32_t grapes_multiply_high(uint32_t a, uint32_t b, uint32_t sum) {
  uint32_t r;
  __asm__("smlatt %0, %1, %2, %3" : "=r"(r) : "r"(a), "r"(b), "r"(sum));
  return r;
}

/* clamp(v, -128, 127) */
static inline int32_t grapes_saturate_s8(int32_t v) {
  int32_t r;
  __asm__("ssat %0, #8, %1" : "=r"(r) : "r"(v));
  return r;
}

/* clamp(v, -2^15, 2^15 - 1) */
static inline int32_t grapes_saturate_s16(int32_t v) {
  int32_t r;
  __asm__("ssat %0, #16, %1" : "=r"(r) : "r"(v));
  return r;
}

/* clamp(v, 0, 2^15 - 1) */
static inline int32_t grapes_saturate_u15(int32_t v) {
  int32_t r;
  __asm__("usat %0, #15, %1" : "=r"(r) : "r"(v));
  return r;
}

/* floor((a * b + 2^31) / 2^32) */
static inline int32_t grapes_multiply_top(int32_t a, int32_t b) {
  int32_t r;
  __asm__("smmulr %0, %1, %2" : "=r"(r) : "r"(a), "r"(b));
  return r;
}

/* sum + floor((a * b + 2^31) / 2^32) */
static inline int32_t grapes_multiply_top_rounded(int32_t a, int32_t b, int32_t sum) {
  int32_t r;
  __asm__("smmlar %0, %1, %2, %3" : "=r"(r) : "r"(a), "r"(b), "r"(sum));
  return r;
}

#else

static inline uint32_t grapes_half_s16(uint32_t v) {
  return (uint32_t)(int32_t)(int16_t)(uint16_t)(v & 0xFFFFu);
}

static inline uint32_t grapes_widen_even(uint32_t v) {
  const uint32_t low = (uint32_t)(int32_t)(int8_t)(uint8_t)(v & 0xFFu);
  const uint32_t high = (uint32_t)(int32_t)(int8_t)(uint8_t)((v >> 16) & 0xFFu);
  return (low & 0xFFFFu) | (high << 16);
}

static inline uint32_t grapes_widen_odd(uint32_t v) {
  return grapes_widen_even(v >> 8);
}

static inline uint32_t grapes_pick_even(uint32_t v) {
  return v & 0x00FF00FFu;
}

static inline uint32_t grapes_add_widened_even(uint32_t sums, uint32_t v) {
  const uint32_t widened = grapes_widen_even(v);
  return ((sums + widened) & 0xFFFFu) | (((sums >> 16) + (widened >> 16)) << 16);
}

static inline uint32_t grapes_add_widened_odd(uint32_t sums, uint32_t v) {
  return grapes_add_widened_even(sums, v >> 8);
}

static inline uint32_t grapes_larger_bytes(uint32_t a, uint32_t b) {
  uint32_t r = 0;
  for (unsigned by = 0; by < 32; by += 8) {
    const int8_t x = (int8_t)(uint8_t)(a >> by & 0xFFu), y = (int8_t)(uint8_t)(b >> by & 0xFFu);
    r |= (uint32_t)(uint8_t)(x > y ? x : y) << by;
  }
  return r;
}

static inline uint32_t grapes_smaller_bytes(uint32_t a, uint32_t b) {
  const uint32_t larger = grapes_larger_bytes(a, b);
  return a ^ b ^ larger;
}

static inline uint32_t grapes_subtract_halves(uint32_t a, uint32_t b) {
  return ((a - b) & 0xFFFFu) | (((a >> 16) - (b >> 16)) << 16);
}

static inline uint32_t grapes_add_halves(uint32_t a, uint32_t b) {
  return ((a + b) & 0xFFFFu) | (((a >> 16) + (b >> 16)) << 16);
}

static inline uint32_t grapes_dot_halves(uint32_t a, uint32_t b, uint32_t sum) {
  return sum + grapes_half_s16(a) * grapes_half_s16(b) + grapes_half_s16(a >> 16) * grapes_half_s16(b >> 16);
}

static inline uint32_t grapes_pack_low(uint32_t a, uint32_t b) {
  return (a & 0xFFFFu) | (b << 16);
}

static inline uint32_t grapes_pack_high(uint32_t a, uint32_t b) {
  return (a >> 16) | (b & 0xFFFF0000u);
}

static inline uint32_t grapes_multiply_low(uint32_t a, uint32_t b, uint32_t sum) {
  return sum + grapes_half_s16(a) * grapes_half_s16(b);
}

static inline uint32_t grapes_multiply_low_high(uint32_t a, uint32_t b, uint32_t sum) {
  return sum + grapes_half_s16(a) * grapes_half_s16(b >> 16);
}

static inline uint32_t grapes_multiply_high(uint32_t a, uint32_t b, uint32_t sum) {
  return sum + grapes_half_s16(a >> 16) * grapes_half_s16(b >> 16);
}

static inline int32_t grapes_saturate_s8(int32_t v) {
  return v < -128 ? -128 : v > 127 ? 127 : v;
}

static inline int32_t grapes_saturate_s16(int32_t v) {
  return v < INT16_MIN ? INT16_MIN : v > INT16_MAX ? INT16_MAX : v;
}

static inline int32_t grapes_saturate_u15(int32_t v) {
  return v < 0 ? 0 : v > INT16_MAX ? INT16_MAX : v;
}

static inline int32_t grapes_multiply_top(int32_t a, int32_t b) {
  return (int32_t)(((int64_t)a * b + 0x80000000LL) >> 32);
}

static inline int32_t grapes_multiply_top_rounded(int32_t a, int32_t b, int32_t sum) {
  return sum + (int32_t)(((int64_t)a * b + 0x80000000LL) >> 32);
}

#endif

static inline uint32_t grapes_load_word(const int8_t *p) {
  uint32_t v;
  memcpy(&v, p, sizeof v);
  return v;
}

#endif
