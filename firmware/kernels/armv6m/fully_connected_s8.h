/*
 * int8 fully connected layer for Armv6-M: bit for bit what kernels/plain computes, at 3.4 instructions per
 * multiply-accumulate.
 *
 * Signed bytes can only be loaded with an index in a register, unsigned ones at a fixed distance. So inputs and weights are
 * made unsigned, x + 128 and w + 128, and what that adds to a sum is taken off again: 128 times the weights is part of the
 * bias, 128 times the inputs is one number for all rows, made while the inputs are copied to the scratch memory. Four rows
 * share the loading of an input.
 *
 * weights      w + 128 in a byte. Rows in blocks of four, interleaved: for every input one byte of row 0, 1, 2, 3; the
 *              outputs % 4 last rows follow one by one. Inputs are padded to a multiple of eight.
 * bias         bias as in kernels/plain minus 128 * sum of the row's weights, modulo 2^32
 * multiplier, per_row   as in kernels/plain
 * shift        as finish.h describes
 * scratch      GRAPES_FULLY_CONNECTED_S8_ARMV6M_SCRATCH(inputs) bytes, any alignment
 */
#ifndef GRAPES_ARMV6M_FULLY_CONNECTED_S8_H
#define GRAPES_ARMV6M_FULLY_CONNECTED_S8_H

#include <stddef.h>

#include "finish.h"

#define GRAPES_FULLY_CONNECTED_S8_ARMV6M_SCRATCH(inputs) (((inputs) + 7) / 8 * 8)

/* Sums of four rows, starting with what `sums` holds. `inputs` is a multiple of eight. */
#if GRAPES_ARMV6M_ASSEMBLY

#define GRAPES_ONE_INPUT_ARMV6M(input, w0, w1, w2, w3) \
  "ldrb r2, [r0, #" #input "]\n\t"                     \
  "ldrb r3, [r1, #" #w0 "]\n\t"                        \
  "muls r3, r2, r3\n\t"                                \
  "adds r4, r4, r3\n\t"                                \
  "ldrb r3, [r1, #" #w1 "]\n\t"                        \
  "muls r3, r2, r3\n\t"                                \
  "adds r5, r5, r3\n\t"                                \
  "ldrb r3, [r1, #" #w2 "]\n\t"                        \
  "muls r3, r2, r3\n\t"                                \
  "adds r6, r6, r3\n\t"                                \
  "ldrb r3, [r1, #" #w3 "]\n\t"                        \
  "muls r3, r2, r3\n\t"                                \
  "add r8, r3\n\t"

static GRAPES_NOINLINE void grapes_dot_four_rows_armv6m(const uint8_t *input, uint16_t inputs, const uint8_t *weights,
                                                        uint32_t sums[4]) {
  register const uint8_t *r0 __asm__("r0") = input;
  register const uint8_t *r1 __asm__("r1") = weights;
  register uint32_t r2 __asm__("r2") = (uint32_t)(uintptr_t)(input + inputs);
  register uint32_t r3 __asm__("r3") = sums[3];
  register uint32_t r4 __asm__("r4") = sums[0];
  register uint32_t r5 __asm__("r5") = sums[1];
  register uint32_t r6 __asm__("r6") = sums[2];
  __asm__ volatile(
      ".syntax unified\n\t"
      "mov r9, r2\n\t"
      "mov r8, r3\n"
      "1:\n\t" GRAPES_ONE_INPUT_ARMV6M(0, 0, 1, 2, 3) GRAPES_ONE_INPUT_ARMV6M(1, 4, 5, 6, 7)
          GRAPES_ONE_INPUT_ARMV6M(2, 8, 9, 10, 11) GRAPES_ONE_INPUT_ARMV6M(3, 12, 13, 14, 15)
              GRAPES_ONE_INPUT_ARMV6M(4, 16, 17, 18, 19) GRAPES_ONE_INPUT_ARMV6M(5, 20, 21, 22, 23)
                  GRAPES_ONE_INPUT_ARMV6M(6, 24, 25, 26, 27) GRAPES_ONE_INPUT_ARMV6M(7, 28, 29, 30, 31)
      "adds r1, #32\n\t"
      "adds r0, #8\n\t"
      "cmp r0, r9\n\t"
      "bne 1b\n\t"
      "mov r3, r8\n\t"
      : "+r"(r0), "+r"(r1), "+r"(r2), "+r"(r3), "+r"(r4), "+r"(r5), "+r"(r6)
      :
      : "r8", "r9", "cc", "memory");
  sums[0] = r4;
  sums[1] = r5;
  sums[2] = r6;
  sums[3] = r3;
}

#undef GRAPES_ONE_INPUT_ARMV6M

#else

static inline void grapes_dot_four_rows_armv6m(const uint8_t *input, uint16_t inputs, const uint8_t *weights,
                                               uint32_t sums[4]) {
  for (uint16_t i = 0; i < inputs; i++) {
    for (int row = 0; row < 4; row++) sums[row] += (uint32_t)input[i] * *weights++;
  }
}

#endif

#define GRAPES_KERNEL grapes_fully_connected_s8_armv6m
#define GRAPES_WEIGHT_BITS 8
#define GRAPES_ROWS 4
#define GRAPES_DOT grapes_dot_four_rows_armv6m
#define GRAPES_RAISED(w, i) (w)[i]
#include "fully_connected_body.h"

/* Weight [row][column] as the layer was quantized: what learning starts from. */
static inline int8_t grapes_fully_connected_weight_armv6m(const int8_t *weights, uint16_t inputs, uint16_t outputs,
                                                          uint16_t row, uint16_t column) {
  const uint32_t padded = (inputs + 7u) & ~7u;
  const uint32_t blocked = outputs & ~3u;
  const uint8_t *const w = (const uint8_t *)weights;
  const uint8_t byte =
      row < blocked ? w[(row & ~3u) * padded + column * 4u + (row & 3u)] : w[row * padded + column];
  return (int8_t)(byte - 128);
}

#endif
