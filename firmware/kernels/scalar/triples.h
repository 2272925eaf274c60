/*
 * Three sums in two words: how cores without SIMD do three multiply-accumulates with two multiplications.
 *
 * A weight w is wanted by three output pixels that see x, y, z. With
 *     first  = x + y * 2^21          second = z + y * 2^10
 * the words A += w * first and B += w * second hold, modulo 2^32,
 *     A = X + Y * 2^21               B = Z + Y * 2^10         (X, Y, Z: the sums of w * x, w * y, w * z)
 * and while all three stay in [-2^20, 2^20) both can be taken apart: the low 21 bits of A are X, what is left is the low 11
 * bits of Y; taken off B, Z is in its low 21 bits and the rest of Y above. 64 products of an int8 and a weight in
 * [-127, 127] cannot leave that range, so sums of more are made in chunks of 64.
 */
#ifndef GRAPES_SCALAR_TRIPLES_H
#define GRAPES_SCALAR_TRIPLES_H

#include <stddef.h>

#include "../plain/weights.h"
#include "scale.h"

/* Products that a pair of words can sum. */
#define GRAPES_TRIPLES_CHUNK 64u

/* Four output channels of three pixels. */
typedef struct {
  uint32_t a[4], b[4];
} grapes_triples;

/* Two words for each of `count` values of three pixels; returns where the next words go. */
GRAPES_ALWAYS_INLINE uint32_t *grapes_expand_triples(const int8_t *x, const int8_t *y, const int8_t *z, size_t count,
                                                     uint32_t *words) {
#define GRAPES_EXPAND_TRIPLE(i)                                      \
  do {                                                               \
    const uint32_t middle = (uint32_t)(int32_t)y[i];                 \
    words[2 * (i)] = (uint32_t)(int32_t)x[i] + (middle << 21);       \
    words[2 * (i) + 1] = (uint32_t)(int32_t)z[i] + (middle << 10);   \
  } while (0)
  for (; count >= 4; count -= 4, x += 4, y += 4, z += 4, words += 8) {
    GRAPES_EXPAND_TRIPLE(0);
    GRAPES_EXPAND_TRIPLE(1);
    GRAPES_EXPAND_TRIPLE(2);
    GRAPES_EXPAND_TRIPLE(3);
  }
  for (; count > 0; count--, x++, y++, z++, words += 2) GRAPES_EXPAND_TRIPLE(0);
#undef GRAPES_EXPAND_TRIPLE
  return words;
}

/* The low 21 bits, with their sign. */
GRAPES_ALWAYS_INLINE int32_t grapes_low_21(uint32_t v) {
  return (int32_t)(v << 11) >> 11;
}

GRAPES_ALWAYS_INLINE void grapes_split_triple(uint32_t a, uint32_t b, int32_t sums[3]) {
  sums[0] = grapes_low_21(a);
  const int32_t rest = (int32_t)(a - (uint32_t)sums[0]);
  b -= (uint32_t)(rest >> 11);
  sums[2] = grapes_low_21(b);
  sums[1] = (rest >> 21) + ((int32_t)(b - (uint32_t)sums[2]) >> 10);
}

/*
 * Sums of four output channels over 4 * groups values of three pixels, at least one group. Weights: for every value the four channels'. Returns
 * where the next four channels' weights begin.
 */
typedef const int8_t *grapes_dot_triples(const int8_t *w, const uint32_t *words, uint16_t groups, grapes_triples *sums);

GRAPES_ALWAYS_INLINE const int8_t *grapes_dot_triples_of(const int8_t *w, const uint32_t *words, uint16_t groups,
                                                         grapes_triples *sums, uint8_t weight_bits) {
  uint32_t a0 = 0, a1 = 0, a2 = 0, a3 = 0, b0 = 0, b1 = 0, b2 = 0, b3 = 0;
  const uint32_t *const end = words + 8u * groups;
  do {
    const uint32_t first = words[0], second = words[1];
    const uint32_t w0 = (uint32_t)(int32_t)grapes_ld_weight(w, 0, weight_bits);
    const uint32_t w1 = (uint32_t)(int32_t)grapes_ld_weight(w, 1, weight_bits);
    const uint32_t w2 = (uint32_t)(int32_t)grapes_ld_weight(w, 2, weight_bits);
    const uint32_t w3 = (uint32_t)(int32_t)grapes_ld_weight(w, 3, weight_bits);
    a0 += w0 * first;
    b0 += w0 * second;
    a1 += w1 * first;
    b1 += w1 * second;
    a2 += w2 * first;
    b2 += w2 * second;
    a3 += w3 * first;
    b3 += w3 * second;
    words += 2;
    w += weight_bits / 2;
  } while (words != end);
  *sums = (grapes_triples){{a0, a1, a2, a3}, {b0, b1, b2, b3}};
  return w;
}

static inline const int8_t *grapes_dot_triples_plain(const int8_t *w, const uint32_t *words, uint16_t groups,
                                                     grapes_triples *sums) {
  return grapes_dot_triples_of(w, words, groups, sums, 8);
}

/* The same over int4 weights, two a byte: of the first and second channel, then of the third and fourth. */
static inline const int8_t *grapes_dot_triples_s4_plain(const int8_t *w, const uint32_t *words, uint16_t groups,
                                                        grapes_triples *sums) {
  return grapes_dot_triples_of(w, words, groups, sums, 4);
}

#endif
