/*
 * Fully connected layer of int4 weights for Armv7-M without the DSP extension (Cortex-M3): bit for bit what kernels/plain
 * computes, with 1.4 instructions per multiply-accumulate in the inner loop. The idea is that of
 * kernels/armv7m/fully_connected_s8.h: a word holds the weights of four rows, each plus 8 and in a byte of its own, once the
 * other input's have been masked away.
 *
 * weights      rows in blocks of four: for every two inputs a byte of row 0, 1, 2, 3, the first input's weight plus 8 in the
 *              low half, the second's in the high one; inputs padded to a multiple of four. A last block of less than four
 *              rows repeats the last one.
 * All other arguments as in kernels/armv7m/fully_connected_s8.h.
 */
#ifndef GRAPES_ARMV7M_FULLY_CONNECTED_S4_H
#define GRAPES_ARMV7M_FULLY_CONNECTED_S4_H

#include "fully_connected_s8.h"

#if GRAPES_ARMV7M_ASSEMBLY

#define GRAPES_FOUR_ROWS_TWO_INPUTS(w)                                     \
  "and r6, %[low], " w "\n\t" GRAPES_FOUR_ROWS_INPUT("r6")                 \
  "and " w ", %[low], " w ", lsr #4\n\t" GRAPES_FOUR_ROWS_INPUT(w)

/* Four inputs of four rows: 21 instructions for 16 products. */
GRAPES_ONE_COPY const int8_t *grapes_dot_four_rows_s4_armv7m(const int8_t *w, const uint8_t *x, uint32_t groups,
                                                             uint32_t parts[4]) {
  uint32_t tl = 0, th = 0, ul = 0, uh = 0, value;
  const uint32_t mask = 0xFF0000FFu, low = 0x0F0F0F0Fu;
  const uint8_t *const end = x + 4u * groups;
  do {
    __asm__ volatile("ldmia %[w]!, {r4, r5}\n\t" GRAPES_FOUR_ROWS_TWO_INPUTS("r4") GRAPES_FOUR_ROWS_TWO_INPUTS("r5")
                     : [tl] "+r"(tl), [th] "+r"(th), [ul] "+r"(ul), [uh] "+r"(uh), [w] "+r"(w), [x] "+r"(x),
                       [value] "=&r"(value)
                     : [mask] "r"(mask), [low] "r"(low)
                     : "r4", "r5", "r6", "memory");
  } while (x != end);
  parts[0] = tl;
  parts[1] = th;
  parts[2] = ul;
  parts[3] = uh;
  return w;
}

#undef GRAPES_FOUR_ROWS_TWO_INPUTS

#else

GRAPES_ONE_COPY const int8_t *grapes_dot_four_rows_s4_armv7m(const int8_t *w, const uint8_t *x, uint32_t groups,
                                                             uint32_t parts[4]) {
  uint64_t t = 0, u = 0;
  for (const uint8_t *const end = x + 4u * groups; x != end; x += 2, w += 4) {
    for (uint8_t k = 0; k < 2; k++) {
      const uint32_t a = (uint8_t)w[0] >> (4 * k) & 15u, b = (uint8_t)w[1] >> (4 * k) & 15u;
      const uint32_t c = (uint8_t)w[2] >> (4 * k) & 15u, d = (uint8_t)w[3] >> (4 * k) & 15u;
      t += (uint64_t)x[k] * (a | b << 8 | c << 16 | d << 24);
      u += (uint64_t)x[k] * (c | b << 24);
    }
  }
  parts[0] = (uint32_t)t;
  parts[1] = (uint32_t)(t >> 32);
  parts[2] = (uint32_t)u;
  parts[3] = (uint32_t)(u >> 32);
  return w;
}

#endif

GRAPES_ONE_COPY void grapes_fully_connected_s4_armv7m(const int8_t *input, uint16_t inputs, const int8_t *weights,
                                                      const int32_t *bias, const int32_t *multiplier, const int8_t *shift,
                                                      uint8_t per_row, int8_t *output, uint16_t outputs,
                                                      int8_t output_zero_point, int8_t clamp_min, int8_t clamp_max,
                                                      uint8_t rounding, int8_t *scratch) {
  grapes_fully_connected_armv7m(input, inputs, weights, bias, multiplier, shift, per_row, output, outputs,
                                output_zero_point, clamp_min, clamp_max, rounding, scratch, 8,
                                grapes_dot_four_rows_s4_armv7m);
}

/* Weight [row][column] as the layer was quantized: what learning starts from. */
static inline int8_t grapes_fully_connected_weight_s4_armv7m(const int8_t *weights, uint16_t inputs, uint16_t outputs,
                                                             uint16_t row, uint16_t column) {
  const uint32_t padded = (inputs + 3u) & ~3u;
  const uint8_t both = (uint8_t)weights[(row & ~3u) * padded / 2u + (column & ~1u) * 2u + (row & 3u)];
  (void)outputs;
  return (int8_t)((int8_t)((column & 1u) != 0 ? both >> 4 : both & 15) - 8);
}

#endif
