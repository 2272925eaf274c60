/*
 * int8 depthwise convolution with any window and multiplier for Armv6-M: bit for bit what kernels/plain computes, for strides
 * without dilation and dilations without stride. kernels/armv6m/depthwise_conv_2d_s8.h is faster where it fits.
 *
 * Each output channel is swept by itself. Output x of a row shares its words with output x + half of the same row, half a row
 * on: word n of an input row is column n + column n + half * stride_width * 2^16 (lanes.h says how sums come out of it again).
 * The words of the rows that a row of outputs sees lie column by column, so that a window is one run of words and the sum
 * over it one loop. From one row of outputs to the next all words move down by stride_height rows of the window, and the new
 * rows take the places that are free.
 *
 * A dilated convolution is several without dilation (scalar/phases.h).
 *
 * weights      [out_channels][kernel_width][kernel_height]; no two that follow each other in a pair, from the first of a
 *              channel on, are both -128
 * bias, multiplier   as in kernels/plain
 * shift        as finish.h describes
 * scratch      GRAPES_DEPTHWISE_WINDOW_ARMV6M_SCRATCH bytes, any alignment
 */
#ifndef GRAPES_ARMV6M_DEPTHWISE_WINDOW_H
#define GRAPES_ARMV6M_DEPTHWISE_WINDOW_H

#include <stddef.h>
#include <string.h>

#include "../scalar/phases.h"
#include "finish.h"

/* Words of a row of one window row, and values of a line. */
#define GRAPES_WINDOW_HALF_ARMV6M(out_width, dilation_width) ((GRAPES_PHASE_MOST(out_width, dilation_width) + 1) / 2)
#define GRAPES_WINDOW_COLUMNS_ARMV6M(out_width, kernel_width, stride_width, dilation_width) \
  ((GRAPES_WINDOW_HALF_ARMV6M(out_width, dilation_width) - 1) * (stride_width) + (kernel_width))
#define GRAPES_WINDOW_LINE_ARMV6M(out_width, kernel_width, stride_width, dilation_width) \
  ((2 * GRAPES_WINDOW_HALF_ARMV6M(out_width, dilation_width) - 1) * (stride_width) + (kernel_width))
/* The words and one behind them, weights, the sums of a row, a line, three bytes to start at a multiple of four. */
#define GRAPES_DEPTHWISE_WINDOW_ARMV6M_SCRATCH(out_width, kernel_height, kernel_width, stride_width, dilation_width)  \
  (4 * (GRAPES_WINDOW_COLUMNS_ARMV6M(out_width, kernel_width, stride_width, dilation_width) * (kernel_height) + 1 +   \
        ((kernel_height) * (kernel_width) + 1) / 2 * 2 + 2 * GRAPES_WINDOW_HALF_ARMV6M(out_width, dilation_width)) +  \
   GRAPES_WINDOW_LINE_ARMV6M(out_width, kernel_width, stride_width, dilation_width) + 3)

/* A line to one row of the window: values `apart` columns from each other share words that lie `step` bytes apart. */
static GRAPES_NOINLINE void grapes_pair_line_armv6m(const int8_t *line, uint32_t apart, uint32_t *to, uint32_t step,
                                                    uint32_t columns) {
  for (const int8_t *const end = line + columns; line != end; line++) {
    *to = (uint32_t)line[0] + ((uint32_t)line[apart] << 16);
    to = (uint32_t *)(void *)((int8_t *)to + step);
  }
}

/* What the sums of a row need. The assembly reads it in this order. */
typedef struct {
  const uint32_t *weights;
  uint32_t odd;    /* not 0: an odd number of pairs of taps */
  int32_t bias;
  uint32_t both;   /* bias in both halves */
  uint32_t apart;  /* bytes from the sum of output x to that of output x + half */
  int32_t *sums;
  const uint32_t *weights_end;
  int32_t back;    /* bytes from behind a window's words to the next window */
  const uint32_t *end; /* of the words: where the first window that is not wanted begins */
} grapes_window_row_armv6m;

#if GRAPES_ARMV6M_ASSEMBLY

/* Two taps of two outputs: 8 instructions for 4 products. */
#define GRAPES_TWO_TAPS_ARMV6M    \
  "ldmia r0!, {r2, r3}\n\t"       \
  "ldmia r1!, {r4, r5}\n\t"       \
  "muls r2, r4, r2\n\t"           \
  "muls r3, r5, r3\n\t"           \
  "adds r2, r2, r3\n\t"           \
  "add r8, r2\n\t"                \
  "asrs r2, r2, #16\n\t"          \
  "adcs r6, r2\n\t"

static GRAPES_NOINLINE void grapes_sum_windows_armv6m(const uint32_t *words, const grapes_window_row_armv6m *row) {
  register const uint32_t *r0 __asm__("r0") = words;
  register const grapes_window_row_armv6m *r1 __asm__("r1") = row;
  __asm__ volatile(
      ".syntax unified\n\t"
      "mov lr, r7\n\t" /* may be the frame pointer and cannot be named */
      "movs r7, r1\n\t"
      "ldr r2, [r7, #20]\n\t"
      "mov r9, r2\n\t"
      "ldr r2, [r7, #24]\n\t"
      "mov r10, r2\n\t"
      "ldr r2, [r7, #28]\n\t"
      "mov r11, r2\n\t"
      "ldr r2, [r7, #32]\n\t"
      "mov r12, r2\n"
      "1:\n\t"
      "ldr r3, [r7, #12]\n\t"
      "mov r8, r3\n\t"
      "ldr r6, [r7, #8]\n\t"
      "ldr r1, [r7, #0]\n\t"
      "ldr r2, [r7, #4]\n\t"
      "cmp r2, #0\n\t"
      "bne 3f\n"
      "2:\n\t" GRAPES_TWO_TAPS_ARMV6M
      "3:\n\t" GRAPES_TWO_TAPS_ARMV6M
      "cmp r1, r10\n\t"
      "bne 2b\n\t"
      "lsls r2, r6, #16\n\t"
      "mov r5, r8\n\t"
      "subs r5, r5, r2\n\t"
      "mov r3, r9\n\t"
      "ldr r4, [r7, #16]\n\t"
      "str r6, [r3, r4]\n\t"
      "stmia r3!, {r5}\n\t"
      "mov r9, r3\n\t"
      "add r0, r11\n\t"
      "cmp r0, r12\n\t"
      "bne 1b\n\t"
      "mov r7, lr\n\t"
      : "+r"(r0), "+r"(r1)
      :
      : "r2", "r3", "r4", "r5", "r6", "r8", "r9", "r10", "r11", "r12", "lr", "cc", "memory");
}

#undef GRAPES_TWO_TAPS_ARMV6M

#else

static inline void grapes_sum_windows_armv6m(const uint32_t *words, const grapes_window_row_armv6m *row) {
  int32_t *sums = row->sums;
  do {
    uint32_t both = row->both, high = (uint32_t)row->bias;
    for (const uint32_t *w = row->weights; w != row->weights_end; w += 2, words += 2) {
      const uint32_t sum = words[0] * w[0] + words[1] * w[1];
      both += sum;
      high += (uint32_t)((int32_t)(sum + 0x8000u) >> 16);
    }
    sums[0] = (int32_t)(both - (high << 16));
    sums[row->apart / 4] = (int32_t)high;
    sums++;
    words += row->back / 4;
  } while (words != row->end);
}

#endif

static inline void grapes_depthwise_conv_2d_s8_armv6m_window(
    const int8_t *input, uint16_t in_height, uint16_t in_width, uint16_t in_channels, const int8_t *weights,
    const int32_t *bias, const int32_t *multiplier, const int8_t *shift, int8_t *output, uint16_t out_height,
    uint16_t out_width, uint16_t out_channels, uint16_t kernel_height, uint16_t kernel_width, uint16_t stride_height,
    uint16_t stride_width, uint16_t dilation_height, uint16_t dilation_width, uint16_t pad_top, uint16_t pad_left,
    int8_t input_zero_point, int8_t output_zero_point, int8_t clamp_min, int8_t clamp_max, uint8_t rounding,
    int8_t *scratch) {
  const grapes_finish_armv6m finish = grapes_finish_of_armv6m(output_zero_point, clamp_min, clamp_max, rounding);
  const uint16_t multiples = (uint16_t)(out_channels / in_channels);
  const uint32_t taps = (uint32_t)kernel_height * kernel_width, even_taps = (taps + 1u) & ~1u;
  const uint32_t columns =
      (uint32_t)GRAPES_WINDOW_COLUMNS_ARMV6M(out_width, kernel_width, stride_width, dilation_width);
  const uint32_t from_step = (uint32_t)in_channels * dilation_width;
  const uint16_t to_step = (uint16_t)(out_channels * dilation_width);
  const size_t from_line = (size_t)in_width * in_channels, to_line = (size_t)out_width * out_channels * dilation_height;
  uint32_t *const widened = (uint32_t *)(void *)(scratch + ((4u - ((uintptr_t)scratch & 3u)) & 3u));
  uint32_t *const words = widened + even_taps, *const words_end = words + columns * kernel_height;
  int32_t *const sums = (int32_t *)words_end + 1;
  int8_t *const line = (int8_t *)(sums + 2 * GRAPES_WINDOW_HALF_ARMV6M(out_width, dilation_width));
  const int32_t fresh = stride_height < kernel_height ? stride_height : kernel_height; /* rows of the window */
  *words_end = 0;
  for (int32_t phase_x = 0; phase_x < dilation_width && phase_x < out_width; phase_x++) {
    const grapes_phase phase =
        grapes_phase_of(phase_x, in_width, out_width, kernel_width, stride_width, dilation_width, pad_left);
    const uint32_t half = ((uint32_t)phase.outputs + 1u) / 2u;
    grapes_window_row_armv6m row = {
        widened, (even_taps / 2u) & 1u, 0, 0, 4u * half, sums, words,
        4 * ((int32_t)stride_width * kernel_height - (int32_t)even_taps), words + half * stride_width * kernel_height};
    memset(line, input_zero_point,
           (size_t)GRAPES_WINDOW_LINE_ARMV6M(out_width, kernel_width, stride_width, dilation_width));
    for (int32_t phase_y = 0; phase_y < dilation_height && phase_y < out_height; phase_y++) {
      for (uint16_t o = 0; o < out_channels; o++) {
        const int8_t *const plane = input + (size_t)phase.first * in_channels + o / multiples;
        int8_t *to = output + ((size_t)phase_y * out_width + (size_t)phase_x) * out_channels + o;
        int32_t next = phase_y - pad_top, free = 0; /* input row, and its row of the window */
        grapes_scale_armv6m scale;
        grapes_prepare_scale_armv6m(&scale, multiplier[o], shift[o], &finish);
        row.bias = bias[o];
        row.both = (uint32_t)bias[o] + ((uint32_t)bias[o] << 16);
        widened[even_taps - 1u] = 0;
        for (uint32_t tap = 0; tap < taps; tap++) widened[tap] = (uint32_t)(int32_t)weights[o * taps + tap];
        for (int32_t y = phase_y; y < out_height; y += dilation_height, to += to_line) {
          if (y != phase_y) {
            free = kernel_height - fresh;
            if (free > 0) {
              uint32_t *at = words;
              for (; at < words_end - 3 - fresh; at += 4) {
                const uint32_t a = at[fresh], b = at[fresh + 1], c = at[fresh + 2], d = at[fresh + 3];
                at[0] = a;
                at[1] = b;
                at[2] = c;
                at[3] = d;
              }
              for (; at < words_end - fresh; at++) *at = at[fresh];
            }
            next += (stride_height - fresh) * dilation_height;
          }
          for (; free < kernel_height; free++, next += dilation_height) {
            const int there = next >= 0 && next < in_height;
            grapes_gather_s8(there ? plane + (size_t)next * from_line : &input_zero_point, there ? from_step : 0u,
                             line + phase.before, (uint32_t)phase.inside);
            grapes_pair_line_armv6m(line, half * stride_width, words + free, 4u * kernel_height, columns);
          }
          grapes_sum_windows_armv6m(words, &row);
          grapes_scale_sums_armv6m(sums, (uint16_t)phase.outputs, &scale, to, to_step, &finish);
        }
      }
    }
  }
}

#endif
