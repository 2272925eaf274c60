/*
 * What the kernels for Armv6-M (Cortex-M0, M0+) share.
 *
 * The core has one multiplication, 32 x 32 -> 32 bits. A product of two int8 needs half of that, so two pixels go into one
 * word, x + y * 2^16 (x and y signed: a negative x borrows from y), and one MULS by a weight gives both products. Two such
 * words are summed before the halves are taken apart: |x0 * w0 + x1 * w1| < 2^15 as long as not all four are -128, which the
 * exporter has checked, so the upper half, rounded, is y's part. Of every pair of inputs only that part is taken out and
 * summed (`high`); the words themselves are summed modulo 2^32 (`both`), and x's sum is both - high * 2^16 in the end.
 * ASRS leaves the rounding bit in the carry and ADCS adds it: nothing is spent on rounding.
 *
 * Four pixels and one output channel are worked on at a time: 2.125 instructions per multiply-accumulate.
 *
 * words    for every two inputs i, j: pixels (0, 1) of i, (2, 3) of i, (0, 1) of j, (2, 3) of j. An odd last input is
 *          followed by zeros; `inputs` is a multiple of four.
 * weights  channels in blocks of eight. For every two inputs i, j of a block: i of channels 0..3, j of channels 0..3,
 *          i of channels 4..7, j of channels 4..7: 16 bytes for 16 bytes of words, so that one index serves both.
 */
#ifndef GRAPES_ARMV6M_LANES_H
#define GRAPES_ARMV6M_LANES_H

#include <stddef.h>

#include "finish.h"

/* Words of four pixels and three bytes to start at a multiple of four. */
#define GRAPES_LANES_BYTES_ARMV6M(inputs) (8 * (((inputs) + 3) / 4 * 4))

static inline uint32_t *grapes_align_word_armv6m(int8_t *scratch) {
  return (uint32_t *)(void *)(scratch + ((4u - ((uintptr_t)scratch & 3u)) & 3u));
}

/* Four pixels' values, `count` each, to words; returns where the next ones go. */
#if GRAPES_ARMV6M_ASSEMBLY

static GRAPES_NOINLINE uint32_t *grapes_pack_pixels_armv6m(const int8_t *const pixels[4], uint16_t count,
                                                           uint32_t *words) {
  register const int8_t *const *r0 __asm__("r0") = pixels;
  register uint32_t r1 __asm__("r1") = count;
  register uint32_t *r2 __asm__("r2") = words;
  /* 12 instructions a value; r0, r3, r4, r5 point behind the pixels, r1 counts up to zero. */
  __asm__ volatile(
      ".syntax unified\n\t"
      "mov r12, r7\n\t" /* may be the frame pointer and cannot be named */
      "mov r8, r2\n\t"
      "ldmia r0!, {r2, r3, r4, r5}\n\t"
      "adds r0, r2, r1\n\t"
      "adds r3, r3, r1\n\t"
      "adds r4, r4, r1\n\t"
      "adds r5, r5, r1\n\t"
      "mov r2, r8\n\t"
      "rsbs r1, r1, #0\n"
      "1:\n\t"
      "ldrsb r6, [r0, r1]\n\t"
      "ldrsb r7, [r3, r1]\n\t"
      "lsls r7, r7, #16\n\t"
      "adds r6, r6, r7\n\t"
      "stmia r2!, {r6}\n\t"
      "ldrsb r6, [r4, r1]\n\t"
      "ldrsb r7, [r5, r1]\n\t"
      "lsls r7, r7, #16\n\t"
      "adds r6, r6, r7\n\t"
      "stmia r2!, {r6}\n\t"
      "adds r1, #1\n\t"
      "bne 1b\n\t"
      "mov r7, r12\n\t"
      : "+r"(r0), "+r"(r1), "+r"(r2)
      :
      : "r3", "r4", "r5", "r6", "r8", "r12", "cc", "memory");
  return r2;
}

#else

static inline uint32_t *grapes_pack_pixels_armv6m(const int8_t *const pixels[4], uint16_t count, uint32_t *words) {
  for (uint16_t i = 0; i < count; i++, words += 2) {
    words[0] = (uint32_t)pixels[0][i] + ((uint32_t)pixels[1][i] << 16);
    words[1] = (uint32_t)pixels[2][i] + ((uint32_t)pixels[3][i] << 16);
  }
  return words;
}

#endif

/* Sums of one output channel for four pixels, starting at `bias`. `weights` is the channel's first byte. */
#if GRAPES_ARMV6M_ASSEMBLY

/* Two inputs of four pixels: 17 instructions for 8 products. r0 words, r1 weights relative to them, r8 and r9 `both`. */
#define GRAPES_TWO_INPUTS_ARMV6M \
  "ldmia r0!, {r2, r3}\n\t"      \
  "ldrsb r5, [r1, r0]\n\t"       \
  "muls r2, r5, r2\n\t"          \
  "muls r3, r5, r3\n\t"          \
  "ldmia r0!, {r4}\n\t"          \
  "ldrsb r5, [r1, r0]\n\t"       \
  "muls r4, r5, r4\n\t"          \
  "adds r2, r2, r4\n\t"          \
  "ldmia r0!, {r4}\n\t"          \
  "muls r4, r5, r4\n\t"          \
  "adds r3, r3, r4\n\t"          \
  "add r8, r2\n\t"               \
  "asrs r2, r2, #16\n\t"         \
  "adcs r6, r2\n\t"              \
  "add r9, r3\n\t"               \
  "asrs r3, r3, #16\n\t"         \
  "adcs r7, r3\n\t"

static inline void grapes_dot_lanes_armv6m(const uint32_t *words, uint16_t inputs, const int8_t *weights, int32_t bias,
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
      "mov r11, r7\n\t"
      "adds r2, r2, r0\n\t"
      "mov r10, r2\n\t"
      "subs r1, r1, r0\n\t"
      "subs r1, #8\n\t"
      "movs r6, r3\n\t"
      "movs r7, r3\n\t"
      "lsls r2, r3, #16\n\t"
      "adds r2, r2, r3\n\t"
      "mov r8, r2\n\t"
      "mov r9, r2\n"
      "1:\n\t" GRAPES_TWO_INPUTS_ARMV6M GRAPES_TWO_INPUTS_ARMV6M
      "cmp r0, r10\n\t"
      "bne 1b\n\t"
      "lsls r4, r6, #16\n\t"
      "mov r2, r8\n\t"
      "subs r2, r2, r4\n\t"
      "movs r3, r6\n\t"
      "lsls r5, r7, #16\n\t"
      "mov r4, r9\n\t"
      "subs r4, r4, r5\n\t"
      "movs r5, r7\n\t"
      "mov r7, r11\n\t"
      : "+r"(r0), "+r"(r1), "+r"(r2), "+r"(r3), "=r"(r4), "=r"(r5)
      :
      : "r6", "r8", "r9", "r10", "r11", "cc", "memory");
  sums[0] = (int32_t)r2;
  sums[1] = (int32_t)r3;
  sums[2] = (int32_t)r4;
  sums[3] = (int32_t)r5;
}

#undef GRAPES_TWO_INPUTS_ARMV6M

#else

static inline void grapes_dot_lanes_armv6m(const uint32_t *words, uint16_t inputs, const int8_t *weights, int32_t bias,
                                           int32_t sums[4]) {
  for (int pair = 0; pair < 2; pair++) {
    uint32_t both = (uint32_t)bias + ((uint32_t)bias << 16), high = (uint32_t)bias;
    for (uint16_t i = 0; i < inputs; i = (uint16_t)(i + 2)) {
      const uint32_t w0 = (uint32_t)(int32_t)weights[8 * i], w1 = (uint32_t)(int32_t)weights[8 * i + 4];
      const uint32_t sum = words[2 * i + pair] * w0 + words[2 * i + 2 + pair] * w1;
      both += sum;
      high += (uint32_t)((int32_t)(sum + 0x8000u) >> 16);
    }
    sums[2 * pair] = (int32_t)(both - (high << 16));
    sums[2 * pair + 1] = (int32_t)high;
  }
}

#endif

/* What all pixels of a layer share. `finish` comes first: its address is the layer's, one less to keep in the stack. */
typedef struct {
  grapes_finish_armv6m finish;
  uint16_t inputs, out_channels;
  const int8_t *weights, *shift;
  const int32_t *bias, *multiplier;
} grapes_layer_armv6m;

/* All output channels of four pixels that follow each other in memory, or of `left` where fewer are left. */
static GRAPES_NOINLINE void grapes_channels_armv6m(const uint32_t *words, const grapes_layer_armv6m *layer,
                                                   int8_t *output, int32_t left) {
  const uint32_t pixels = left < 4 ? (uint32_t)left : 4u;
  const int8_t *w = layer->weights;
  for (uint16_t o = 0; o < layer->out_channels; o++) {
    int32_t sums[4];
    grapes_scale_armv6m scale;
    grapes_dot_lanes_armv6m(words, layer->inputs, w, layer->bias[o], sums);
    grapes_prepare_scale_armv6m(&scale, layer->multiplier[o], layer->shift[o], &layer->finish);
    grapes_scale_sums_inline_armv6m(sums, pixels, &scale, output + o, layer->out_channels, &layer->finish);
    /* One byte on; from the first four channels of a block to the others, and to the next block. */
    w++;
    if ((o & 3u) == 3u) w += (o & 4u) == 0 ? 4u : 8u * layer->inputs - 12u;
  }
}

#endif
