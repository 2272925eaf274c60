/*
 * exp, log and tanh in float32 for learning on the device.
 *
 * Every sum, product and quotient is rounded to float32 on its own and in the order written here, so the host
 * (src/ir/learn/math-f32.ts) and every device agree on every bit. docs/numerics.md defines the steps. Compile with
 * -ffp-contract=off: a fused multiply-add rounds once where these round twice. No libm, no <string.h>, no double.
 * The polynomials are those of the Cephes library (S. Moshier).
 */
#ifndef GRAPES_MATH_F32_H
#define GRAPES_MATH_F32_H

#include <stdint.h>

typedef union {
  float real;
  uint32_t word;
} grapes_f32_bits;

static inline uint32_t grapes_bits_of_f32(float x) {
  grapes_f32_bits b;
  b.real = x;
  return b.word;
}

static inline float grapes_f32_of_bits(uint32_t word) {
  grapes_f32_bits b;
  b.word = word;
  return b.real;
}

/* 2^n for n in [-126, 127]. */
static inline float grapes_pow2_f32(int32_t n) {
  return grapes_f32_of_bits((uint32_t)(n + 127) << 23);
}

/* e^x. NaN gives NaN, overflow +infinity, underflow +0. */
static inline float grapes_expf(float x) {
  float t, r, p, y;
  int32_t k, half;
  if (x != x) {
    return grapes_f32_of_bits(0x7fc00000u);
  }
  if (x > 0x1.62e42ep+6f) {
    return grapes_f32_of_bits(0x7f800000u);
  }
  if (x < -0x1.9fe368p+6f) {
    return 0.0f;
  }
  /* k = x / ln 2 to the nearest whole number; r = x - k ln 2, with ln 2 in two parts */
  t = x * 0x1.715476p+0f;
  k = (int32_t)(t + (t < 0.0f ? -0.5f : 0.5f));
  r = x - (float)k * 0x1.63p-1f;
  r = r - (float)k * -0x1.bd0106p-13f;
  p = 0x1.a0d2cep-13f * r + 0x1.6e879cp-10f;
  p = p * r + 0x1.11121p-7f;
  p = p * r + 0x1.555382p-5f;
  p = p * r + 0x1.555554p-3f;
  p = p * r + 0.5f;
  y = (p * (r * r) + r) + 1.0f;
  /* 2^k in two factors: k = 128 and subnormal results have no single one. Only the last product can round. */
  half = k / 2;
  return (y * grapes_pow2_f32(half)) * grapes_pow2_f32(k - half);
}

/* Natural logarithm. NaN and negative numbers give NaN, both zeros -infinity, +infinity itself. */
static inline float grapes_logf(float x) {
  float m = x, z, p, y;
  int32_t e = -126;
  uint32_t b;
  if (x != x || x < 0.0f) {
    return grapes_f32_of_bits(0x7fc00000u);
  }
  if (x == 0.0f) {
    return grapes_f32_of_bits(0xff800000u);
  }
  b = grapes_bits_of_f32(x);
  if (b == 0x7f800000u) {
    return x;
  }
  if (b < 0x00800000u) {
    m = x * 8388608.0f; /* 2^23: a subnormal becomes normal */
    e = -149;
    b = grapes_bits_of_f32(m);
  }
  e += (int32_t)(b >> 23);
  m = grapes_f32_of_bits((b & 0x007fffffu) | 0x3f000000u);
  if (m < 0x1.6a09e6p-1f) {
    e -= 1;
    m = (m + m) - 1.0f;
  } else {
    m = m - 1.0f;
  }
  z = m * m;
  p = 0x1.204376p-4f * m - 0x1.d7a37p-4f;
  p = p * m + 0x1.de4a34p-4f;
  p = p * m - 0x1.fcba9ep-4f;
  p = p * m + 0x1.23d37ep-3f;
  p = p * m - 0x1.555cap-3f;
  p = p * m + 0x1.999d58p-3f;
  p = p * m - 0x1.fffff8p-3f;
  p = p * m + 0x1.555554p-2f;
  y = (p * m) * z;
  y = y + (float)e * -0x1.bd0106p-13f;
  y = y - 0.5f * z;
  return (m + y) + (float)e * 0x1.63p-1f;
}

/* Hyperbolic tangent, odd in every bit. NaN gives NaN. */
static inline float grapes_tanhf(float x) {
  uint32_t b = grapes_bits_of_f32(x);
  uint32_t sign = b & 0x80000000u;
  float a = grapes_f32_of_bits(b & 0x7fffffffu);
  float y, z, p;
  if (x != x) {
    return grapes_f32_of_bits(0x7fc00000u);
  }
  if (a >= 0x1.205968p+3f) {
    y = 1.0f;
  } else if (a >= 0x1.4p-1f) {
    y = 1.0f - 2.0f / (grapes_expf(a + a) + 1.0f);
  } else {
    z = a * a;
    p = -0x1.75e1d4p-8f * z + 0x1.52269cp-6f;
    p = p * z - 0x1.b83c5ap-5f;
    p = p * z + 0x1.110726p-3f;
    p = p * z - 0x1.555532p-2f;
    y = (p * z) * a + a;
  }
  return grapes_f32_of_bits(grapes_bits_of_f32(y) | sign);
}

#endif
