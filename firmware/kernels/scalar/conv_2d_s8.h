/*
 * int8 convolution for cores with a fast 32-bit multiplication and no SIMD, the common part of kernels/armv7m and
 * kernels/rv32: bit for bit what kernels/plain computes.
 *
 * Three output pixels are made at a time. What their windows see is expanded into the words that triples.h explains, at
 * most 64 values at once; then blocks of four output channels run over the words. Where a window sees more than 64
 * values, the sums of all channels wait in the scratch memory for the next 64. A row of the window lies in the input as
 * it is, so nothing is copied before it is expanded.
 *
 * weights      for every 64 inputs (the last time: the rest, rounded up to a multiple of four with zeros), for every
 *              block of four output channels, for every input the four channels' weights. Inputs in the order [kernel
 *              row][kernel column][channel]. A last block of less than four channels repeats the last one.
 * bias, multiplier, shift   as scale.h says. The exporter has checked the ranges, and that no sum over 64 inputs leaves
 *              [-2^20, 2^20).
 * scratch      GRAPES_CONV_2D_S8_SCALAR_SCRATCH bytes, any alignment
 * blocks       the loop over output channels, GRAPES_BLOCKS_OF_SET(set)
 */
#ifndef GRAPES_SCALAR_CONV_2D_S8_H
#define GRAPES_SCALAR_CONV_2D_S8_H

#include "triples.h"

/* A pixel of padding, three bytes to start at a multiple of four, words of a chunk, the sums between chunks. */
#define GRAPES_CONV_2D_S8_SCALAR_SCRATCH(taps, in_channels, out_channels)                        \
  (((taps) > 64 ? 512 + 12 * (((out_channels) + 3) / 4 * 4)                                      \
                : 8 * (((taps) + 3) / 4 * 4) + ((out_channels) % 4 == 0 ? 0 : 48)) +             \
   (in_channels) + 3)

#define GRAPES_FIRST_CHUNK 1
#define GRAPES_LAST_CHUNK 2
#define GRAPES_ONLY_CHUNK 3

/* What a block of four output channels needs; the same for all of them. */
typedef struct {
  int32_t *waiting; /* three sums of every output channel, between chunks */
  const int32_t *bias, *multiplier;
  const int8_t *shift;
  int8_t *out; /* of the first pixel */
  /* From a pixel's outputs to the next one's. 0 where fewer than three are left: the last one is made again. */
  uint16_t second, third;
  uint16_t out_channels;
  uint8_t groups; /* of four inputs, at least one */
  int8_t zero_point, clamp_min, clamp_max;
  uint8_t part; /* which chunk of the inputs: GRAPES_FIRST_CHUNK, GRAPES_LAST_CHUNK, neither or both */
} grapes_block_scalar;

/* Three outputs of a channel. */
GRAPES_ALWAYS_INLINE void grapes_finish_row_scalar(const int32_t sums[3], const int32_t *bias, const int32_t *multiplier,
                                                   const int8_t *shift, int8_t *x, int8_t *y, int8_t *z,
                                                   int8_t zero_point, int8_t low, int8_t high, uint8_t rounding) {
  const grapes_scale_scalar scale = grapes_load_scale_scalar(bias, multiplier, shift, zero_point, rounding);
  *x = grapes_scale_s8_scalar(sums[0], scale, low, high, rounding);
  *y = grapes_scale_s8_scalar(sums[1], scale, low, high, rounding);
  *z = grapes_scale_s8_scalar(sums[2], scale, low, high, rounding);
}

/* All output channels over the words of three pixels; returns where the next chunk's weights begin. */
GRAPES_ALWAYS_INLINE const int8_t *grapes_blocks_scalar(const grapes_block_scalar *layer, const int8_t *w,
                                                        const uint32_t *words, int full, uint8_t rounding,
                                                        grapes_dot_triples *dot) {
  /* Copies, because an output byte could be anything's for all the compiler knows. */
  const int32_t *bias = layer->bias, *multiplier = layer->multiplier;
  const int8_t *shift = layer->shift;
  const int8_t low = full ? -128 : layer->clamp_min, high = full ? 127 : layer->clamp_max;
  const int8_t zero_point = layer->zero_point;
  const uint16_t groups = layer->groups;
  const uint8_t part = layer->part;
  int8_t *x = layer->out, *y = x + layer->second, *z = y + layer->third;
  int32_t *waiting = layer->waiting;
  int channels = layer->out_channels;
  for (; channels > 0; channels -= 4) {
    grapes_triples packed;
    w = dot(w, words, groups, &packed);
    if (part == GRAPES_ONLY_CHUNK && channels >= 4) {
#if defined(__GNUC__)
#pragma GCC unroll 4
#endif
      for (int row = 0; row < 4; row++) {
        int32_t sums[3];
        grapes_split_triple(packed.a[row], packed.b[row], sums);
        grapes_finish_row_scalar(sums, bias + row, multiplier + row, shift + row, x + row, y + row, z + row, zero_point,
                                 low, high, rounding);
      }
    } else {
#if defined(__GNUC__)
#pragma GCC unroll 4
#endif
      for (int row = 0; row < 4; row++) {
        int32_t sums[3];
        grapes_split_triple(packed.a[row], packed.b[row], sums);
        if ((part & GRAPES_FIRST_CHUNK) == 0) {
          for (int k = 0; k < 3; k++) sums[k] += waiting[3 * row + k];
        }
        for (int k = 0; k < 3; k++) waiting[3 * row + k] = sums[k];
      }
      if ((part & GRAPES_LAST_CHUNK) != 0) {
        for (int row = 0; row < 4 && row < channels; row++) {
          grapes_finish_row_scalar(waiting + 3 * row, bias + row, multiplier + row, shift + row, x + row, y + row,
                                   z + row, zero_point, low, high, rounding);
        }
      }
      waiting += 12;
    }
    bias += 4;
    multiplier += 4;
    shift += 4;
    x += 4;
    y += 4;
    z += 4;
  }
  return w;
}

/* A set's grapes_blocks_scalar, in one copy each: with a clamp or without, tflite or single. */
typedef const int8_t *grapes_blocks(const grapes_block_scalar *layer, const int8_t *w, const uint32_t *words);
typedef struct {
  grapes_blocks *clamped_tflite, *full_tflite, *clamped_single, *full_single;
} grapes_blocks_of_set;

#define GRAPES_DEFINE_BLOCKS_WITH(name, full, rounding, dot)                                                         \
  GRAPES_ONE_COPY const int8_t *name(const grapes_block_scalar *layer, const int8_t *w, const uint32_t *words) {     \
    return grapes_blocks_scalar(layer, w, words, full, rounding, dot);                                               \
  }
#define GRAPES_DEFINE_BLOCKS(set)                                                                                    \
  GRAPES_DEFINE_BLOCKS_WITH(grapes_blocks_clamped_tflite_##set, 0, GRAPES_ROUNDING_TFLITE, grapes_dot_triples_##set) \
  GRAPES_DEFINE_BLOCKS_WITH(grapes_blocks_full_tflite_##set, 1, GRAPES_ROUNDING_TFLITE, grapes_dot_triples_##set)    \
  GRAPES_DEFINE_BLOCKS_WITH(grapes_blocks_clamped_single_##set, 0, GRAPES_ROUNDING_SINGLE, grapes_dot_triples_##set) \
  GRAPES_DEFINE_BLOCKS_WITH(grapes_blocks_full_single_##set, 1, GRAPES_ROUNDING_SINGLE, grapes_dot_triples_##set)

#define GRAPES_BLOCKS_OF_SET(set)                                                        \
  (grapes_blocks_of_set) {                                                               \
    grapes_blocks_clamped_tflite_##set, grapes_blocks_full_tflite_##set,                 \
        grapes_blocks_clamped_single_##set, grapes_blocks_full_single_##set              \
  }

/* Three windows over the input, and how much of them has been expanded. */
typedef struct {
  const int8_t *input;
  int32_t top[3], left[3];
  uint16_t in_height, in_width, in_channels, kernel_width, dilation_height, dilation_width;
  uint16_t kernel_row;
  uint16_t in_row; /* values of that row, [kernel column][channel] */
} grapes_windows;

/*
 * The next `count` values of all three: whole rows of a window where they lie inside the input, else pixel by pixel.
 * Before the words lies what a window sees outside: in_channels times the input's zero point.
 */
GRAPES_ONE_COPY void grapes_expand_windows(grapes_windows *at, uint16_t count, uint32_t *words) {
  const uint32_t height = at->in_height, width = at->in_width;
  const uint16_t channels = at->in_channels, row_values = (uint16_t)(at->kernel_width * channels);
  const int8_t *const border = (const int8_t *)words - channels;
  while (count > 0) {
    const uint16_t column = (uint16_t)(at->in_row / channels), channel = (uint16_t)(at->in_row - column * channels);
    uint16_t length = (uint16_t)(row_values - at->in_row);
    const int8_t *from[3];
    int whole = at->dilation_width == 1;
    for (int k = 0; k < 3; k++) {
      const uint32_t row = (uint32_t)(at->top[k] + (int32_t)at->kernel_row * at->dilation_height);
      const uint32_t first = (uint32_t)(at->left[k] + (int32_t)column * at->dilation_width);
      const int seen = row < height && first < width;
      from[k] = seen ? at->input + ((size_t)row * width + first) * channels + channel : border + channel;
      if (!seen || at->left[k] + at->kernel_width > (int32_t)width) whole = 0;
    }
    if (!whole) length = (uint16_t)(channels - channel);
    if (length > count) length = count;
    words = grapes_expand_triples(from[0], from[1], from[2], length, words);
    count = (uint16_t)(count - length);
    at->in_row = (uint16_t)(at->in_row + length);
    if (at->in_row == row_values) {
      at->in_row = 0;
      at->kernel_row++;
    }
  }
}

GRAPES_ALWAYS_INLINE void grapes_conv_2d_s8_scalar(
    const int8_t *input, uint16_t in_height, uint16_t in_width, uint16_t in_channels, const int8_t *weights,
    const int32_t *bias, const int32_t *multiplier, const int8_t *shift, int8_t *output, uint16_t out_height,
    uint16_t out_width, uint16_t out_channels, uint16_t kernel_height, uint16_t kernel_width, uint16_t stride_height,
    uint16_t stride_width, uint16_t dilation_height, uint16_t dilation_width, uint16_t pad_top, uint16_t pad_left,
    int8_t input_zero_point, int8_t output_zero_point, int8_t clamp_min, int8_t clamp_max, uint8_t rounding,
    int8_t *scratch, grapes_blocks_of_set blocks) {
  const uint16_t row_values = (uint16_t)(kernel_width * in_channels);
  const uint16_t taps = (uint16_t)(kernel_height * row_values);
  const int one_chunk = taps <= GRAPES_TRIPLES_CHUNK;
  const int pointwise = kernel_height == 1 && kernel_width == 1 && pad_top == 0 && pad_left == 0 &&
                        (out_height - 1) * stride_height < in_height && (out_width - 1) * stride_width < in_width;
  int8_t *const behind_border = scratch + in_channels;
  uint32_t *const words = (uint32_t *)(void *)(behind_border + ((4u - ((uintptr_t)behind_border & 3u)) & 3u));
  int32_t *const waiting = (int32_t *)words + 2u * (one_chunk ? (taps + 3u) & ~3u : GRAPES_TRIPLES_CHUNK);
  const int full = clamp_min == -128 && clamp_max == 127;
  grapes_blocks *const run = rounding == GRAPES_ROUNDING_TFLITE ? (full ? blocks.full_tflite : blocks.clamped_tflite)
                                                               : (full ? blocks.full_single : blocks.clamped_single);
  grapes_block_scalar layer = {waiting,      bias, multiplier,        shift,     output,    out_channels, out_channels,
                               out_channels, 0,    output_zero_point, clamp_min, clamp_max, 0};
  grapes_windows at = {input, {0}, {0}, 0, 0, 0, 0, 0, 0, 0, 0};
  /* Where the window of the pixel before lies in the input, and the column behind an output row's last window. */
  const int32_t behind = (int32_t)out_width * stride_width - pad_left;
  int32_t row = -(int32_t)pad_top, column = -(int32_t)pad_left - stride_width;
  if (!pointwise) {
    for (uint16_t c = 1; c <= in_channels; c++) ((int8_t *)words)[-(int)c] = input_zero_point;
    at.in_height = in_height;
    at.in_width = in_width;
    at.in_channels = in_channels;
    at.kernel_width = kernel_width;
    at.dilation_height = dilation_height;
    at.dilation_width = dilation_width;
  }
  for (int32_t left = (int32_t)out_height * out_width; left > 0; left -= 3, layer.out += 3u * out_channels) {
    const int8_t *from[3] = {input, input, input}; /* pointwise */
    for (int k = 0; k < 3; k++) {
      if (k < left) { /* after the last pixel: the same once more */
        column += stride_width;
        if (column == behind) {
          column = -(int32_t)pad_left;
          row += stride_height;
        }
      }
      if (pointwise) {
        from[k] = input + ((size_t)row * in_width + (size_t)column) * in_channels;
      } else {
        at.top[k] = row;
        at.left[k] = column;
      }
    }
    if (left < 3) layer.third = 0;
    if (left < 2) layer.second = 0;
    at.kernel_row = 0;
    at.in_row = 0;
    const int8_t *w = weights;
    for (uint16_t done = 0; done < taps;) {
      const uint16_t count = (uint16_t)(taps - done < (int)GRAPES_TRIPLES_CHUNK ? taps - done : (int)GRAPES_TRIPLES_CHUNK);
      const uint8_t groups = (uint8_t)((count + 3u) / 4u);
      if (pointwise) {
        (void)grapes_expand_triples(from[0] + done, from[1] + done, from[2] + done, count, words);
      } else {
        grapes_expand_windows(&at, count, words);
      }
      for (uint32_t *pad = words + 2u * count; pad != words + 8u * groups; pad++) *pad = 0;
      layer.groups = groups;
      layer.part = done == 0 ? GRAPES_FIRST_CHUNK : 0;
      done = (uint16_t)(done + count);
      if (done == taps) layer.part |= GRAPES_LAST_CHUNK;
      w = run(&layer, w, words);
    }
  }
}

#endif
