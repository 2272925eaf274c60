/*
 * Convolution of int4 weights for Armv6-M: bit for bit what kernels/plain computes, with 2.1 instructions per
 * multiply-accumulate in the inner loop. Four output pixels at a time are put side by side in words as lanes.h describes.
 * Products of int4 are so small that eight inputs are summed before the halves of a word are taken apart, instead of two:
 * |x * w| summed over eight stays below 2^13.
 *
 * weights      channel after channel: for every eight inputs a word, the first input's weight in its lowest four bits; inputs
 *              in the order [kernel row][kernel column][channel], padded to a multiple of eight with zero weights
 * scratch      GRAPES_CONV_2D_S4_ARMV6M_SCRATCH(kernel_height * kernel_width * in_channels, in_channels) bytes, any
 *              alignment
 * All other arguments as in kernels/armv6m/conv_2d_s8.h.
 */
#ifndef GRAPES_ARMV6M_CONV_2D_S4_H
#define GRAPES_ARMV6M_CONV_2D_S4_H

#include "../plain/weights.h"
#include "lanes.h"

/* Words of four pixels, one pixel of padding, and three bytes to start at a multiple of four. */
#define GRAPES_CONV_2D_S4_ARMV6M_SCRATCH(inputs, in_channels) (((inputs) + 7) / 8 * 64 + (in_channels) + 3)

#if GRAPES_ARMV6M_ASSEMBLY

/* One input of four pixels, its weight taken out of r4: 7 instructions for 4 products. */
#define GRAPES_NEXT_INPUT_ARMV6M(take) \
  "ldmia r0!, {r2, r3}\n\t" take       \
  "muls r2, r5, r2\n\t"                \
  "adds r6, r6, r2\n\t"                \
  "muls r3, r5, r3\n\t"                \
  "adds r7, r7, r3\n\t"
#define GRAPES_TAKE_ARMV6M(left) "lsls r5, r4, #" left "\n\tasrs r5, r5, #28\n\t"

/* A word of two pixels' sums to `both`, its upper half to `high`: as in lanes.h. */
#define GRAPES_SPLIT_ARMV6M(word, both, high) \
  "add " both ", " word "\n\t"                \
  "asrs " word ", " word ", #16\n\t"          \
  "mov r2, " high "\n\t"                      \
  "adcs r2, " word "\n\t"                     \
  "mov " high ", r2\n\t"

/* 66 instructions for 32 products. r0 words, r1 weights, r8 and r9 `both`, r10 and r11 `high`, r12 the words' end. */
static inline void grapes_dot_lanes_s4_armv6m(const uint32_t *words, uint16_t inputs, const int8_t *weights, int32_t bias,
                                              int32_t sums[4]) {
  register uintptr_t r0 __asm__("r0") = (uintptr_t)words;
  register uintptr_t r1 __asm__("r1") = (uintptr_t)weights;
  register uintptr_t r2 __asm__("r2") = 8u * inputs;
  register uint32_t r3 __asm__("r3") = (uint32_t)bias;
  register uint32_t r4 __asm__("r4");
  register uint32_t r5 __asm__("r5");
  /* r7 may be the frame pointer and cannot be named: it is put away by hand. */
  __asm__ volatile(
      ".syntax unified\n\t"
      "mov lr, r7\n\t"
      "adds r2, r2, r0\n\t"
      "mov r12, r2\n\t"
      "mov r10, r3\n\t"
      "mov r11, r3\n\t"
      "lsls r2, r3, #16\n\t"
      "adds r2, r2, r3\n\t"
      "mov r8, r2\n\t"
      "mov r9, r2\n"
      "1:\n\t"
      "ldmia r1!, {r4}\n\t"
      "ldmia r0!, {r6, r7}\n\t" GRAPES_TAKE_ARMV6M("28")
      "muls r6, r5, r6\n\t"
      "muls r7, r5, r7\n\t" GRAPES_NEXT_INPUT_ARMV6M(GRAPES_TAKE_ARMV6M("24"))
          GRAPES_NEXT_INPUT_ARMV6M(GRAPES_TAKE_ARMV6M("20")) GRAPES_NEXT_INPUT_ARMV6M(GRAPES_TAKE_ARMV6M("16"))
              GRAPES_NEXT_INPUT_ARMV6M(GRAPES_TAKE_ARMV6M("12")) GRAPES_NEXT_INPUT_ARMV6M(GRAPES_TAKE_ARMV6M("8"))
                  GRAPES_NEXT_INPUT_ARMV6M(GRAPES_TAKE_ARMV6M("4")) GRAPES_NEXT_INPUT_ARMV6M("asrs r5, r4, #28\n\t")
                      GRAPES_SPLIT_ARMV6M("r6", "r8", "r10") GRAPES_SPLIT_ARMV6M("r7", "r9", "r11")
      "cmp r0, r12\n\t"
      "bne 1b\n\t"
      "mov r3, r10\n\t"
      "lsls r4, r3, #16\n\t"
      "mov r2, r8\n\t"
      "subs r2, r2, r4\n\t"
      "mov r5, r11\n\t"
      "lsls r6, r5, #16\n\t"
      "mov r4, r9\n\t"
      "subs r4, r4, r6\n\t"
      "mov r7, lr\n\t"
      : "+r"(r0), "+r"(r1), "+r"(r2), "+r"(r3), "=r"(r4), "=r"(r5)
      :
      : "r6", "r8", "r9", "r10", "r11", "r12", "lr", "cc", "memory");
  sums[0] = (int32_t)r2;
  sums[1] = (int32_t)r3;
  sums[2] = (int32_t)r4;
  sums[3] = (int32_t)r5;
}

#undef GRAPES_SPLIT_ARMV6M
#undef GRAPES_TAKE_ARMV6M
#undef GRAPES_NEXT_INPUT_ARMV6M

#else

static inline void grapes_dot_lanes_s4_armv6m(const uint32_t *words, uint16_t inputs, const int8_t *weights, int32_t bias,
                                              int32_t sums[4]) {
  for (int pair = 0; pair < 2; pair++) {
    uint32_t both = (uint32_t)bias + ((uint32_t)bias << 16), high = (uint32_t)bias;
    for (uint16_t i = 0; i < inputs; i = (uint16_t)(i + 8)) {
      uint32_t sum = 0;
      for (uint16_t k = 0; k < 8; k++) {
        const int32_t w = grapes_ld_weight(weights, (size_t)i + k, 4);
        sum += words[2 * (i + k) + pair] * (uint32_t)w;
      }
      both += sum;
      high += (uint32_t)((int32_t)(sum + 0x8000u) >> 16);
    }
    sums[2 * pair] = (int32_t)(both - (high << 16));
    sums[2 * pair + 1] = (int32_t)high;
  }
}

#endif

static GRAPES_NOINLINE void grapes_channels_s4_armv6m(const uint32_t *words, const grapes_layer_armv6m *layer,
                                                      int8_t *output, int32_t left) {
  const uint32_t pixels = left < 4 ? (uint32_t)left : 4u;
  const int8_t *w = layer->weights;
  for (uint16_t o = 0; o < layer->out_channels; o++, w += layer->inputs / 2u) {
    int32_t sums[4];
    grapes_scale_armv6m scale;
    grapes_dot_lanes_s4_armv6m(words, layer->inputs, w, layer->bias[o], sums);
    grapes_prepare_scale_armv6m(&scale, layer->multiplier[o], layer->shift[o], &layer->finish);
    grapes_scale_sums_inline_armv6m(sums, pixels, &scale, output + o, layer->out_channels, &layer->finish);
  }
}

#define GRAPES_KERNEL grapes_conv_2d_s4_armv6m
#define GRAPES_GROUP 8u
#define GRAPES_CHANNELS grapes_channels_s4_armv6m
#include "conv_2d_body.h"

#endif
