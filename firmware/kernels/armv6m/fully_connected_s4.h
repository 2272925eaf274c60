/*
 * Fully connected layer of int4 weights for Armv6-M: bit for bit what kernels/plain computes, at 2.9 instructions per
 * multiply-accumulate.
 *
 * As in kernels/armv6m/fully_connected_s8.h inputs and weights are made unsigned, x + 128 and w + 8. A word holds the
 * weights of eight rows for one input. Masked with 0x000F000F it is two of them, 16 bits apart, and one MULS gives both
 * products: (x + 128) * (w + 8) is at most 255 * 15, so that sixteen inputs can be summed before a sum leaves its half.
 *
 * weights      w + 8 in four bits. Rows in blocks of eight: for every input a word, row 0 in its lowest four bits; the
 *              outputs % 8 last rows follow one by one, the first of two inputs in the low half of a byte. Inputs are
 *              padded to a multiple of eight.
 * bias         bias as in kernels/plain minus 128 * sum of the row's weights, modulo 2^32
 * multiplier, per_row   as in kernels/plain
 * shift        as finish.h describes
 * scratch      GRAPES_FULLY_CONNECTED_S8_ARMV6M_SCRATCH(inputs) bytes, any alignment
 */
#ifndef GRAPES_ARMV6M_FULLY_CONNECTED_S4_H
#define GRAPES_ARMV6M_FULLY_CONNECTED_S4_H

#include <stddef.h>

#include "finish.h"

/* Inputs whose sums stay in their halves. */
#define GRAPES_NIBBLES_CHUNK_ARMV6M 16u

/* Sums of eight rows over `inputs`, a multiple of four and at most sixteen: row k in the low half of word k, 4 + k above. */
#if GRAPES_ARMV6M_ASSEMBLY

#define GRAPES_TWO_ROWS_ARMV6M(sum) \
  "movs r4, r5\n\t"                 \
  "ands r4, r3\n\t"                 \
  "muls r4, r2, r4\n\t"             \
  "add " sum ", r4\n\t"             \
  "lsrs r3, r3, #4\n\t"

/* 20 instructions for 8 products. r0 inputs, r1 weights, r5 the mask, r12 the inputs' end. */
#define GRAPES_ONE_INPUT_ARMV6M(input)                                                                \
  "ldrb r2, [r0, #" input "]\n\t"                                                                     \
  "ldmia r1!, {r3}\n\t" GRAPES_TWO_ROWS_ARMV6M("r8") GRAPES_TWO_ROWS_ARMV6M("r9")                     \
  GRAPES_TWO_ROWS_ARMV6M("r10")                                                                       \
  "ands r3, r5\n\t"                                                                                   \
  "muls r3, r2, r3\n\t"                                                                               \
  "add r11, r3\n\t"

static GRAPES_NOINLINE void grapes_dot_nibbles_armv6m(const uint8_t *input, uint16_t inputs, const uint8_t *weights,
                                                      uint32_t lanes[4]) {
  register uintptr_t r0 __asm__("r0") = (uintptr_t)input;
  register uintptr_t r1 __asm__("r1") = (uintptr_t)weights;
  register uintptr_t r2 __asm__("r2") = (uintptr_t)(input + inputs);
  register uint32_t r3 __asm__("r3") = 0;
  register uint32_t r4 __asm__("r4");
  register uint32_t r5 __asm__("r5") = 0x000F000Fu;
  __asm__ volatile(
      ".syntax unified\n\t"
      "mov r12, r2\n\t"
      "mov r8, r3\n\t"
      "mov r9, r3\n\t"
      "mov r10, r3\n\t"
      "mov r11, r3\n"
      "1:\n\t" GRAPES_ONE_INPUT_ARMV6M("0") GRAPES_ONE_INPUT_ARMV6M("1") GRAPES_ONE_INPUT_ARMV6M("2")
          GRAPES_ONE_INPUT_ARMV6M("3")
      "adds r0, #4\n\t"
      "cmp r0, r12\n\t"
      "bne 1b\n\t"
      "mov r2, r8\n\t"
      "mov r3, r9\n\t"
      "mov r4, r10\n\t"
      "mov r5, r11\n\t"
      : "+r"(r0), "+r"(r1), "+r"(r2), "+r"(r3), "=r"(r4), "+r"(r5)
      :
      : "r8", "r9", "r10", "r11", "r12", "cc", "memory");
  lanes[0] = r2;
  lanes[1] = r3;
  lanes[2] = r4;
  lanes[3] = r5;
}

#undef GRAPES_ONE_INPUT_ARMV6M
#undef GRAPES_TWO_ROWS_ARMV6M

#else

static inline void grapes_dot_nibbles_armv6m(const uint8_t *input, uint16_t inputs, const uint8_t *weights,
                                             uint32_t lanes[4]) {
  for (int k = 0; k < 4; k++) lanes[k] = 0;
  for (uint16_t i = 0; i < inputs; i++, weights += 4) {
    for (int row = 0; row < 8; row++) {
      const uint32_t raised = (uint32_t)weights[row / 2] >> (row % 2 * 4) & 15u;
      lanes[row % 4] += (uint32_t)input[i] * (raised << (row / 4 * 16));
    }
  }
}

#endif

static GRAPES_NOINLINE void grapes_dot_eight_rows_armv6m(const uint8_t *input, uint16_t inputs, const uint8_t *weights,
                                                         uint32_t *sums) {
  for (uint16_t done = 0; done < inputs; done = (uint16_t)(done + GRAPES_NIBBLES_CHUNK_ARMV6M)) {
    const uint16_t left = (uint16_t)(inputs - done);
    uint32_t lanes[4];
    grapes_dot_nibbles_armv6m(input + done, left < GRAPES_NIBBLES_CHUNK_ARMV6M ? left : (uint16_t)GRAPES_NIBBLES_CHUNK_ARMV6M,
                              weights, lanes);
    weights += 4u * GRAPES_NIBBLES_CHUNK_ARMV6M;
    for (int k = 0; k < 4; k++) {
      sums[k] += lanes[k] & 0xFFFFu;
      sums[k + 4] += lanes[k] >> 16;
    }
  }
}

#define GRAPES_KERNEL grapes_fully_connected_s4_armv6m
#define GRAPES_WEIGHT_BITS 4
#define GRAPES_ROWS 8
#define GRAPES_DOT grapes_dot_eight_rows_armv6m
#define GRAPES_RAISED(w, i) ((uint32_t)(w)[(i) / 2u] >> ((i) % 2u * 4u) & 15u)
#include "fully_connected_body.h"

/* Weight [row][column] as the layer was quantized: what learning starts from. */
static inline int8_t grapes_fully_connected_weight_s4_armv6m(const int8_t *weights, uint16_t inputs, uint16_t outputs,
                                                             uint16_t row, uint16_t column) {
  const uint32_t padded = (inputs + 7u) & ~7u;
  const int blocked = row < (outputs & ~7u);
  const uint32_t place = blocked ? (row & ~7u) * padded + column * 8u + (row & 7u) : row * padded + column;
  const uint8_t both = (uint8_t)weights[place / 2u];
  return (int8_t)((int8_t)((place & 1u) != 0 ? both >> 4 : both & 15) - 8);
}

#endif
