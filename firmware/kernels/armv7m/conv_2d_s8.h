/*
 * int8 convolution for Armv7-M without the DSP extension (Cortex-M3): bit for bit what kernels/plain computes, with 1.1
 * instructions per multiply-accumulate in the inner loop. Everything but that loop, and the layout of the constants, is
 * in kernels/scalar/conv_2d_s8.h.
 */
#ifndef GRAPES_ARMV7M_CONV_2D_S8_H
#define GRAPES_ARMV7M_CONV_2D_S8_H

#include "../scalar/conv_2d_s8.h"
#include "assembly.h"

#if GRAPES_ARMV7M_ASSEMBLY

#define GRAPES_ARMV7M_ROW(a, b)               \
  "ldrsb %[weight], [%[w]], #1\n\t"           \
  "mla " a ", %[weight], %[first], " a "\n\t" \
  "mla " b ", %[weight], %[second], " b "\n\t"

/* One value of three pixels, four channels: 13 instructions for 12 products. */
#define GRAPES_ARMV7M_VALUE                            \
  "ldrd %[first], %[second], [%[words]], #8\n\t"       \
  GRAPES_ARMV7M_ROW("%[a0]", "%[b0]")                  \
  GRAPES_ARMV7M_ROW("%[a1]", "%[b1]")                  \
  GRAPES_ARMV7M_ROW("%[a2]", "%[b2]")                  \
  GRAPES_ARMV7M_ROW("%[a3]", "%[b3]")

#if defined(__OPTIMIZE_SIZE__)
#define GRAPES_ARMV7M_DOT GRAPES_ONE_COPY
#else
#define GRAPES_ARMV7M_DOT GRAPES_ALWAYS_INLINE
#endif

GRAPES_ARMV7M_DOT const int8_t *grapes_dot_triples_armv7m(const int8_t *w, const uint32_t *words, uint16_t groups,
                                                          grapes_triples *sums) {
  uint32_t a0 = 0, a1 = 0, a2 = 0, a3 = 0, b0 = 0, b1 = 0, b2 = 0, b3 = 0, first, second, weight;
  const uint32_t *const end = words + 8u * groups;
  do {
    __asm__ volatile(GRAPES_ARMV7M_VALUE GRAPES_ARMV7M_VALUE GRAPES_ARMV7M_VALUE GRAPES_ARMV7M_VALUE
                     : [a0] "+r"(a0), [a1] "+r"(a1), [a2] "+r"(a2), [a3] "+r"(a3), [b0] "+r"(b0), [b1] "+r"(b1),
                       [b2] "+r"(b2), [b3] "+r"(b3), [w] "+r"(w), [words] "+r"(words), [first] "=&r"(first),
                       [second] "=&r"(second), [weight] "=&r"(weight)
                     :
                     : "memory");
  } while (words != end);
  *sums = (grapes_triples){{a0, a1, a2, a3}, {b0, b1, b2, b3}};
  return w;
}

#undef GRAPES_ARMV7M_VALUE
#undef GRAPES_ARMV7M_ROW
#undef GRAPES_ARMV7M_DOT

#else

GRAPES_ALWAYS_INLINE const int8_t *grapes_dot_triples_armv7m(const int8_t *w, const uint32_t *words, uint16_t groups,
                                                             grapes_triples *sums) {
  return grapes_dot_triples_plain(w, words, groups, sums);
}

#endif

GRAPES_DEFINE_BLOCKS(armv7m)

GRAPES_ALWAYS_INLINE void grapes_conv_2d_s8_armv7m(
    const int8_t *input, uint16_t in_height, uint16_t in_width, uint16_t in_channels, const int8_t *weights,
    const int32_t *bias, const int32_t *multiplier, const int8_t *shift, int8_t *output, uint16_t out_height,
    uint16_t out_width, uint16_t out_channels, uint16_t kernel_height, uint16_t kernel_width, uint16_t stride_height,
    uint16_t stride_width, uint16_t dilation_height, uint16_t dilation_width, uint16_t pad_top, uint16_t pad_left,
    int8_t input_zero_point, int8_t output_zero_point, int8_t clamp_min, int8_t clamp_max, uint8_t rounding,
    int8_t *scratch) {
  grapes_conv_2d_s8_scalar(input, in_height, in_width, in_channels, weights, bias, multiplier, shift, output,
                           out_height, out_width, out_channels, kernel_height, kernel_width, stride_height,
                           stride_width, dilation_height, dilation_width, pad_top, pad_left, input_zero_point,
                           output_zero_point, clamp_min, clamp_max, rounding, scratch, GRAPES_BLOCKS_OF_SET(armv7m));
}

#endif
