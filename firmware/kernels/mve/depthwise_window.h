/*
 * int8 depthwise convolution for cores with MVE and kernels of up to 8 x 8 that are more than 4 high or wide: bit for bit
 * what kernels/plain computes. The idea is that of kernels/mve/depthwise_conv_2d_s8.h, in parts: rows 4 to 7 of the kernel
 * are words of their own, behind those of rows 0 to 3, columns 4 to 7 are a second vector, and the sums of two or four
 * vectors are one. Four neighbouring outputs of a channel are made at a time.
 *
 * Included by that header. weights: [out_channels][ceil(kernel_height / 4)][kernel_width][4 rows], 0 below the last row. All
 * other arguments as there; scratch: GRAPES_DEPTHWISE_WINDOW_MVE_SCRATCH(columns, block, row_parts) bytes for as many columns
 * and channels as a tile has (grapes_window_pixels_mve, grapes_window_block_mve), any alignment.
 */
#ifndef GRAPES_MVE_DEPTHWISE_WINDOW_H
#define GRAPES_MVE_DEPTHWISE_WINDOW_H

#define GRAPES_DEPTHWISE_WINDOW_MVE_SCRATCH(columns, block, row_parts) \
  (4u * (columns) * (block) * (row_parts) + 64u + 3u)
/* Words of a tile. */
#define GRAPES_DEPTHWISE_WINDOW_MVE_WORDS 480u
/* Parts of four that n rows or columns of a kernel have. */
#define GRAPES_WINDOW_PARTS_MVE(n) (((n) + 3u) / 4u)

/* Columns of scratch that `pixels` outputs of a row may read. */
static inline uint32_t grapes_window_columns_mve(uint32_t pixels, uint32_t kernel_width, uint32_t stride_width,
                                                 uint32_t dilation_width) {
  return (((pixels + 3u) & ~3u) - 1u) * stride_width + (4u * GRAPES_WINDOW_PARTS_MVE(kernel_width) - 1u) * dilation_width +
         1u;
}

/* Output pixels of a row in a tile: as many as fit with sixteen channels, or all channels if those are fewer. */
static inline uint32_t grapes_window_pixels_mve(uint32_t channels, uint32_t out_width, uint32_t kernel_height,
                                                uint32_t kernel_width, uint32_t stride_width, uint32_t dilation_width) {
  const uint32_t block = channels < 16 ? channels : 16;
  const uint32_t most = GRAPES_DEPTHWISE_WINDOW_MVE_WORDS / GRAPES_WINDOW_PARTS_MVE(kernel_height) / block;
  const uint32_t few = grapes_window_columns_mve(4, kernel_width, stride_width, dilation_width);
  if (grapes_window_columns_mve(out_width, kernel_width, stride_width, dilation_width) <= most) return out_width;
  return (most < few ? 1u : (most - few) / (4u * stride_width) + 1u) * 4u;
}

/* Channels in a tile: all, or as many times sixteen as fit. */
static inline uint32_t grapes_window_block_mve(uint32_t channels, uint32_t columns, uint32_t kernel_height) {
  const uint32_t most = GRAPES_DEPTHWISE_WINDOW_MVE_WORDS / GRAPES_WINDOW_PARTS_MVE(kernel_height) / columns;
  if (channels <= most) return channels;
  if (most < 16) return channels < 16 ? channels : 16;
  return most & ~15u;
}

/* At -Os the compiler finds no place for the operands of the loop over outputs: there the twin in C serves. */
#if GRAPES_MVE_VECTORS && !defined(__OPTIMIZE_SIZE__)

/* Sums of one output over two parts, or four; the second's and third's words lie so many bytes behind the first's. */
#define GRAPES_WINDOW_TWO_PARTS(sum)         \
  "vldrw.u32 q0, [%[from], %q[columns]]\n\t" \
  "add r6, %[from], %[second]\n\t"           \
  "vmladav.s8 " sum ", q0, %q[w]\n\t"        \
  "vldrw.u32 q0, [r6, %q[columns]]\n\t"      \
  "vmladava.s8 " sum ", q0, %q[w1]\n\t"
#define GRAPES_WINDOW_FOUR_PARTS(sum)      \
  GRAPES_WINDOW_TWO_PARTS(sum)             \
  "ldr r6, [%[numbers], #64]\n\t"         \
  "add r6, r6, %[from]\n\t"               \
  "vldrw.u32 q0, [r6, %q[columns]]\n\t"    \
  "add r6, r6, %[second]\n\t"              \
  "vmladava.s8 " sum ", q0, %q[w2]\n\t"    \
  "vldrw.u32 q0, [r6, %q[columns]]\n\t"    \
  "vmladava.s8 " sum ", q0, %q[w3]\n\t"
/* Four outputs in a row, to q1. */
#define GRAPES_WINDOW_NEXT "add %[from], %[from], %[from_step]\n\t"
#define GRAPES_WINDOW_FOUR(parts)                              \
  parts("r0") GRAPES_WINDOW_NEXT parts("r2") GRAPES_WINDOW_NEXT parts("r4") GRAPES_WINDOW_NEXT \
  "vmov q1[2], q1[0], r0, r4\n\t"                              \
  parts("r0") GRAPES_WINDOW_NEXT                               \
  "vmov q1[3], q1[1], r2, r0\n\t"
/* The ends of the clamp and the places of outputs stand behind the four numbers: no register is left for them. */
#define GRAPES_WINDOW_CLAMP              \
  "vqadd.s32 q1, q1, r6\n\t"             \
  "vldrw.u32 q0, [%[numbers], #16]\n\t"  \
  "vmax.s32 q1, q1, q0\n\t"              \
  "vldrw.u32 q0, [%[numbers], #32]\n\t"  \
  "vmin.s32 q1, q1, q0\n\t"             \
  "vldrw.u32 q0, [%[numbers], #48]\n\t"

/* The outputs of a tile; row_parts, column_parts and rounding are constants at each call. */
GRAPES_INLINE void grapes_window_tile_mve(const struct grapes_depthwise_mve *s, const struct grapes_depthwise_part_mve *part,
                                          uint32_t plane, uint32_t row_parts, uint32_t column_parts, uint8_t rounding) {
  const int saturating = 0;
  const uint32_t out_channels = (uint32_t)s->in_channels * s->multiples;
  const uint32_t column = 4u * part->block, from_step = column * s->stride_width, to_step = 4u * out_channels;
  const uint32x4_t columns = vmulq_n_u32(vidupq_n_u32(0, 1), column * s->dilation_width);
  const uint32_t second = column_parts > 1 ? 4u * column * s->dilation_width : plane;
  const uint32_t whole = part->pixels / 4u, rest = part->pixels % 4u;
  /* Bytes of weights of a part: four rows, as many columns as it has. */
  const uint32_t row = 4u * s->kernel_width, begin = column_parts > 1 ? 16u : row;
  const mve_pred16_t in_begin = vctp8q(begin), in_end = vctp8q(row - begin);
  struct {
    int32_t bias, multiplier, shift, zero_point, low[4], high[4];
    uint32_t places[4], third;
  } numbers;
  numbers.zero_point = s->zero_point;
  numbers.third = plane;
  vst1q_s32(numbers.low, vdupq_n_s32(s->clamp_min));
  vst1q_s32(numbers.high, vdupq_n_s32(s->clamp_max));
  vst1q_u32(numbers.places, vmulq_n_u32(vidupq_n_u32(0, 1), out_channels));
  const int8_t *word = part->words, *weights = s->weights + part->first * row_parts * row;
  uint32_t multiple = s->multiples;
  for (uint32_t o = part->first, left = part->block * s->multiples; left > 0; left--, o++) {
    numbers.bias = s->bias[o];
    numbers.multiplier = s->multiplier[o];
    numbers.shift = s->shift[o];
    const int8x16_t w = vldrbq_z_s8(weights, in_begin);
    const int8x16_t w1 = column_parts > 1 ? vldrbq_z_s8(weights + 16, in_end) : vldrbq_z_s8(weights + row, in_begin);
    weights += row;
    int8x16_t w2 = w, w3 = w;
    if (row_parts > 1 && column_parts > 1) {
      w2 = vldrbq_z_s8(weights, in_begin);
      w3 = vldrbq_z_s8(weights + 16, in_end);
    }
    if (row_parts > 1) weights += row;
    const int8_t *from = word;
    int8_t *to = part->output + o;
    register uint32_t lanes __asm__("r0") = 0xFFFFu;
    register uint32_t turns __asm__("lr") = whole;
    for (uint32_t more = rest;; more = 0) {
      if (turns > 0) {
        if (row_parts > 1 && column_parts > 1) {
          GRAPES_MVE_SCALED(GRAPES_WINDOW_FOUR(GRAPES_WINDOW_FOUR_PARTS), GRAPES_WINDOW_CLAMP, "q0", [w1] "w"(w1),
                            [w2] "w"(w2), [w3] "w"(w3), [second] "r"(second));
        } else {
          GRAPES_MVE_SCALED(GRAPES_WINDOW_FOUR(GRAPES_WINDOW_TWO_PARTS), GRAPES_WINDOW_CLAMP, "q0", [w1] "w"(w1),
                            [second] "r"(second));
        }
      }
      if (more == 0) break;
      lanes = (1u << (4u * rest)) - 1u;
      turns = 1;
    }
    if (--multiple == 0) {
      multiple = s->multiples;
      word += 4;
    }
  }
}

#undef GRAPES_WINDOW_TWO_PARTS
#undef GRAPES_WINDOW_FOUR_PARTS
#undef GRAPES_WINDOW_NEXT
#undef GRAPES_WINDOW_FOUR
#undef GRAPES_WINDOW_CLAMP

#else

GRAPES_INLINE void grapes_window_tile_mve(const struct grapes_depthwise_mve *s, const struct grapes_depthwise_part_mve *part,
                                          uint32_t plane, uint32_t row_parts, uint32_t column_parts, uint8_t rounding) {
  const uint32_t out_channels = (uint32_t)s->in_channels * s->multiples, count = part->block * s->multiples;
  const uint32_t column = 4u * part->block;
  (void)column_parts;
  for (uint32_t k = 0; k < part->pixels * count; k++) {
    const uint32_t x = k / count, c = k % count, o = part->first + c;
    const int8_t *const w = s->weights + (size_t)o * row_parts * 4u * s->kernel_width;
    const int8_t *const from = part->words + x * s->stride_width * column + 4u * (c / s->multiples);
    int32_t sum = grapes_ld_s32(s->bias + o);
    for (uint32_t kx = 0; kx < s->kernel_width; kx++) {
      for (uint32_t ky = 0; ky < s->kernel_height; ky++) {
        const int8_t value = from[kx * s->dilation_width * column + ky / 4u * plane + ky % 4u];
        const int8_t weight = grapes_ld_s8(w + (ky / 4u * s->kernel_width + kx) * 4u + ky % 4u);
        sum += (int32_t)((int16_t)value * weight);
      }
    }
    sum = grapes_requantize_s32(sum, grapes_ld_s32(s->multiplier + o), grapes_ld_s8(s->shift + o), rounding);
    part->output[x * out_channels + o] = grapes_offset_clamp_s8(sum, s->zero_point, s->clamp_min, s->clamp_max);
  }
}

#endif

/* Tile by tile. The parts of the kernel and rounding are constants at each call. */
GRAPES_INLINE void grapes_window_layer_mve(const struct grapes_depthwise_mve *s, int8_t *words, uint32_t row_parts,
                                           uint32_t column_parts, uint8_t rounding) {
  const uint32_t tile_columns =
      grapes_window_columns_mve(s->tile_pixels, s->kernel_width, s->stride_width, s->dilation_width);
  struct grapes_depthwise_part_mve part = {words, s->output, 0, 0, 0, 1};
  for (uint32_t y = 0; y < s->out_height; y++) {
    for (uint32_t x = 0; x < s->out_width; x += part.pixels) {
      part.pixels = s->out_width - x < s->tile_pixels ? s->out_width - x : s->tile_pixels;
      part.output = s->output + ((size_t)y * s->out_width + x) * s->in_channels * s->multiples;
      for (uint32_t c = 0; c < s->in_channels; c += part.block) {
        part.block = s->in_channels - c < s->tile_channels ? s->in_channels - c : s->tile_channels;
        part.first = c * s->multiples;
        const uint32_t plane = 4u * tile_columns * part.block;
        const uint32_t seen = (part.pixels - 1u) * s->stride_width + (s->kernel_width - 1u) * s->dilation_width + 1u;
        const int32_t top = (int32_t)(y * s->stride_height) - s->pad_top;
        const int32_t left = (int32_t)(x * s->stride_width) - s->pad_left;
        if (row_parts > 1) {
          grapes_interleave_rows_mve(s, top, left, c, part.block, 4, seen, words);
          grapes_interleave_rows_mve(s, top + 4 * s->dilation_height, left, c, part.block, s->kernel_height - 4u, seen,
                                     words + plane);
        } else {
          grapes_interleave_rows_mve(s, top, left, c, part.block, s->kernel_height, seen, words);
        }
        grapes_window_tile_mve(s, &part, plane, row_parts, column_parts, rounding);
      }
    }
  }
}

#define GRAPES_WINDOW_LAYER(name, row_parts, column_parts)                                                            \
  static GRAPES_ONE_COPY void name(const struct grapes_depthwise_mve *s, int8_t *words, uint8_t rounding) {           \
    if (rounding == GRAPES_ROUNDING_SINGLE) {                                                                         \
      grapes_window_layer_mve(s, words, row_parts, column_parts, GRAPES_ROUNDING_SINGLE);                             \
    } else {                                                                                                          \
      grapes_window_layer_mve(s, words, row_parts, column_parts, GRAPES_ROUNDING_TFLITE);                             \
    }                                                                                                                 \
  }
GRAPES_WINDOW_LAYER(grapes_window_high_mve, 2, 1)
GRAPES_WINDOW_LAYER(grapes_window_wide_mve, 1, 2)
GRAPES_WINDOW_LAYER(grapes_window_large_mve, 2, 2)
#undef GRAPES_WINDOW_LAYER

GRAPES_INLINE void grapes_depthwise_conv_2d_s8_mve_window(
    const int8_t *input, uint16_t in_height, uint16_t in_width, uint16_t in_channels, const int8_t *weights,
    const int32_t *bias, const int32_t *multiplier, const int8_t *shift, int8_t *output, uint16_t out_height,
    uint16_t out_width, uint16_t out_channels, uint16_t kernel_height, uint16_t kernel_width, uint16_t stride_height,
    uint16_t stride_width, uint16_t dilation_height, uint16_t dilation_width, uint16_t pad_top, uint16_t pad_left,
    int8_t input_zero_point, int8_t output_zero_point, int8_t clamp_min, int8_t clamp_max, uint8_t rounding,
    int8_t *scratch) {
  const uint32_t pixels =
      grapes_window_pixels_mve(in_channels, out_width, kernel_height, kernel_width, stride_width, dilation_width);
  const uint32_t columns = grapes_window_columns_mve(pixels, kernel_width, stride_width, dilation_width);
  const struct grapes_depthwise_mve s = {input,
                                         weights,
                                         bias,
                                         multiplier,
                                         shift,
                                         output,
                                         in_height,
                                         in_width,
                                         in_channels,
                                         out_height,
                                         out_width,
                                         (uint16_t)(out_channels / in_channels),
                                         kernel_height,
                                         kernel_width,
                                         stride_height,
                                         stride_width,
                                         dilation_height,
                                         dilation_width,
                                         pad_top,
                                         pad_left,
                                         (uint16_t)pixels,
                                         (uint16_t)grapes_window_block_mve(in_channels, columns, kernel_height),
                                         input_zero_point,
                                         output_zero_point,
                                         clamp_min,
                                         clamp_max,
                                         0};
  int8_t *const words = scratch + ((4u - ((uintptr_t)scratch & 3u)) & 3u);
  if (kernel_height <= 4) {
    grapes_window_wide_mve(&s, words, rounding);
  } else if (kernel_width <= 4) {
    grapes_window_high_mve(&s, words, rounding);
  } else {
    grapes_window_large_mve(&s, words, rounding);
  }
}

#endif
