/*
 * Convolution of int4 weights for Armv7-M without the DSP extension (Cortex-M3): bit for bit what kernels/plain computes, with
 * 1.2 instructions per multiply-accumulate in the inner loop. All but that loop is kernels/scalar/conv_2d_s8.h: SBFX takes a
 * weight out of a word of eight in one instruction, as LDRSB loads one.
 *
 * weights      in the order that kernels/scalar/conv_2d_s8.h describes, two a byte, the first in the low half
 */
#ifndef GRAPES_ARMV7M_CONV_2D_S4_H
#define GRAPES_ARMV7M_CONV_2D_S4_H

#include "../scalar/conv_2d_s8.h"
#include "assembly.h"

#if GRAPES_ARMV7M_ASSEMBLY

#define GRAPES_ARMV7M_ROW(from, a, b)                    \
  "sbfx %[weight], %[eight], #" from ", #4\n\t"          \
  "mla " a ", %[weight], %[first], " a "\n\t"            \
  "mla " b ", %[weight], %[second], " b "\n\t"

/* One value of three pixels, four channels: 13 instructions for 12 products. */
#define GRAPES_ARMV7M_VALUE(w0, w1, w2, w3)            \
  "ldrd %[first], %[second], [%[words]], #8\n\t"       \
  GRAPES_ARMV7M_ROW(w0, "%[a0]", "%[b0]")              \
  GRAPES_ARMV7M_ROW(w1, "%[a1]", "%[b1]")              \
  GRAPES_ARMV7M_ROW(w2, "%[a2]", "%[b2]")              \
  GRAPES_ARMV7M_ROW(w3, "%[a3]", "%[b3]")

/* Two values; where their eight weights lie is in memory: thirteen registers are taken. */
#define GRAPES_ARMV7M_TWO_VALUES                       \
  "ldr %[weight], %[w]\n\t"                            \
  "ldr %[eight], [%[weight]], #4\n\t"                  \
  "str %[weight], %[w]\n\t"                            \
  GRAPES_ARMV7M_VALUE("0", "4", "8", "12")             \
  GRAPES_ARMV7M_VALUE("16", "20", "24", "28")

#if defined(__OPTIMIZE_SIZE__)
#define GRAPES_ARMV7M_DOT GRAPES_ONE_COPY
#else
#define GRAPES_ARMV7M_DOT GRAPES_ALWAYS_INLINE
#endif

GRAPES_ARMV7M_DOT const int8_t *grapes_dot_triples_s4_armv7m(const int8_t *weights, const uint32_t *words, uint16_t groups,
                                                             grapes_triples *sums) {
  uint32_t a0 = 0, a1 = 0, a2 = 0, a3 = 0, b0 = 0, b1 = 0, b2 = 0, b3 = 0, first, second, weight, eight;
  const int8_t *w = weights;
  const uint32_t *const end = words + 8u * groups;
  do {
    __asm__ volatile(GRAPES_ARMV7M_TWO_VALUES GRAPES_ARMV7M_TWO_VALUES
                     : [a0] "+r"(a0), [a1] "+r"(a1), [a2] "+r"(a2), [a3] "+r"(a3), [b0] "+r"(b0), [b1] "+r"(b1),
                       [b2] "+r"(b2), [b3] "+r"(b3), [w] "+m"(w), [words] "+r"(words), [first] "=&r"(first),
                       [second] "=&r"(second), [weight] "=&r"(weight), [eight] "=&r"(eight)
                     :
                     : "memory");
  } while (words != end);
  *sums = (grapes_triples){{a0, a1, a2, a3}, {b0, b1, b2, b3}};
  return w;
}

#undef GRAPES_ARMV7M_TWO_VALUES
#undef GRAPES_ARMV7M_VALUE
#undef GRAPES_ARMV7M_ROW
#undef GRAPES_ARMV7M_DOT

#else

GRAPES_ALWAYS_INLINE const int8_t *grapes_dot_triples_s4_armv7m(const int8_t *w, const uint32_t *words, uint16_t groups,
                                                                grapes_triples *sums) {
  return grapes_dot_triples_s4_plain(w, words, groups, sums);
}

#endif

GRAPES_DEFINE_BLOCKS(s4_armv7m)

GRAPES_ALWAYS_INLINE void grapes_conv_2d_s4_armv7m(
    const int8_t *input, uint16_t in_height, uint16_t in_width, uint16_t in_channels, const int8_t *weights,
    const int32_t *bias, const int32_t *multiplier, const int8_t *shift, int8_t *output, uint16_t out_height,
    uint16_t out_width, uint16_t out_channels, uint16_t kernel_height, uint16_t kernel_width, uint16_t stride_height,
    uint16_t stride_width, uint16_t dilation_height, uint16_t dilation_width, uint16_t pad_top, uint16_t pad_left,
    int8_t input_zero_point, int8_t output_zero_point, int8_t clamp_min, int8_t clamp_max, uint8_t rounding,
    int8_t *scratch) {
  grapes_conv_2d_s8_scalar(input, in_height, in_width, in_channels, weights, bias, multiplier, shift, output,
                           out_height, out_width, out_channels, kernel_height, kernel_width, stride_height,
                           stride_width, dilation_height, dilation_width, pad_top, pad_left, input_zero_point,
                           output_zero_point, clamp_min, clamp_max, rounding, scratch, GRAPES_BLOCKS_OF_SET(s4_armv7m));
}

#endif
