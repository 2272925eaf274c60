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
                                                        uint32_t *sums) {
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
                                               uint32_t *sums) {
  for (uint16_t i = 0; i < inputs; i++) {
    for (int row = 0; row < 4; row++) sums[row] += (uint32_t)input[i] * *weights++;
  }
}

#endif

/* Sums of a block of rows, starting with what `sums` holds. */
typedef void grapes_dot_rows_armv6m(const uint8_t *input, uint16_t inputs, const uint8_t *weights, uint32_t *sums);

/* Rows of a block, and weight i of a single row: int8 plus 128, or int4 plus 8, two a byte. */
#define GRAPES_BLOCK_ARMV6M (weight_bits == 4 ? 8u : 4u)
#define GRAPES_RAISED_ARMV6M(w, i) (weight_bits == 4 ? (uint32_t)(w)[(i) / 2u] >> ((i) % 2u * 4u) & 15u : (w)[i])

/* `weight_bits` and `dot` are constants at every call. */
GRAPES_INLINE void grapes_fully_connected_armv6m(const int8_t *input, uint16_t inputs, const int8_t *weights,
                                                 const int32_t *bias, const int32_t *multiplier,
                                                 const int8_t *shift, uint8_t per_row, int8_t *output,
                                                 uint16_t outputs, int8_t output_zero_point, int8_t clamp_min,
                                                 int8_t clamp_max, uint8_t rounding, int8_t *scratch,
                                                 uint8_t weight_bits, grapes_dot_rows_armv6m *dot) {
  const grapes_finish_armv6m finish = grapes_finish_of_armv6m(output_zero_point, clamp_min, clamp_max, rounding);
  const uint16_t padded = (uint16_t)((inputs + 7u) & ~7u);
  const uint8_t *w = (const uint8_t *)weights;
  uint8_t *const values = (uint8_t *)scratch;
  uint32_t offset = 0;
  grapes_scale_armv6m scale;
  grapes_prepare_scale_armv6m(&scale, *multiplier, *shift, &finish);
  for (uint16_t i = 0; i < inputs; i++) {
    values[i] = (uint8_t)(input[i] + 128);
    offset += values[i];
  }
  for (uint16_t i = inputs; i < padded; i++) values[i] = 0;
  offset <<= weight_bits - 1;
  for (uint16_t o = 0, rows; o < outputs; o = (uint16_t)(o + rows)) {
    uint32_t sums[GRAPES_BLOCK_ARMV6M];
    rows = o + GRAPES_BLOCK_ARMV6M <= outputs ? GRAPES_BLOCK_ARMV6M : 1;
    for (uint16_t k = 0; k < rows; k++) sums[k] = (uint32_t)bias[o + k] - offset;
    if (rows > 1) {
      dot(values, padded, w, sums);
    } else {
      for (uint16_t i = 0; i < padded; i++) sums[0] += (uint32_t)values[i] * GRAPES_RAISED_ARMV6M(w, i);
    }
    w += (size_t)rows * padded * weight_bits / 8u;
    if (!per_row) {
      grapes_scale_sums_armv6m((const int32_t *)sums, rows, &scale, output + o, 1, &finish);
      continue;
    }
    for (uint16_t k = 0; k < rows; k++) {
      grapes_prepare_scale_armv6m(&scale, multiplier[o + k], shift[o + k], &finish);
      grapes_scale_sums_armv6m((const int32_t *)sums + k, 1, &scale, output + o + k, 1, &finish);
    }
  }
}

#undef GRAPES_BLOCK_ARMV6M
#undef GRAPES_RAISED_ARMV6M

static inline void grapes_fully_connected_s8_armv6m(const int8_t *input, uint16_t inputs, const int8_t *weights,
                                                    const int32_t *bias, const int32_t *multiplier,
                                                    const int8_t *shift, uint8_t per_row, int8_t *output,
                                                    uint16_t outputs, int8_t output_zero_point, int8_t clamp_min,
                                                    int8_t clamp_max, uint8_t rounding, int8_t *scratch) {
  grapes_fully_connected_armv6m(input, inputs, weights, bias, multiplier, shift, per_row, output, outputs,
                                output_zero_point, clamp_min, clamp_max, rounding, scratch, 8,
                                grapes_dot_four_rows_armv6m);
}

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
