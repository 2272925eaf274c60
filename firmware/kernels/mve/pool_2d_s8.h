/*
 * int8 pooling for cores with MVE: bit for bit what kernels/plain computes, arguments as there. The largest of sixteen channels,
 * the means of eight at a time; means of more than 255 places go the plain way.
 */
#ifndef GRAPES_MVE_POOL_2D_S8_H
#define GRAPES_MVE_POOL_2D_S8_H

#include "../plain/pool_2d_s8.h"
#include "vectors.h"

#if GRAPES_MVE_VECTORS

GRAPES_INLINE void grapes_largest_mve(grapes_pool_window window, uint16_t rows, uint16_t columns, int whole,
                                      uint16_t channels, int8_t clamp_min, int8_t clamp_max, int8_t *output) {
  const int8_t *from = window.from;
  for (int left = channels; left > 0; left -= 16, from += 16, output += 16) {
    const mve_pred16_t lanes = vctp8q((uint32_t)left);
    const int8_t *line = from;
    int8x16_t most = vldrbq_z_s8(from, lanes);
    GRAPES_OVER_POOL_WINDOW(most = vmaxq_s8(most, vldrbq_z_s8(line + (size_t)column * channels, lanes)));
    if (clamp_min > -128) most = vmaxq_s8(most, vdupq_n_s8(clamp_min));
    if (clamp_max < 127) most = vminq_s8(most, vdupq_n_s8(clamp_max));
    vstrbq_p_s8(output, most, lanes);
  }
}

/* Sums of int8 values in 16-bit lanes, divided by their number, halves away from zero. */
GRAPES_INLINE int16x8_t grapes_means_of_sums_mve(int16x8_t sums, uint32_t count) {
  /* What the reciprocal is too large by does not reach the next integer in any quotient. */
  const uint32x4_t reciprocal = vdupq_n_u32(count == 1 ? 0xFFFFFFFFu : 0xFFFFFFFFu / count + 1u);
  const uint16x8_t most = vaddq_n_u16(vreinterpretq_u16_s16(vabsq_s16(sums)), (uint16_t)(count / 2u));
  const int16x8_t signs = vshrq_n_s16(sums, 15);
  uint16x8_t means = most;
  if (count == 1) return sums;
  means = vmovnbq_u32(means, vmulhq_u32(vmovlbq_u16(most), reciprocal));
  means = vmovntq_u32(means, vmulhq_u32(vmovltq_u16(most), reciprocal));
  return vsubq_s16(veorq_s16(vreinterpretq_s16_u16(means), signs), signs);
}

GRAPES_INLINE void grapes_means_mve(grapes_pool_window window, uint16_t rows, uint16_t columns, int whole,
                                    uint16_t channels, int8_t clamp_min, int8_t clamp_max, int8_t *output) {
  const int8_t *from = window.from;
  for (int left = channels; left > 0; left -= 8, from += 8, output += 8) {
    const mve_pred16_t lanes = vctp16q((uint32_t)left);
    const int8_t *line = from;
    int16x8_t sums = vdupq_n_s16(0);
    GRAPES_OVER_POOL_WINDOW(sums = vaddq_s16(sums, vldrbq_z_s16(line + (size_t)column * channels, lanes)));
    int16x8_t means = grapes_means_of_sums_mve(sums, (uint32_t)rows * columns);
    if (clamp_min > -128) means = vmaxq_s16(means, vdupq_n_s16(clamp_min));
    if (clamp_max < 127) means = vminq_s16(means, vdupq_n_s16(clamp_max));
    vstrbq_p_s16(output, means, lanes);
  }
}

/* As functions of their own, for windows that the edge cuts. */
static GRAPES_NOINLINE void grapes_largest_of_part_mve(grapes_pool_window window, uint16_t channels, int8_t clamp_min,
                                                       int8_t clamp_max, int8_t *output) {
  grapes_largest_mve(window, window.rows, window.columns, 0, channels, clamp_min, clamp_max, output);
}

static GRAPES_NOINLINE void grapes_means_of_part_mve(grapes_pool_window window, uint16_t channels, int8_t clamp_min,
                                                     int8_t clamp_max, int8_t *output) {
  grapes_means_mve(window, window.rows, window.columns, 0, channels, clamp_min, clamp_max, output);
}

#define GRAPES_POOL_MVE(of_window, of_part)                                                                           \
  const int uncut = grapes_pool_is_uncut(in_height, in_width, out_height, out_width, kernel_height, kernel_width,     \
                                         stride_height, stride_width, pad_top, pad_left);                             \
  for (uint16_t y = 0; y < out_height; y++) {                                                                         \
    for (uint16_t x = 0; x < out_width; x++, output += channels) {                                                    \
      const grapes_pool_window window =                                                                               \
          grapes_pool_window_at(input, in_height, in_width, channels, (int32_t)y * stride_height - pad_top,           \
                                (int32_t)x * stride_width - pad_left, kernel_height, kernel_width);                   \
      if (uncut || (window.rows == kernel_height && window.columns == kernel_width)) {                                \
        of_window(window, kernel_height, kernel_width, 1, channels, clamp_min, clamp_max, output);                    \
      } else {                                                                                                        \
        of_part(window, channels, clamp_min, clamp_max, output);                                                      \
      }                                                                                                               \
    }                                                                                                                 \
  }

#endif

static inline void grapes_max_pool_2d_s8_mve(const int8_t *input, uint16_t in_height, uint16_t in_width,
                                             uint16_t channels, int8_t *output, uint16_t out_height, uint16_t out_width,
                                             uint16_t kernel_height, uint16_t kernel_width, uint16_t stride_height,
                                             uint16_t stride_width, uint16_t pad_top, uint16_t pad_left,
                                             int8_t clamp_min, int8_t clamp_max) {
#if GRAPES_MVE_VECTORS
  GRAPES_POOL_MVE(grapes_largest_mve, grapes_largest_of_part_mve)
#else
  grapes_max_pool_2d_s8_plain(input, in_height, in_width, channels, output, out_height, out_width, kernel_height,
                              kernel_width, stride_height, stride_width, pad_top, pad_left, clamp_min, clamp_max);
#endif
}

static inline void grapes_average_pool_2d_s8_mve(const int8_t *input, uint16_t in_height, uint16_t in_width,
                                                 uint16_t channels, int8_t *output, uint16_t out_height,
                                                 uint16_t out_width, uint16_t kernel_height, uint16_t kernel_width,
                                                 uint16_t stride_height, uint16_t stride_width, uint16_t pad_top,
                                                 uint16_t pad_left, int8_t clamp_min, int8_t clamp_max) {
#if GRAPES_MVE_VECTORS
  if ((int32_t)kernel_height * kernel_width <= 255) {
    GRAPES_POOL_MVE(grapes_means_mve, grapes_means_of_part_mve)
    return;
  }
#endif
  grapes_average_pool_2d_s8_plain(input, in_height, in_width, channels, output, out_height, out_width, kernel_height,
                                  kernel_width, stride_height, stride_width, pad_top, pad_left, clamp_min, clamp_max);
}

#endif
