/*
 * int8 fully connected layer for Armv7-M without the DSP extension (Cortex-M3): bit for bit what kernels/plain computes,
 * with 1.2 instructions per multiply-accumulate in the inner loop.
 *
 * The idea. UMLAL adds the product of two 32-bit words to 64 bits. One word w holds the weights of four rows for one input,
 * each plus 128, so that all bytes are from 0 to 255: w = a + b * 2^8 + c * 2^16 + d * 2^24. With the input x plus 128,
 * over up to 256 inputs,
 *     T = sum of x * w = A + B * 2^8 + C * 2^16 + D * 2^24
 *     U = sum of x * (c + b * 2^24) = C + B * 2^24            (w rotated by 16, two bytes masked)
 * No sum A, B, C, D reaches 2^24, so U gives C and B, and what is left of T gives A and D: four multiply-accumulates for
 * one load, one AND and two UMLAL. What the added 128 are worth is 128 times the inputs' sum, the same for all rows, and a
 * part of the bias:
 *     sum of (x + 128) * (w + 128) = sum of x * w + 128 * sum of (x + 128) + 128 * sum of w
 *
 * weights      rows in blocks of four: for every input a byte of row 0, 1, 2, 3, each the weight plus 128; inputs padded to
 *              a multiple of four with zero bytes. A last block of less than four rows repeats the last one.
 * bias, multiplier, shift   as kernels/scalar/scale.h says, the bias minus 128 times the row's sum of weights; per_row as in
 *              kernels/plain. The exporter has checked the ranges.
 * scratch      GRAPES_FULLY_CONNECTED_S8_ARMV7M_SCRATCH(inputs) bytes, any alignment: the inputs plus 128
 */
#ifndef GRAPES_ARMV7M_FULLY_CONNECTED_S8_H
#define GRAPES_ARMV7M_FULLY_CONNECTED_S8_H

#include <stddef.h>
#include <string.h>

#include "../../core/grapes_flash.h"
#include "../scalar/scale.h"
#include "assembly.h"

#define GRAPES_FULLY_CONNECTED_S8_ARMV7M_SCRATCH(inputs) (((inputs) + 3) / 4 * 4 + 3)

/* Inputs whose sums stay below 2^24. */
#define GRAPES_FOUR_ROWS_CHUNK 256u

/* Adds 128 to every input, pads with zeros to a multiple of four, and returns the sum. */
GRAPES_ALWAYS_INLINE uint32_t grapes_raise_s8_armv7m(const int8_t *input, uint16_t inputs, uint8_t *raised) {
  uint32_t sum = 0;
  for (; inputs >= 4; inputs = (uint16_t)(inputs - 4), input += 4, raised += 4) {
    uint32_t v;
    memcpy(&v, input, sizeof v);
    v ^= 0x80808080u;
    memcpy(raised, &v, sizeof v);
    v = (v & 0x00FF00FFu) + (v >> 8 & 0x00FF00FFu);
    sum += (v & 0xFFFFu) + (v >> 16);
  }
  for (uint16_t i = 0; inputs > 0 && i < 4; i++) {
    const uint8_t v = i < inputs ? (uint8_t)(input[i] + 128) : 0;
    raised[i] = v;
    sum += v;
  }
  return sum;
}

/* T and U over 4 * groups inputs, each as low and high word; returns where the next weights begin. */
#if GRAPES_ARMV7M_ASSEMBLY

#define GRAPES_FOUR_ROWS_INPUT(w)           \
  "ldrb %[value], [%[x]], #1\n\t"           \
  "umlal %[tl], %[th], %[value], " w "\n\t" \
  "and " w ", %[mask], " w ", ror #16\n\t"  \
  "umlal %[ul], %[uh], %[value], " w "\n\t"

/* Four inputs of four rows: 17 instructions for 16 products. */
GRAPES_ONE_COPY const int8_t *grapes_dot_four_rows_armv7m(const int8_t *w, const uint8_t *x, uint32_t groups,
                                                          uint32_t parts[4]) {
  uint32_t tl = 0, th = 0, ul = 0, uh = 0, value;
  const uint32_t mask = 0xFF0000FFu;
  const uint8_t *const end = x + 4u * groups;
  do {
    __asm__ volatile("ldmia %[w]!, {r4, r5, r6, r8}\n\t" GRAPES_FOUR_ROWS_INPUT("r4") GRAPES_FOUR_ROWS_INPUT("r5")
                         GRAPES_FOUR_ROWS_INPUT("r6") GRAPES_FOUR_ROWS_INPUT("r8")
                     : [tl] "+r"(tl), [th] "+r"(th), [ul] "+r"(ul), [uh] "+r"(uh), [w] "+r"(w), [x] "+r"(x),
                       [value] "=&r"(value)
                     : [mask] "r"(mask)
                     : "r4", "r5", "r6", "r8", "memory");
  } while (x != end);
  parts[0] = tl;
  parts[1] = th;
  parts[2] = ul;
  parts[3] = uh;
  return w;
}

#else

GRAPES_ONE_COPY const int8_t *grapes_dot_four_rows_armv7m(const int8_t *w, const uint8_t *x, uint32_t groups,
                                                          uint32_t parts[4]) {
  uint64_t t = 0, u = 0;
  for (const uint8_t *const end = x + 4u * groups; x != end; x++, w += 4) {
    const uint8_t a = (uint8_t)w[0], b = (uint8_t)w[1], c = (uint8_t)w[2], d = (uint8_t)w[3];
    t += (uint64_t)*x * (a | (uint32_t)b << 8 | (uint32_t)c << 16 | (uint32_t)d << 24);
    u += (uint64_t)*x * (c | (uint32_t)b << 24);
  }
  parts[0] = (uint32_t)t;
  parts[1] = (uint32_t)(t >> 32);
  parts[2] = (uint32_t)u;
  parts[3] = (uint32_t)(u >> 32);
  return w;
}

#endif

/* T and U over 4 * groups inputs; returns where the next weights begin. */
typedef const int8_t *grapes_dot_four_rows(const int8_t *w, const uint8_t *x, uint32_t groups, uint32_t parts[4]);

/* `raised_by` is what has been added to a weight; it and `dot` are constants at every call. */
GRAPES_ALWAYS_INLINE void grapes_fully_connected_armv7m(const int8_t *input, uint16_t inputs, const int8_t *weights,
                                                        const int32_t *bias, const int32_t *multiplier,
                                                        const int8_t *shift, uint8_t per_row, int8_t *output,
                                                        uint16_t outputs, int8_t output_zero_point, int8_t clamp_min,
                                                        int8_t clamp_max, uint8_t rounding, int8_t *scratch,
                                                        uint32_t raised_by, grapes_dot_four_rows *dot) {
  uint8_t *const raised = (uint8_t *)scratch + ((4u - ((uintptr_t)scratch & 3u)) & 3u);
  const int32_t offset = (int32_t)(raised_by * grapes_raise_s8_armv7m(input, inputs, raised));
  const int8_t *w = weights;
  for (uint16_t o = 0; o < outputs; o = (uint16_t)(o + 4)) {
    int32_t sums[4] = {-offset, -offset, -offset, -offset};
    for (uint32_t done = 0; done < inputs; done += GRAPES_FOUR_ROWS_CHUNK) {
      const uint32_t left = inputs - done;
      uint32_t parts[4];
      w = dot(
          w, raised + done, left < GRAPES_FOUR_ROWS_CHUNK ? (left + 3u) / 4u : GRAPES_FOUR_ROWS_CHUNK / 4u, parts);
      const uint32_t c = parts[2] & 0xFFFFFFu, b = parts[2] >> 24 | parts[3] << 8;
      const uint64_t t = ((uint64_t)parts[1] << 32 | parts[0]) - ((uint64_t)b << 8) - ((uint64_t)c << 16);
      sums[0] += (int32_t)((uint32_t)t & 0xFFFFFFu);
      sums[1] += (int32_t)b;
      sums[2] += (int32_t)c;
      sums[3] += (int32_t)(uint32_t)(t >> 24);
    }
    for (int row = 0; row < 4 && o + row < outputs; row++) {
      const int at = o + row;
      const grapes_scale_scalar scale =
          grapes_load_scale_scalar(bias + at, multiplier, shift, output_zero_point, rounding);
      multiplier += per_row;
      shift += per_row;
      output[at] = grapes_scale_s8_scalar(sums[row], scale, clamp_min, clamp_max, rounding);
    }
  }
}

GRAPES_ONE_COPY void grapes_fully_connected_s8_armv7m(const int8_t *input, uint16_t inputs, const int8_t *weights,
                                                      const int32_t *bias, const int32_t *multiplier, const int8_t *shift,
                                                      uint8_t per_row, int8_t *output, uint16_t outputs,
                                                      int8_t output_zero_point, int8_t clamp_min, int8_t clamp_max,
                                                      uint8_t rounding, int8_t *scratch) {
  grapes_fully_connected_armv7m(input, inputs, weights, bias, multiplier, shift, per_row, output, outputs,
                                output_zero_point, clamp_min, clamp_max, rounding, scratch, 128,
                                grapes_dot_four_rows_armv7m);
}

/* Weight [row][column] as the layer was quantized: what learning starts from. */
static inline int8_t grapes_fully_connected_weight_armv7m(const int8_t *weights, uint16_t inputs, uint16_t outputs,
                                                          uint16_t row, uint16_t column) {
  const uint32_t padded = (inputs + 3u) & ~3u;
  (void)outputs;
  return (int8_t)((uint8_t)weights[(row & ~3u) * padded + 4u * column + (row & 3u)] - 128);
}

#endif
