/*
 * The 3x3 sweep that depthwise_conv_2d_s8.h describes, for activations of either width. Included with
 *   GRAPES_DEPTHWISE   the function's name
 *   GRAPES_VALUE       the type of activations
 *   GRAPES_RESULT      (sum): the output; twice the sum, if rounding is TFLITE
 */
GRAPES_INLINE void GRAPES_DEPTHWISE(
    const GRAPES_VALUE *input, uint16_t in_height, uint16_t in_width, uint16_t in_channels, const int8_t *weights,
    const int32_t *bias, const int32_t *multiplier, const int8_t *shift, GRAPES_VALUE *output, uint16_t out_height,
    uint16_t out_width, uint16_t out_channels, uint16_t kernel_height, uint16_t kernel_width, uint16_t stride_height,
    uint16_t stride_width, uint16_t dilation_height, uint16_t dilation_width, uint16_t pad_top, uint16_t pad_left,
    GRAPES_VALUE input_zero_point, GRAPES_VALUE output_zero_point, GRAPES_VALUE clamp_min, GRAPES_VALUE clamp_max,
    uint8_t rounding, int8_t *scratch) {
  const uint16_t multiples = (uint16_t)(out_channels / in_channels);
  const size_t line = (size_t)in_width * in_channels;
  const int factor = rounding == GRAPES_ROUNDING_TFLITE ? 2 : 1;
  const uint32_t outside = (uint32_t)(int32_t)input_zero_point;
  const uint32_t outside_pair = grapes_pack_low(outside, outside);
  const uint32_t minus = 0u - outside, minus_pair = grapes_pack_low(minus, minus);
  /* Columns that are inside for every output but the last ones. */
  const int32_t last_left = (int32_t)(out_width - 1) * stride_width - pad_left;
  const uint16_t inside =
      (uint16_t)(last_left + 2 < in_width ? out_width
                                          : (in_width + pad_left - 3 + stride_width) / stride_width);
  (void)kernel_height;
  (void)kernel_width;
  (void)dilation_height;
  (void)dilation_width;
  (void)scratch;
#define GRAPES_LOAD_COLUMN(column, pair, third)                                                            \
  pair = grapes_pack_low((uint32_t)(int32_t)(column)[0], (uint32_t)(int32_t)(column)[line]);               \
  third = (uint32_t)(int32_t)(column)[2u * line]
#define GRAPES_FINISH(sum)     \
  *to = GRAPES_RESULT(sum);    \
  to += out_channels
  for (uint16_t o = 0; o < out_channels; o++, weights += 12) {
    const GRAPES_VALUE *const plane = input + o / multiples;
    const int32_t scale = multiplier[o];
    const uint8_t right = (uint8_t)(rounding == GRAPES_ROUNDING_TFLITE ? -shift[o] : shift[o]);
    const int32_t addend =
        rounding == GRAPES_ROUNDING_TFLITE ? grapes_addend_dsp(shift[o], (int8_t)output_zero_point) : 0;
    (void)addend;
    GRAPES_VALUE *to = output + o;
    grapes_depthwise_weights_dsp w = {0, 0, 0, 0, 0};
    uint32_t start = 0;
    int32_t moved = INT32_MAX;
    for (uint16_t y = 0; y < out_height; y++) {
      const int32_t top = (int32_t)y * stride_height - pad_top;
      const int32_t row = top < 0 ? 0 : top + 3 > in_height ? in_height - 3 : top;
      if (row - top != moved) {
        moved = row - top;
        uint32_t even0, even1;
        grapes_move_column_dsp(weights, moved, factor, &w.pair0, &even0);
        grapes_move_column_dsp(weights + 4, moved, factor, &w.pair1, &even1);
        grapes_move_column_dsp(weights + 8, moved, factor, &w.pair2, &w.last);
        w.thirds = grapes_pack_high(even0, even1);
        start = (uint32_t)bias[o] * (uint32_t)factor;
        start = grapes_begin_column_dsp(&w, minus_pair, minus, start);
        start = grapes_middle_column_dsp(&w, minus_pair, minus, start);
        start = grapes_last_column_dsp(&w, minus_pair, minus, start);
      }
      const GRAPES_VALUE *from = plane + (size_t)row * line;
      uint32_t pair = outside_pair, third = outside;
      uint32_t next, begun; /* the output that the next column (or two) completes, and the one after it */
      uint16_t x = 0;
      if (pad_left == 0) {
        GRAPES_LOAD_COLUMN(from, pair, third);
        from += in_channels;
      }
      next = grapes_begin_column_dsp(&w, pair, third, start);
      if (stride_width == 1) {
        if (pad_left < 2) {
          GRAPES_LOAD_COLUMN(from, pair, third);
          from += in_channels;
        }
        next = grapes_middle_column_dsp(&w, pair, third, next);
        begun = grapes_begin_column_dsp(&w, pair, third, start);
        for (; x < inside; x++, from += in_channels) {
          GRAPES_LOAD_COLUMN(from, pair, third);
          const uint32_t sum = grapes_last_column_dsp(&w, pair, third, next);
          next = grapes_middle_column_dsp(&w, pair, third, begun);
          begun = grapes_begin_column_dsp(&w, pair, third, start);
          GRAPES_FINISH(sum);
        }
        for (; x < out_width; x++) {
          const uint32_t sum = grapes_last_column_dsp(&w, outside_pair, outside, next);
          next = grapes_middle_column_dsp(&w, outside_pair, outside, begun);
          begun = grapes_begin_column_dsp(&w, outside_pair, outside, start);
          GRAPES_FINISH(sum);
        }
      } else {
        for (; x < inside; x++, from += 2u * in_channels) {
          GRAPES_LOAD_COLUMN(from, pair, third);
          uint32_t sum = grapes_middle_column_dsp(&w, pair, third, next);
          GRAPES_LOAD_COLUMN(from + in_channels, pair, third);
          sum = grapes_last_column_dsp(&w, pair, third, sum);
          next = grapes_begin_column_dsp(&w, pair, third, start);
          GRAPES_FINISH(sum);
        }
        for (; x < out_width; x++) {
          pair = outside_pair;
          third = outside;
          if (2 * x + 1 < in_width + pad_left) {
            GRAPES_LOAD_COLUMN(from, pair, third);
          }
          const uint32_t sum = grapes_middle_column_dsp(&w, pair, third, next);
          GRAPES_FINISH(grapes_last_column_dsp(&w, outside_pair, outside, sum));
          next = grapes_begin_column_dsp(&w, outside_pair, outside, start);
        }
      }
    }
  }
#undef GRAPES_LOAD_COLUMN
#undef GRAPES_FINISH
}

#undef GRAPES_DEPTHWISE
#undef GRAPES_VALUE
#undef GRAPES_RESULT
