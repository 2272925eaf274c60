/*
 * The depthwise convolution that depthwise_window.h describes, for activations of either width. Included with
 *   GRAPES_DEPTHWISE   the function's name
 *   GRAPES_PAIR_ROWS   the name of what brings two rows together
 *   GRAPES_VALUE       the type of activations
 *   GRAPES_HAS_WAYS    1: shifts are ways, and one below 0 is that of two roundings; 0: they are those of a single rounding
 *   GRAPES_TWICE, GRAPES_OTHERWISE   (sum): the output in the first case, and in the others
 */
/* Two rows of a channel side by side; a step of 0 repeats one value. */
#if defined(__GNUC__)
__attribute__((noinline, unused))
#endif
static void GRAPES_PAIR_ROWS(const GRAPES_VALUE *upper, size_t upper_step, const GRAPES_VALUE *lower,
                             size_t lower_step, uint32_t *to, uint32_t count) {
  uint32_t *const whole_end = to + (count & ~3u), *const end = to + count;
#define GRAPES_PAIR_PLACE(k)                                                                \
  to[k] = grapes_pack_low((uint32_t)(int32_t)*upper, (uint32_t)(int32_t)*lower);            \
  upper += upper_step;                                                                      \
  lower += lower_step
  for (; to != whole_end; to += 4) {
    GRAPES_PAIR_PLACE(0);
    GRAPES_PAIR_PLACE(1);
    GRAPES_PAIR_PLACE(2);
    GRAPES_PAIR_PLACE(3);
  }
  for (; to != end; to++) {
    GRAPES_PAIR_PLACE(0);
  }
#undef GRAPES_PAIR_PLACE
}

GRAPES_INLINE void GRAPES_DEPTHWISE(
    const GRAPES_VALUE *input, uint16_t in_height, uint16_t in_width, uint16_t in_channels, const int8_t *weights,
    const int32_t *bias, const int32_t *multiplier, const int8_t *shift, GRAPES_VALUE *output, uint16_t out_height,
    uint16_t out_width, uint16_t out_channels, uint16_t kernel_height, uint16_t kernel_width, uint16_t stride_height,
    uint16_t stride_width, uint16_t dilation_height, uint16_t dilation_width, uint16_t pad_top, uint16_t pad_left,
    GRAPES_VALUE input_zero_point, GRAPES_VALUE output_zero_point, GRAPES_VALUE clamp_min, GRAPES_VALUE clamp_max,
    uint8_t rounding, int8_t *scratch) {
  const uint16_t multiples = (uint16_t)(out_channels / in_channels);
  const int lanes = GRAPES_DEPTHWISE_LANES(out_width);
  const int pairs = GRAPES_DEPTHWISE_PAIRS(kernel_height), taps = (pairs * kernel_width + 1) / 2 * 2;
  const int columns = GRAPES_DEPTHWISE_COLUMNS(out_width, kernel_width, stride_width, dilation_width);
  const int apart = GRAPES_DEPTHWISE_APART(stride_height, dilation_height);
  const int lines = GRAPES_DEPTHWISE_LINES(pairs, apart);
  uint32_t *const widened = (uint32_t *)(void *)(scratch + ((4u - ((uintptr_t)scratch & 3u)) & 3u));
  uint32_t *const ring = widened + taps, *const ring_end = ring + lines * columns;
  const int before = pad_left < columns ? pad_left : columns;
  const int inside = in_width < columns - before ? in_width : columns - before;
  const size_t line = (size_t)in_width * in_channels;
  const uint32_t outside = (uint32_t)(int32_t)input_zero_point;
  (void)rounding; /* the shifts say it */
  /* Columns that lie outside stay what they are. */
  for (uint32_t *at = ring; at != ring_end; at++) *at = grapes_pack_low(outside, outside);
#define GRAPES_MAKE_LINE(to, row)                                                                        \
  do {                                                                                                   \
    const int32_t upper = (row), lower = upper + dilation_height;                                        \
    const int in_upper = upper >= 0 && upper < in_height, in_lower = lower >= 0 && lower < in_height;    \
    GRAPES_PAIR_ROWS(in_upper ? plane + (size_t)upper * line : &input_zero_point, in_upper ? in_channels : 0u, \
                         in_lower ? plane + (size_t)lower * line : &input_zero_point, in_lower ? in_channels : 0u, \
                         (to) + before, (uint32_t)inside);                                               \
  } while (0)
#define GRAPES_LANE_TAP(k) \
  if (lanes > k) sum##k = grapes_dot_halves(from[k * stride_width], pair, sum##k)
#define GRAPES_LANE_OUTPUT(k, value) \
  if (lanes > k && left > k) to[k * out_channels] = value
#define GRAPES_LANE_OUTPUTS(of)                                                                                       \
  GRAPES_LANE_OUTPUT(0, of(sum0));                                                                                    \
  GRAPES_LANE_OUTPUT(1, of(sum1));                                                                                    \
  GRAPES_LANE_OUTPUT(2, of(sum2));                                                                                    \
  GRAPES_LANE_OUTPUT(3, of(sum3))
  for (uint16_t o = 0; o < out_channels; o++) {
    const GRAPES_VALUE *const plane = input + o / multiples;
    const int32_t scale = multiplier[o];
    const int8_t way = shift[o];
    const int32_t addend = GRAPES_HAS_WAYS && way < 0 ? grapes_addend_dsp(way, (int8_t)output_zero_point) : 0;
    (void)addend;
    const uint32_t start = (uint32_t)bias[o];
    uint32_t *first = ring, *next = ring;
    GRAPES_VALUE *to = output + o;
    int made = 0;
    for (uint32_t *at = widened; at != ring; at += 2, weights += 4) {
      const uint32_t word = grapes_load_word(weights);
      at[0] = grapes_widen_even(word);
      at[1] = grapes_widen_odd(word);
    }
    for (int y = 0; y < out_height; y++) {
      if (apart > 0) {
        for (; made < y + lines; made++) {
          GRAPES_MAKE_LINE(next, made * stride_height - pad_top);
          next += columns;
          if (next == ring_end) next = ring;
        }
      } else {
        for (int j = 0; j < pairs; j++) {
          GRAPES_MAKE_LINE(ring + j * columns, y * stride_height - pad_top + 2 * j * dilation_height);
        }
      }
      const uint32_t *begin = first;
      for (int left = out_width; left > 0; left -= lanes, to += lanes * out_channels, begin += lanes * stride_width) {
        uint32_t sum0 = start, sum1 = start, sum2 = start, sum3 = start;
        const uint32_t *w = widened, *row = begin;
        for (int j = 0; j < pairs; j++) {
          const uint32_t *from = row;
#if defined(__GNUC__)
#pragma GCC unroll 8
#endif
          for (int kx = 0; kx < kernel_width; kx++, from += dilation_width) {
            const uint32_t pair = *w++;
            GRAPES_LANE_TAP(0);
            GRAPES_LANE_TAP(1);
            GRAPES_LANE_TAP(2);
            GRAPES_LANE_TAP(3);
          }
          row += (apart > 0 ? apart : 1) * columns;
          if (row >= ring_end) row -= lines * columns;
        }
        if (GRAPES_HAS_WAYS && way < 0) {
          GRAPES_LANE_OUTPUTS(GRAPES_TWICE);
        } else {
          GRAPES_LANE_OUTPUTS(GRAPES_OTHERWISE);
        }
      }
      to -= (out_width + lanes - 1) / lanes * lanes * out_channels;
      to += out_width * out_channels;
      if (apart > 0) {
        first += columns;
        if (first == ring_end) first = ring;
      }
    }
  }
#undef GRAPES_MAKE_LINE
#undef GRAPES_LANE_TAP
#undef GRAPES_LANE_OUTPUT
#undef GRAPES_LANE_OUTPUTS
}

#undef GRAPES_DEPTHWISE
#undef GRAPES_PAIR_ROWS
#undef GRAPES_VALUE
#undef GRAPES_HAS_WAYS
#undef GRAPES_TWICE
#undef GRAPES_OTHERWISE
