/*
 * The layer of fully_connected_s8.h and of fully_connected_s4.h: included by each, with
 *   GRAPES_KERNEL        the function's name
 *   GRAPES_WEIGHT_BITS   8 or 4
 *   GRAPES_ROWS          rows of a block
 *   GRAPES_DOT           sums of a block's rows, as grapes_dot_four_rows_armv6m
 *   GRAPES_RAISED(w, i)  weight i of a row by itself, as it is stored: plus 128, or plus 8
 */
static inline void GRAPES_KERNEL(const int8_t *input, uint16_t inputs, const int8_t *weights,
                                 const int32_t *bias, const int32_t *multiplier,
                                 const int8_t *shift, uint8_t per_row, int8_t *output,
                                 uint16_t outputs, int8_t output_zero_point, int8_t clamp_min,
                                 int8_t clamp_max, uint8_t rounding, int8_t *scratch) {
  const grapes_finish_armv6m finish = grapes_finish_of_armv6m(output_zero_point, clamp_min, clamp_max, rounding);
  const uint16_t padded = (uint16_t)((inputs + 7u) & ~7u);
  const uint8_t *w = (const uint8_t *)weights;
  uint8_t *const values = (uint8_t *)scratch;
  uint32_t offset = 0;
  grapes_scale_armv6m scale;
  grapes_prepare_scale_armv6m(&scale, *multiplier, *shift, &finish);
  for (uint16_t i = 0; i < inputs; i++) {
    values[i] = (uint8_t)(input[i] + 128);
    offset += values[i];
  }
  for (uint16_t i = inputs; i < padded; i++) values[i] = 0;
  offset <<= GRAPES_WEIGHT_BITS - 1;
  for (uint16_t o = 0, rows; o < outputs; o = (uint16_t)(o + rows)) {
    uint32_t sums[GRAPES_ROWS];
    rows = o + GRAPES_ROWS <= outputs ? GRAPES_ROWS : 1;
    for (uint16_t k = 0; k < rows; k++) sums[k] = (uint32_t)bias[o + k] - offset;
    if (rows == GRAPES_ROWS) {
      GRAPES_DOT(values, padded, w, sums);
    } else {
      for (uint16_t i = 0; i < padded; i++) sums[0] += (uint32_t)values[i] * GRAPES_RAISED(w, i);
    }
    w += (size_t)rows * padded / (8 / GRAPES_WEIGHT_BITS);
    if (!per_row) {
      grapes_scale_sums_armv6m((const int32_t *)sums, rows, &scale, output + o, 1, &finish);
      continue;
    }
    for (uint16_t k = 0; k < rows; k++) {
      grapes_prepare_scale_armv6m(&scale, multiplier[o + k], shift[o + k], &finish);
      grapes_scale_sums_armv6m((const int32_t *)sums + k, 1, &scale, output + o + k, 1, &finish);
    }
  }
}

#undef GRAPES_KERNEL
#undef GRAPES_WEIGHT_BITS
#undef GRAPES_ROWS
#undef GRAPES_DOT
#undef GRAPES_RAISED
