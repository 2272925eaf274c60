/*
 * The convolution of conv_2d_s8.h, conv_2d_s4.h and conv_2d_s16.h: two output pixels at a time, what they see expanded to words
 * first, and then all pairs of channels over both. Included with
 *   GRAPES_CONV_2D    the function's name
 *   GRAPES_VALUE      the type of activations
 *   GRAPES_EXPAND     (bytes, groups, words, form): groups of four values to words; returns where the next ones go
 *   GRAPES_CHANNELS   (both): outputs of channels o and, if both, o + 1, from what `words` holds; gives the next weights
 * `form`, how the weights lie, is a constant at every call.
 */
GRAPES_INLINE void GRAPES_CONV_2D(
    const GRAPES_VALUE *input, uint16_t in_height, uint16_t in_width, uint16_t in_channels, const int8_t *weights,
    const int32_t *bias, const int32_t *multiplier, const int8_t *shift, GRAPES_VALUE *output, uint16_t out_height,
    uint16_t out_width, uint16_t out_channels, uint16_t kernel_height, uint16_t kernel_width, uint16_t stride_height,
    uint16_t stride_width, uint16_t dilation_height, uint16_t dilation_width, uint16_t pad_top, uint16_t pad_left,
    GRAPES_VALUE input_zero_point, GRAPES_VALUE output_zero_point, GRAPES_VALUE clamp_min, GRAPES_VALUE clamp_max,
    uint8_t rounding, int8_t *scratch, int form) {
  const uint16_t row_values = (uint16_t)(kernel_width * in_channels);
  const uint16_t four = (uint16_t)((kernel_height * row_values + 3u) / 4u);
  const uint16_t groups = form == GRAPES_NIBBLES_DSP ? (uint16_t)((four + 1u) & ~1u) : four;
  const size_t pixel_bytes = in_channels * sizeof(GRAPES_VALUE);
  const int8_t *const image = (const int8_t *)input;
  const int whole_rows = row_values % 4 == 0;
  const int pointwise = kernel_height == 1 && kernel_width == 1 && pad_top == 0 && pad_left == 0 && whole_rows &&
                        (out_height - 1) * stride_height < in_height && (out_width - 1) * stride_width < in_width;
  uint32_t *const words = (uint32_t *)(void *)(scratch + ((4u - ((uintptr_t)scratch & 3u)) & 3u));
  int8_t *const field = (int8_t *)(words + 4u * groups);
  uint32_t pixels = (uint32_t)out_height * out_width;
  int32_t top = -(int32_t)pad_top, left = -(int32_t)pad_left;
  const int32_t left_end = left + (int32_t)out_width * stride_width;
  (void)output_zero_point; /* of int16 activations it is 0 */
  while (pixels > 0) {
    /* An odd last pixel is made twice. */
    const uint16_t step = pixels > 1 ? 1 : 0;
    for (uint16_t k = 0; k < 2; k++) {
      uint32_t *to = words + (form == GRAPES_NIBBLES_DSP ? 1 : 2) * k;
      if (pointwise) {
        GRAPES_EXPAND(image + ((size_t)top * in_width + (size_t)left) * pixel_bytes, four, to, form);
      } else {
        const int across = dilation_width == 1 && left >= 0 && left + kernel_width <= in_width;
        int8_t *end = field;
        for (uint16_t ky = 0; ky < kernel_height; ky++) {
          const int32_t row = top + (int32_t)ky * dilation_height;
          const int8_t *const line = image + (ptrdiff_t)row * in_width * (ptrdiff_t)pixel_bytes;
          const int8_t *const from = line + left * (ptrdiff_t)pixel_bytes;
          const int inside = row >= 0 && row < in_height;
          if (!(across && inside)) {
            end = grapes_gather_row_dsp(line, inside, in_width, (uint16_t)pixel_bytes, left, kernel_width,
                                        dilation_width, (int8_t)input_zero_point, end);
          } else if (whole_rows) {
            to = GRAPES_EXPAND(from, row_values / 4, to, form);
          } else {
            end = grapes_copy_s8_dsp(end, from, row_values * sizeof(GRAPES_VALUE));
          }
          if (whole_rows && end != field) {
            end = field;
            to = GRAPES_EXPAND(field, row_values / 4, to, form);
          }
        }
        if (!whole_rows) GRAPES_EXPAND(field, groups, to, form);
      }
      if (step == 1) {
        left += stride_width;
        if (left == left_end) {
          left = -(int32_t)pad_left;
          top += stride_height;
        }
      }
    }
    pixels -= step + 1u;
    uint32_t offsets[2] = {0, 0};
    if (form == GRAPES_NIBBLES_DSP) {
      offsets[0] = grapes_sum_pairs_dsp(words, 2u * groups, 2);
      offsets[1] = grapes_sum_pairs_dsp(words + 1, 2u * groups, 2);
    }
    (void)offsets;
    const int8_t *w = weights;
    GRAPES_VALUE *second = output + (step == 1 ? out_channels : 0);
    uint16_t o = 0;
    for (; o + 1 < out_channels; o = (uint16_t)(o + 2), output += 2, second += 2) w = GRAPES_CHANNELS(1);
    if (out_channels % 2 != 0) {
      (void)GRAPES_CHANNELS(0);
      second++;
    }
    output = second;
  }
}

#undef GRAPES_CONV_2D
#undef GRAPES_VALUE
#undef GRAPES_EXPAND
#undef GRAPES_CHANNELS
