/*
 * int8 depthwise 3x3 convolution for Armv6-M: bit for bit what kernels/plain computes, for one output channel an input
 * channel, strides of one or two, no dilation. All others: grapes_depthwise_conv_2d_s8_armv6m_window of depthwise_window.h.
 *
 * One channel at a time, two neighbouring outputs of a row at once: column j and column j + stride of the input share a
 * word (lanes.h says how sums come out of it again). Three input rows lie side by side in the scratch memory, word 3 * j + s
 * for the row in slot s; each is written once and stays for the three output rows that see it. The slots turn, and the
 * weights with them: a column's weights lie there as 0 1 2 0 1 and are read from one of the first three on.
 *
 * weights      as in kernels/plain; no channel has two weights of -128
 * bias, multiplier   as in kernels/plain
 * shift        as finish.h describes
 * scratch      GRAPES_DEPTHWISE_CONV_2D_S8_ARMV6M_SCRATCH(out_width, stride_width) bytes, any alignment
 * All other arguments as in kernels/plain/conv_2d_s8.h.
 */
#ifndef GRAPES_ARMV6M_DEPTHWISE_CONV_2D_S8_H
#define GRAPES_ARMV6M_DEPTHWISE_CONV_2D_S8_H

#include <stddef.h>

#include "depthwise_window.h"
#include "finish.h"

/* Columns that the pairs of outputs see. */
#define GRAPES_DEPTHWISE_COLUMNS_ARMV6M(out_width, stride) (2 * (stride) * (((out_width) + 1) / 2 - 1) + 3)

/* Three rows with four more columns, the sums of an output row, 15 weights, three bytes to start at a multiple of four. */
#define GRAPES_DEPTHWISE_CONV_2D_S8_ARMV6M_SCRATCH(out_width, stride)    \
  (12 * (GRAPES_DEPTHWISE_COLUMNS_ARMV6M(out_width, stride) + 4) + \
   8 * (((out_width) + 1) / 2) + 4 * 15 + 3)

/* `count` values `step` bytes apart to one slot: the lower half of their own word, the upper half of one before. */
static inline uint32_t *grapes_spread_row_armv6m(const int8_t *from, uint16_t step, uint16_t count, uint16_t stride,
                                                 uint32_t *to) {
  for (; count > 0; count--, from += step, to += 3) {
    const uint32_t value = (uint32_t)(int32_t)*from;
    to[0] = value;
    *(to - 3u * stride) += value << 16;
  }
  return to;
}

/*
 * Sums of `pairs` pairs of outputs. words: at the first pair's first column; weights: 15 words, at the turn's first; a pair
 * is 6 * stride words after the other.
 */
#if GRAPES_ARMV6M_ASSEMBLY

/* Adds the lanes of register `sum` to r8 (both halves) and r6 (the upper half, rounded). */
#define GRAPES_TAKE_ARMV6M(sum)      \
  "add r8, " sum "\n\t"              \
  "asrs " sum ", " sum ", #16\n\t" \
  "adcs r6, " sum "\n\t"
#define GRAPES_TAP_ARMV6M(value, at) \
  "ldr r5, [r1, #" at "]\n\t"        \
  "muls " value ", r5, " value "\n\t"

static GRAPES_NOINLINE void grapes_depthwise_row_armv6m(const uint32_t *words, uint16_t pairs, uint16_t stride,
                                                        const uint32_t *weights, int32_t bias, int32_t *sums) {
  register const uint32_t *r0 __asm__("r0") = words;
  register const uint32_t *r1 __asm__("r1") = weights;
  register const uint32_t *r2 __asm__("r2") = words + 6u * stride * pairs;
  register uint32_t r3 __asm__("r3") = (uint32_t)bias;
  register uint32_t r4 __asm__("r4") = 24u * stride - 36u;
  register int32_t *r5 __asm__("r5") = sums;
  __asm__ volatile(
      ".syntax unified\n\t"
      "mov lr, r7\n\t" /* may be the frame pointer and cannot be named */
      "mov r12, r2\n\t"
      "mov r9, r3\n\t"
      "mov r11, r4\n\t"
      "movs r7, r5\n\t"
      "lsls r2, r3, #16\n\t"
      "adds r2, r2, r3\n\t"
      "mov r10, r2\n"
      "1:\n\t"
      "mov r6, r9\n\t"
      "mov r8, r10\n\t"
      "ldmia r0!, {r2, r3, r4}\n\t" GRAPES_TAP_ARMV6M("r2", "0") GRAPES_TAP_ARMV6M("r3", "4")
      "adds r2, r2, r3\n\t" GRAPES_TAKE_ARMV6M("r2") GRAPES_TAP_ARMV6M("r4", "8")
      "ldmia r0!, {r2, r3}\n\t" GRAPES_TAP_ARMV6M("r2", "20")
      "adds r4, r4, r2\n\t" GRAPES_TAKE_ARMV6M("r4") GRAPES_TAP_ARMV6M("r3", "24")
      "ldmia r0!, {r2}\n\t" GRAPES_TAP_ARMV6M("r2", "28")
      "adds r3, r3, r2\n\t" GRAPES_TAKE_ARMV6M("r3")
      "ldmia r0!, {r2, r3, r4}\n\t" GRAPES_TAP_ARMV6M("r2", "40") GRAPES_TAP_ARMV6M("r3", "44")
      "adds r2, r2, r3\n\t" GRAPES_TAKE_ARMV6M("r2") GRAPES_TAP_ARMV6M("r4", "48") GRAPES_TAKE_ARMV6M("r4")
      "add r0, r11\n\t"
      "lsls r2, r6, #16\n\t"
      "mov r5, r8\n\t"
      "subs r5, r5, r2\n\t"
      "stmia r7!, {r5, r6}\n\t"
      "cmp r0, r12\n\t"
      "bne 1b\n\t"
      "mov r7, lr\n\t"
      : "+r"(r0), "+r"(r1), "+r"(r2), "+r"(r3), "+r"(r4), "+r"(r5)
      :
      : "r6", "r8", "r9", "r10", "r11", "r12", "lr", "cc", "memory");
}

#undef GRAPES_TAKE_ARMV6M
#undef GRAPES_TAP_ARMV6M

#else

static inline void grapes_depthwise_row_armv6m(const uint32_t *words, uint16_t pairs, uint16_t stride,
                                               const uint32_t *weights, int32_t bias, int32_t *sums) {
  for (; pairs > 0; pairs--, words += 6u * stride, sums += 2) {
    uint32_t both = (uint32_t)bias + ((uint32_t)bias << 16), high = (uint32_t)bias;
    for (int tap = 0; tap < 9; tap += 2) {
      uint32_t sum = words[tap] * weights[tap / 3 * 5 + tap % 3];
      if (tap < 8) sum += words[tap + 1] * weights[(tap + 1) / 3 * 5 + (tap + 1) % 3];
      both += sum;
      high += (uint32_t)((int32_t)(sum + 0x8000u) >> 16);
    }
    sums[0] = (int32_t)(both - (high << 16));
    sums[1] = (int32_t)high;
  }
}

#endif

static inline void grapes_depthwise_conv_2d_s8_armv6m(
    const int8_t *input, uint16_t in_height, uint16_t in_width, uint16_t in_channels, const int8_t *weights,
    const int32_t *bias, const int32_t *multiplier, const int8_t *shift, int8_t *output, uint16_t out_height,
    uint16_t out_width, uint16_t out_channels, uint16_t kernel_height, uint16_t kernel_width, uint16_t stride_height,
    uint16_t stride_width, uint16_t dilation_height, uint16_t dilation_width, uint16_t pad_top, uint16_t pad_left,
    int8_t input_zero_point, int8_t output_zero_point, int8_t clamp_min, int8_t clamp_max, uint8_t rounding,
    int8_t *scratch) {
  const grapes_finish_armv6m finish = grapes_finish_of_armv6m(output_zero_point, clamp_min, clamp_max, rounding);
  const uint16_t pairs = (uint16_t)((out_width + 1u) / 2u);
  const uint16_t columns = (uint16_t)(GRAPES_DEPTHWISE_COLUMNS_ARMV6M(out_width, stride_width) + stride_width);
  const uint16_t inside = (uint16_t)(in_width < columns - pad_left ? in_width : columns - pad_left);
  uint32_t *const turning = (uint32_t *)(void *)(scratch + ((4u - ((uintptr_t)scratch & 3u)) & 3u));
  int32_t *const sums = (int32_t *)(turning + 15);
  /* Two columns in front take the upper halves of the first ones. */
  uint32_t *const rows = turning + 15 + 2u * pairs + 6;
  (void)kernel_height;
  (void)kernel_width;
  (void)dilation_height;
  (void)dilation_width;
  for (uint32_t i = 0; i < 6; i++) rows[(int32_t)i - 6] = 0;
  for (uint16_t c = 0; c < out_channels; c++) {
    grapes_scale_armv6m scale;
    int8_t *to = output + c;
    int32_t next = -(int32_t)pad_top;
    uint16_t slot = 0; /* where row `next` goes */
    grapes_prepare_scale_armv6m(&scale, multiplier[c], shift[c], &finish);
    for (uint16_t kx = 0; kx < 3; kx++) {
      uint32_t *const w = turning + 5u * kx;
      for (uint16_t ky = 0; ky < 3; ky++) w[ky] = (uint32_t)(int32_t)weights[(3u * ky + kx) * out_channels + c];
      w[3] = w[0];
      w[4] = w[1];
    }
    for (uint16_t y = 0; y < out_height; y++) {
      const int32_t top = (int32_t)y * stride_height - pad_top;
      for (; next < top + 3; next++) {
        const int padding = next < 0 || next >= in_height;
        const int8_t *const from = padding ? &input_zero_point : input + (size_t)next * in_width * in_channels + c;
        uint32_t *at = grapes_spread_row_armv6m(&input_zero_point, 0, pad_left, stride_width, rows + slot);
        at = grapes_spread_row_armv6m(from, padding ? 0 : in_channels, inside, stride_width, at);
        grapes_spread_row_armv6m(&input_zero_point, 0, (uint16_t)(columns - pad_left - inside), stride_width, at);
        slot = (uint16_t)(slot == 2 ? 0 : slot + 1);
      }
      /* The top row is in `slot` again, three rows on. */
      grapes_depthwise_row_armv6m(rows, pairs, stride_width, turning + (slot == 0 ? 0 : 3 - slot), bias[c], sums);
      grapes_scale_sums_armv6m(sums, out_width, &scale, to, out_channels, &finish);
      to += (size_t)out_width * out_channels;
    }
  }
}

#endif
