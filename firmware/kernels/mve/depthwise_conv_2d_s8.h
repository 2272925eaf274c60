/*
 * int8 depthwise convolution for cores with MVE: bit for bit what kernels/plain computes, for kernels of at most 4 x 4, any
 * stride and dilation, one or more output channels an input channel. depthwise_window.h: kernels of at most 8 x 8.
 *
 * The idea. VMLADAVA adds sixteen products, and a 3 x 3 window has nine. So four rows of the input are interleaved in the
 * scratch memory: a word holds four values of one channel, one below the other, and a gathering load takes four columns of
 * a channel, 4 x 4 values, into one vector. With stride 1, four windows of 3 x 3 lie in it, two by two: the weights, moved
 * by a row or a column or both, give four outputs with one load and four VMLADAV. Otherwise a vector gives one output, and
 * outputs are made in fours along the row. Interleaving costs an eighth of an instruction a value. Rows and columns outside
 * the input are its zero point.
 *
 * weights      [out_channels][kernel_width][kernel_height]
 * bias, multiplier, shift   as in kernels/plain; tflite: every shift is below 0 (the exporter has checked it)
 * scratch      GRAPES_DEPTHWISE_CONV_2D_S8_MVE_SCRATCH(columns, block) bytes, any alignment, for
 *              as many columns and channels as a tile has (grapes_depthwise_pixels_mve, grapes_depthwise_block_mve)
 */
#ifndef GRAPES_MVE_DEPTHWISE_CONV_2D_S8_H
#define GRAPES_MVE_DEPTHWISE_CONV_2D_S8_H

#include "vectors.h"

/* Words of four rows, room for a store of sixteen channels that are fewer, and three bytes to start at a multiple of four. */
#define GRAPES_DEPTHWISE_CONV_2D_S8_MVE_SCRATCH(columns, block) (4u * (columns) * (block) + 64u + 3u)
#define GRAPES_DEPTHWISE_CONV_2D_S8_MVE_WORDS 240u

/* A layer, and its tiles. */
struct grapes_depthwise_mve {
  const int8_t *input, *weights;
  const int32_t *bias, *multiplier;
  const int8_t *shift;
  int8_t *output;
  uint16_t in_height, in_width, in_channels, out_height, out_width, multiples;
  uint16_t kernel_height, kernel_width, stride_height, stride_width, dilation_height, dilation_width;
  uint16_t pad_top, pad_left;
  uint16_t tile_pixels, tile_channels;
  int8_t input_zero_point, zero_point, clamp_min, clamp_max;
  uint8_t two_by_two;
};

/* Columns of scratch that `pixels` outputs of a row may read. */
static inline uint32_t grapes_depthwise_columns_mve(uint32_t pixels, uint32_t stride_width, uint32_t dilation_width,
                                                    int two_by_two) {
  if (two_by_two) return ((pixels + 1u) & ~1u) + 2u;
  return (((pixels + 3u) & ~3u) - 1u) * stride_width + 3u * dilation_width + 1u;
}

/* Output pixels of a row in a tile: as many as fit with sixteen channels, or all channels if those are fewer. */
static inline uint32_t grapes_depthwise_pixels_mve(uint32_t channels, uint32_t out_width, uint32_t stride_width,
                                                   uint32_t dilation_width, int two_by_two) {
  const uint32_t lanes = two_by_two ? 2 : 4, block = channels < 16 ? channels : 16;
  const uint32_t most = GRAPES_DEPTHWISE_CONV_2D_S8_MVE_WORDS / block;
  const uint32_t few = grapes_depthwise_columns_mve(lanes, stride_width, dilation_width, two_by_two);
  if (grapes_depthwise_columns_mve(out_width, stride_width, dilation_width, two_by_two) <= most) return out_width;
  return (most < few ? 1u : (most - few) / (lanes * stride_width) + 1u) * lanes;
}

/* Channels in a tile: where a row fits, as many times sixteen as fit. */
static inline uint32_t grapes_depthwise_block_mve(uint32_t channels, uint32_t out_width, uint32_t stride_width,
                                                  uint32_t dilation_width, int two_by_two) {
  const uint32_t columns = grapes_depthwise_columns_mve(out_width, stride_width, dilation_width, two_by_two);
  const uint32_t most = GRAPES_DEPTHWISE_CONV_2D_S8_MVE_WORDS / columns;
  if (channels <= most) return channels;
  if (most < 16) return channels < 16 ? channels : 16;
  return most & ~15u;
}

#if GRAPES_MVE_VECTORS

/* Four runs of at most sixteen channels, `count` columns: words of four rows, `to_step` bytes from column to column. */
static inline void grapes_interleave_four_mve(const int8_t *const from[4], uint32_t step, uint32_t lanes, uint32_t count,
                                              int8_t *to, uint32_t to_step) {
  const int8_t *a = from[0], *b = from[1], *c = from[2], *d = from[3];
  __asm__ volatile(
      "vctp.8 %[lanes]\n\t"
      "dls lr, %[count]\n"
      "1:\n\t"
      "vpstttt\n\t"
      "vldrbt.8 q0, [%[a]]\n\t"
      "vldrbt.8 q1, [%[b]]\n\t"
      "vldrbt.8 q2, [%[c]]\n\t"
      "vldrbt.8 q3, [%[d]]\n\t"
      "add %[a], %[a], %[step]\n\t"
      "add %[b], %[b], %[step]\n\t"
      "add %[c], %[c], %[step]\n\t"
      "add %[d], %[d], %[step]\n\t"
      "vst40.8 {q0, q1, q2, q3}, [%[to]]\n\t"
      "vst41.8 {q0, q1, q2, q3}, [%[to]]\n\t"
      "vst42.8 {q0, q1, q2, q3}, [%[to]]\n\t"
      "vst43.8 {q0, q1, q2, q3}, [%[to]]\n\t"
      "add %[to], %[to], %[to_step]\n\t"
      "le lr, 1b"
      : [a] "+r"(a), [b] "+r"(b), [c] "+r"(c), [d] "+r"(d), [to] "+r"(to)
      : [step] "r"(step), [to_step] "r"(to_step), [lanes] "r"(lanes), [count] "r"(count)
      : "lr", "q0", "q1", "q2", "q3", "p0", "memory");
}

/* One run, every fourth byte. */
static inline void grapes_interleave_one_mve(const int8_t *from, uint32_t step, uint32_t lanes, uint32_t count, int8_t *to,
                                             uint32_t to_step) {
  const mve_pred16_t some = vctp8q(lanes);
  const uint8x16_t places = vidupq_n_u8(0, 4);
  for (; count > 0; count--, from += step, to += to_step) {
    vstrbq_scatter_offset_p_s8(to, places, vldrbq_z_s8(from, some), some);
  }
}

#endif

/* `columns` columns of `block` channels from channel c on: `rows` rows from `top` on, one below the other in words. */
static GRAPES_ONE_COPY void grapes_interleave_rows_mve(const struct grapes_depthwise_mve *s, int32_t top, int32_t left,
                                                       uint32_t c, uint32_t block, uint32_t rows, uint32_t columns,
                                                       int8_t *to) {
  const uint32_t channels = s->in_channels, dilation = s->dilation_height, to_step = 4u * block;
  const uint32_t first = left >= 0 ? 0 : (uint32_t)-left < columns ? (uint32_t)-left : columns;
  const uint32_t inside = left >= s->in_width ? 0 : (uint32_t)(s->in_width - left);
  const uint32_t end = inside < columns ? inside : columns;
  const size_t line = (size_t)s->in_width * channels * dilation;
  const int8_t *const from = s->input + (ptrdiff_t)((top * s->in_width + left + (int32_t)first) * (int32_t)channels) + c;
#if GRAPES_MVE_VECTORS
  if (end > first && top >= 0 && top + (int32_t)((rows - 1u) * dilation) < s->in_height) {
    if (first > 0) grapes_fill_mve(to, s->input_zero_point, first * to_step);
    /* Downwards: what a store of fewer than sixteen channels writes beyond them is written again. */
    for (uint32_t chunk = (block - 1u) & ~15u;; chunk -= 16u) {
      const int8_t *const start = from + chunk;
      const int8_t *const four[4] = {start, start + (rows > 1 ? line : 0), start + (rows > 2 ? 2u * line : 0),
                                     start + (rows > 3 ? 3u * line : 0)};
      grapes_interleave_four_mve(four, channels, block - chunk, end - first, to + first * to_step + 4u * chunk, to_step);
      if (chunk == 0) break;
    }
    if (end < columns) grapes_fill_mve(to + end * to_step, s->input_zero_point, (columns - end) * to_step);
    return;
  }
#endif
  grapes_fill_mve(to, s->input_zero_point, columns * to_step);
  if (end <= first) return;
  for (uint32_t k = 0; k < rows; k++) {
    const int32_t row = top + (int32_t)(k * dilation);
    if (row < 0 || row >= s->in_height) continue;
#if GRAPES_MVE_VECTORS
    for (uint32_t chunk = 0; chunk < block; chunk += 16u) {
      grapes_interleave_one_mve(from + k * line + chunk, channels, block - chunk, end - first,
                                to + first * to_step + 4u * chunk + k, to_step);
    }
#else
    for (uint32_t x = first; x < end; x++) {
      for (uint32_t j = 0; j < block; j++) to[x * to_step + 4u * j + k] = from[k * line + (x - first) * channels + j];
    }
#endif
  }
}

/* A tile whose rows are interleaved: the outputs to make of it. */
struct grapes_depthwise_part_mve {
  const int8_t *words;
  int8_t *output;
  uint32_t first;   /* output channel */
  uint32_t pixels;  /* of a row */
  uint32_t block;   /* channels in the tile */
  uint32_t rows;    /* of outputs */
};

#if GRAPES_MVE_VECTORS

#define GRAPES_MVE_TWICE "vqrdmulh.s32 q1, q1, r2\n\tvrshl.s32 q1, r4\n\t"
#define GRAPES_MVE_TWICE_WITH_TIES         \
  "vqrdmulh.s32 q1, q1, r2\n\t" \
  "vshr.s32 q0, q1, #31\n\t"               \
  "vadd.i32 q1, q1, q0\n\t"                \
  "vrshl.s32 q1, r4\n\t"
#define GRAPES_MVE_ONCE "vshl.s32 q1, r4\n\tvdup.32 q0, r2\n\tvrmulh.s32 q1, q1, q0\n\t"
#define GRAPES_MVE_SATURATE "vqadd.s32 q1, q1, r6\n\tvqmovnb.s32 q1, q1\n\tvqmovnb.s16 q1, q1\n\t"
#define GRAPES_MVE_CLAMP "vqadd.s32 q1, q1, r6\n\tvmax.s32 q1, q1, %q[low]\n\tvmin.s32 q1, q1, %q[high]\n\t"

/* Two by two windows of one vector, to q1. Where the clamp takes two registers, two of the weights are made anew. */
#define GRAPES_MVE_TWO_BY_TWO                \
  "vldrw.u32 q0, [%[from], %q[columns]]\n\t" \
  "add %[from], %[from], %[from_step]\n\t"   \
  "vmladav.s8 r0, q0, %q[w]\n\t"             \
  "vmladav.s8 r2, q0, %q[down]\n\t"          \
  "vmov q1[2], q1[0], r0, r2\n\t"            \
  "vmladav.s8 r0, q0, %q[right]\n\t"         \
  "vmladav.s8 r2, q0, %q[both]\n\t"          \
  "vmov q1[3], q1[1], r0, r2\n\t"
#define GRAPES_MVE_TWO_BY_TWO_MADE           \
  "vldrw.u32 q0, [%[from], %q[columns]]\n\t" \
  "add %[from], %[from], %[from_step]\n\t"   \
  "vshl.i32 q1, %q[right], #8\n\t"           \
  "vmladav.s8 r4, q0, q1\n\t"                \
  "vshl.i32 q1, %q[w], #8\n\t"               \
  "vmladav.s8 r2, q0, q1\n\t"                \
  "vmladav.s8 r0, q0, %q[w]\n\t"             \
  "vmov q1[2], q1[0], r0, r2\n\t"            \
  "vmladav.s8 r0, q0, %q[right]\n\t"         \
  "vmov q1[3], q1[1], r0, r4\n\t"
/* Four in a row, a vector each. */
#define GRAPES_MVE_ONE(sum)                  \
  "vldrw.u32 q0, [%[from], %q[columns]]\n\t" \
  "add %[from], %[from], %[from_step]\n\t"   \
  "vmladav.s8 " sum ", q0, %q[w]\n\t"
#define GRAPES_MVE_FOUR                                    \
  GRAPES_MVE_ONE("r0") GRAPES_MVE_ONE("r2") GRAPES_MVE_ONE("r4") \
  "vmov q1[2], q1[0], r0, r4\n\t"                          \
  GRAPES_MVE_ONE("r0")                                     \
  "vmov q1[3], q1[1], r2, r0\n\t"

/* `turns` times four outputs of a channel, the lanes in `lanes` stored at `at`. r0 and lr begin with these two. */
#define GRAPES_MVE_OUTPUTS(sums, scale, clamp, at, ...)                                                            \
  __asm__ volatile("vmsr p0, r0\n\t"                                                                           \
                   "dls lr, lr\n"                                                                              \
                   "1:\n\t" sums "ldm %[numbers], {r0, r2, r4, r6}\n\t"                          \
                   "vadd.i32 q1, q1, r0\n\t" scale clamp                                              \
                   "vpst\n\t"                                                                                  \
                   "vstrbt.32 q1, [%[to], " at "]\n\t"                                                     \
                   "add %[to], %[to], %[to_step]\n\t"                                                          \
                   "le lr, 1b\n\t"                                                                             \
                   : [from] "+r"(from), [to] "+r"(to), "+r"(lanes), "+r"(turns)                                \
                   : [numbers] "r"(&numbers), [from_step] "r"(from_step), [to_step] "r"(to_step),              \
                     [columns] "w"(columns), [w] "w"(w), __VA_ARGS__                              \
                   : "r2", "r4", "r6", "q0", "q1", "p0", "memory")
#define GRAPES_MVE_ALL_WEIGHTS [places] "w"(places), [right] "w"(right), [down] "w"(down), [both] "w"(both)
#define GRAPES_MVE_ENDS [places] "w"(places), [low] "w"(low), [high] "w"(high)
#define GRAPES_MVE_SOME_WEIGHTS [right] "w"(right), GRAPES_MVE_ENDS
#define GRAPES_MVE_SCALED(sums, clamp, at, ...)                                          \
  do {                                                                               \
    if (rounding == GRAPES_ROUNDING_SINGLE) {                                        \
      GRAPES_MVE_OUTPUTS(sums, GRAPES_MVE_ONCE, clamp, at, __VA_ARGS__);                 \
    } else if (saturating) {                                                         \
      GRAPES_MVE_OUTPUTS(sums, GRAPES_MVE_TWICE, clamp, at, __VA_ARGS__);                \
    } else {                                                                         \
      GRAPES_MVE_OUTPUTS(sums, GRAPES_MVE_TWICE_WITH_TIES, clamp, at, __VA_ARGS__);      \
    }                                                                                \
  } while (0)

/*
 * All outputs of a tile. `saturating`: the clamp is that of int8 and ties do not matter, as in most layers with a relu.
 * two_by_two, saturating and rounding are constants at each call.
 */
GRAPES_INLINE void grapes_depthwise_tile_outputs_mve(const struct grapes_depthwise_mve *s,
                                                     const struct grapes_depthwise_part_mve *part, int two_by_two,
                                                     int saturating, uint8_t rounding) {
  const uint32_t taps = (uint32_t)s->kernel_height * s->kernel_width;
  const uint32_t out_channels = (uint32_t)s->in_channels * s->multiples;
  /* Lane 4 * kx + ky of the weights is tap kx * kernel_height + ky; lanes beside the kernel are 0. */
  const uint8x16_t lane = vidupq_n_u8(0, 1), ky = vandq_u8(lane, vdupq_n_u8(3)), kx = vshrq_n_u8(lane, 2);
  const uint8x16_t tap = vaddq_u8(ky, vmulq_n_u8(kx, (uint8_t)s->kernel_height));
  const mve_pred16_t used = vcmpcsq_m_u8(vdupq_n_u8((uint8_t)(s->kernel_width - 1u)), kx,
                                         vcmpcsq_u8(vdupq_n_u8((uint8_t)(s->kernel_height - 1u)), ky));
  const uint32x4_t number = vidupq_n_u32(0, 1);
  const uint32x4_t columns = vmulq_n_u32(number, 4u * part->block * s->dilation_width);
  const uint32_t from_step = 4u * part->block * (two_by_two ? 2u : s->stride_width);
  /* Outputs of a vector: (y, x), (y, x + 1), (y + 1, x), (y + 1, x + 1), or four in a row. */
  uint32x4_t places = vmulq_n_u32(number, out_channels);
  if (two_by_two) {
    places = vmulq_n_u32(vandq_u32(number, vdupq_n_u32(1)), out_channels);
    places = vaddq_u32(places, vmulq_n_u32(vshrq_n_u32(number, 1), s->out_width * out_channels));
  }
  const uint32_t at_once = two_by_two ? 2 : 4, to_step = at_once * out_channels;
  const uint32_t whole = part->pixels / at_once, rest = part->pixels % at_once;
  const uint32_t every = two_by_two && part->rows == 1 ? 0x00FFu : 0xFFFFu;
  const uint32_t some = two_by_two ? every & 0x0F0Fu : (1u << (4u * rest)) - 1u;
  /* What a channel's sums meet, in the order of registers. */
  struct {
    int32_t bias, multiplier, shift, zero_point;
  } numbers = {0, 0, 0, s->zero_point};
  const int32x4_t low = vdupq_n_s32(s->clamp_min), high = vdupq_n_s32(s->clamp_max);
  const int8_t *word = part->words, *weights = s->weights + part->first * taps;
  uint32_t multiple = s->multiples;
  for (uint32_t o = part->first, left = part->block * s->multiples; left > 0; left--, o++, weights += taps) {
    numbers.bias = s->bias[o];
    numbers.multiplier = s->multiplier[o];
    numbers.shift = s->shift[o];
    const int8x16_t w = vldrbq_gather_offset_z_s8(weights, tap, (mve_pred16_t)used);
    uint32_t carry;
    __asm__("mov %0, #0" : "=r"(carry) : "r"(o)); /* of every o: or the compiler keeps a zero in the stack */
    const int8x16_t right = vshlcq_s8(w, &carry, 32);
    const int32x4_t down = vshlq_n_s32(vreinterpretq_s32_s8(w), 8);
    const int32x4_t both = vshlq_n_s32(vreinterpretq_s32_s8(right), 8);
    const int8_t *from = word;
    int8_t *to = part->output + o;
    register uint32_t lanes __asm__("r0") = every;
    register uint32_t turns __asm__("lr") = whole;
    for (uint32_t more = rest;; more = 0) {
      if (turns > 0) {
        if (two_by_two) {
          if (saturating) {
            GRAPES_MVE_SCALED(GRAPES_MVE_TWO_BY_TWO, GRAPES_MVE_SATURATE, "%q[places]", GRAPES_MVE_ALL_WEIGHTS);
          } else {
            GRAPES_MVE_SCALED(GRAPES_MVE_TWO_BY_TWO_MADE, GRAPES_MVE_CLAMP, "%q[places]", GRAPES_MVE_SOME_WEIGHTS);
          }
        } else {
          GRAPES_MVE_SCALED(GRAPES_MVE_FOUR, GRAPES_MVE_CLAMP, "%q[places]", GRAPES_MVE_ENDS);
        }
      }
      if (more == 0) break;
      lanes = some;
      turns = 1;
    }
    if (--multiple == 0) {
      multiple = s->multiples;
      word += 4;
    }
  }
}

#define GRAPES_MVE_TILE(name, two_by_two, saturating)                                                              \
  static GRAPES_ONE_COPY void name(const struct grapes_depthwise_mve *s, const struct grapes_depthwise_part_mve *part, \
                                   uint8_t rounding) {                                                             \
    grapes_depthwise_tile_outputs_mve(s, part, two_by_two, saturating, rounding);                                  \
  }
GRAPES_MVE_TILE(grapes_depthwise_four_in_a_row_mve, 0, 0)
GRAPES_MVE_TILE(grapes_depthwise_four_in_a_row_saturating_mve, 0, 1)
GRAPES_MVE_TILE(grapes_depthwise_two_by_two_mve, 1, 0)
GRAPES_MVE_TILE(grapes_depthwise_two_by_two_saturating_mve, 1, 1)
#undef GRAPES_MVE_TILE

static inline void grapes_depthwise_some_outputs_mve(const struct grapes_depthwise_mve *s,
                                                     const struct grapes_depthwise_part_mve *part, uint8_t rounding) {
  const int saturating = grapes_saturates_mve(s->zero_point, s->clamp_min, s->clamp_max, rounding);
  if (s->two_by_two) {
    if (saturating) {
      grapes_depthwise_two_by_two_saturating_mve(s, part, rounding);
    } else {
      grapes_depthwise_two_by_two_mve(s, part, rounding);
    }
  } else if (saturating) {
    grapes_depthwise_four_in_a_row_saturating_mve(s, part, rounding);
  } else {
    grapes_depthwise_four_in_a_row_mve(s, part, rounding);
  }
}

#else

static inline void grapes_depthwise_some_outputs_mve(const struct grapes_depthwise_mve *s,
                                                     const struct grapes_depthwise_part_mve *part, uint8_t rounding) {
  const uint32_t out_channels = (uint32_t)s->in_channels * s->multiples, count = part->block * s->multiples;
  for (uint32_t k = 0; k < part->rows * part->pixels * count; k++) {
    const uint32_t y = k / (part->pixels * count), x = k / count % part->pixels, c = k % count;
    const uint32_t o = part->first + c, column = 4u * part->block;
    const int8_t *w = s->weights + (size_t)o * s->kernel_height * s->kernel_width;
    const int8_t *from = part->words + x * s->stride_width * column + 4u * (c / s->multiples) + y;
    int32_t sum = grapes_ld_s32(s->bias + o);
    for (uint32_t kx = 0; kx < s->kernel_width; kx++, from += s->dilation_width * column) {
      for (uint32_t ky = 0; ky < s->kernel_height; ky++) sum += (int32_t)((int16_t)from[ky] * grapes_ld_s8(w++));
    }
    sum = grapes_requantize_s32(sum, grapes_ld_s32(s->multiplier + o), grapes_ld_s8(s->shift + o), rounding);
    part->output[(y * s->out_width + x) * out_channels + o] =
        grapes_offset_clamp_s8(sum, s->zero_point, s->clamp_min, s->clamp_max);
  }
}

#endif

/* Tile by tile: one copy for all layers. */
static GRAPES_ONE_COPY void grapes_depthwise_layer_mve(const struct grapes_depthwise_mve *s, int8_t *words,
                                                       uint8_t rounding) {
  const uint32_t down = s->two_by_two ? 2 : 1;
  struct grapes_depthwise_part_mve part = {words, s->output, 0, 0, 0, down};
  for (uint32_t y = 0; y < s->out_height; y += down) {
    if (s->out_height - y < down) part.rows = 1;
    for (uint32_t x = 0; x < s->out_width; x += part.pixels) {
      part.pixels = s->out_width - x < s->tile_pixels ? s->out_width - x : s->tile_pixels;
      part.output = s->output + ((size_t)y * s->out_width + x) * s->in_channels * s->multiples;
      for (uint32_t c = 0; c < s->in_channels; c += part.block) {
        part.block = s->in_channels - c < s->tile_channels ? s->in_channels - c : s->tile_channels;
        part.first = c * s->multiples;
        grapes_interleave_rows_mve(s, (int32_t)(y * s->stride_height) - s->pad_top,
                                   (int32_t)(x * s->stride_width) - s->pad_left, c, part.block,
                                   s->kernel_height + part.rows - 1u,
                                   (part.pixels - 1u) * s->stride_width + (s->kernel_width - 1u) * s->dilation_width + 1u,
                                   words);
        grapes_depthwise_some_outputs_mve(s, &part, rounding);
      }
    }
  }
}

GRAPES_INLINE void grapes_depthwise_conv_2d_s8_mve(
    const int8_t *input, uint16_t in_height, uint16_t in_width, uint16_t in_channels, const int8_t *weights,
    const int32_t *bias, const int32_t *multiplier, const int8_t *shift, int8_t *output, uint16_t out_height,
    uint16_t out_width, uint16_t out_channels, uint16_t kernel_height, uint16_t kernel_width, uint16_t stride_height,
    uint16_t stride_width, uint16_t dilation_height, uint16_t dilation_width, uint16_t pad_top, uint16_t pad_left,
    int8_t input_zero_point, int8_t output_zero_point, int8_t clamp_min, int8_t clamp_max, uint8_t rounding,
    int8_t *scratch) {
  const int two_by_two = kernel_height <= 3 && kernel_width <= 3 && stride_height == 1 && stride_width == 1 &&
                         dilation_height == 1 && dilation_width == 1;
  const struct grapes_depthwise_mve s = {
      input,
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
      (uint16_t)grapes_depthwise_pixels_mve(in_channels, out_width, stride_width, dilation_width, two_by_two),
      (uint16_t)grapes_depthwise_block_mve(in_channels, out_width, stride_width, dilation_width, two_by_two),
      input_zero_point,
      output_zero_point,
      clamp_min,
      clamp_max,
      (uint8_t)two_by_two};
  grapes_depthwise_layer_mve(&s, scratch + ((4u - ((uintptr_t)scratch & 3u)) & 3u), rounding);
}

/* Larger kernels, of the same parts. */
#include "depthwise_window.h"

#endif
