/*
 * The convolution of conv_2d_s8.h and of conv_2d_s4.h: included by each, with
 *   GRAPES_KERNEL     the function's name
 *   GRAPES_GROUP      inputs are padded to a multiple of it, a power of two
 *   GRAPES_CHANNELS   all output channels of four pixels, as grapes_channels_armv6m
 */
static inline void GRAPES_KERNEL(
    const int8_t *input, uint16_t in_height, uint16_t in_width, uint16_t in_channels, const int8_t *weights,
    const int32_t *bias, const int32_t *multiplier, const int8_t *shift, int8_t *output, uint16_t out_height,
    uint16_t out_width, uint16_t out_channels, uint16_t kernel_height, uint16_t kernel_width, uint16_t stride_height,
    uint16_t stride_width, uint16_t dilation_height, uint16_t dilation_width, uint16_t pad_top, uint16_t pad_left,
    int8_t input_zero_point, int8_t output_zero_point, int8_t clamp_min, int8_t clamp_max, uint8_t rounding,
    int8_t *scratch) {
  const uint16_t taps = (uint16_t)(kernel_height * kernel_width * in_channels);
  const uint16_t padded = (uint16_t)((taps + GRAPES_GROUP - 1u) & ~(GRAPES_GROUP - 1u));
  const grapes_layer_armv6m layer = {
      grapes_finish_of_armv6m(output_zero_point, clamp_min, clamp_max, rounding), padded, out_channels, weights, shift,
      bias, multiplier};
  uint32_t *const words = grapes_align_word_armv6m(scratch);
  int8_t *const padding = (int8_t *)(words + 2u * padded);
  /* Where the first pixel's window lies in the input, and the column behind an output row's last window. */
  const int32_t first = -(int32_t)pad_left, behind = first + (int32_t)out_width * stride_width;
  int32_t row = -(int32_t)pad_top, column = first;
  for (uint16_t c = 0; c < in_channels; c++) padding[c] = input_zero_point;
  for (uint32_t i = 2u * taps; i < 2u * padded; i++) words[i] = 0;
  for (int32_t left = (int32_t)out_height * out_width; left > 0; left -= 4, output += 4u * out_channels) {
    uint32_t *to = words;
    for (uint16_t ky = 0; ky < kernel_height; ky++) {
      /* The row of the window in one run, if all four pixels see nothing but input; else column by column. */
      uint16_t run = (uint16_t)(dilation_width == 1 ? kernel_width : 1);
      for (uint16_t kx = 0; kx < kernel_width; kx = (uint16_t)(kx + run)) {
        const int8_t *at[4];
        int32_t r = row, c = column;
        for (uint16_t k = 0; k < 4; k++) { /* pixels behind the last see padding, or what of the input nobody looks at */
          const uint32_t in_row = (uint32_t)(r + (int32_t)ky * dilation_height);
          const uint32_t in_column = (uint32_t)(c + (int32_t)kx * dilation_width);
          const int seen = in_row < in_height && in_column < in_width;
          at[k] = seen ? input + ((size_t)in_row * in_width + in_column) * in_channels : padding;
          if (!seen || in_column + kernel_width > in_width) run = 1;
          c += stride_width;
          if (c == behind) {
            c = first;
            r += stride_height;
          }
        }
        to = grapes_pack_pixels_armv6m(at, (uint16_t)(run * in_channels), to);
      }
    }
    GRAPES_CHANNELS(words, &layer, output, left);
    for (uint16_t k = 0; k < 4; k++) {
      column += stride_width;
      if (column == behind) {
        column = first;
        row += stride_height;
      }
    }
  }
}

#undef GRAPES_KERNEL
#undef GRAPES_GROUP
#undef GRAPES_CHANNELS
