/*
 * Layers that take turns: each makes the few rows of its output that the next ones want, then it is the next one's turn. Of a
 * tensor between two such layers only the rows are in memory that are still to be read.
 *
 *   grapes_rows_drop(&b, turn)                 rows of b that are not read any more make room for new ones
 *   part = grapes_rows_make(&a, &b, turn, …)   which rows of b are made in this turn, and of which rows of a
 *   if (part.out_height > 0) layer(part.input, part.in_height, …, part.output, part.out_height)
 *
 * A layer computes a part as it would a smaller image: at the upper end of the tensor the part has pad_top rows of padding,
 * at the lower end in_height is less than what the windows see. So outputs are the same as those of the whole layer. Nothing
 * is kept but the rows: all else follows from the turn, and most of it is known when this is compiled.
 */
#ifndef GRAPES_ROWS_H
#define GRAPES_ROWS_H

#include <stddef.h>
#include <string.h>

#include "grapes_flash.h"

/* A tensor and its rows in turn t: rows up to (t + 1) * advance + ahead are made when it is over, and it reads from row
 * t * advance + behind on; a whole tensor keeps all of them. */
typedef struct {
  int8_t *at; /* where the first row lies that is there, the others behind it */
  uint16_t row_bytes;
  uint16_t height;
  uint8_t whole;
  int16_t advance, ahead, behind;
} grapes_rows;

/* What one call of a layer gets. */
typedef struct {
  const int8_t *input;
  int8_t *output;
  uint16_t in_height;
  uint16_t out_height;
  uint16_t pad_top;
} grapes_rows_part;

/* The rows that are made when turn `turn` is over. */
GRAPES_INLINE int32_t grapes_rows_made(const grapes_rows *rows, int32_t turn) {
  const int32_t end = turn < 0 && rows->advance != 0 ? 0 : (turn + 1) * rows->advance + rows->ahead;
  return end < rows->height ? end : rows->height;
}

/* The first row that is there in turn `turn`. */
GRAPES_INLINE int32_t grapes_rows_first(const grapes_rows *rows, int32_t turn) {
  const int32_t first = turn * rows->advance + rows->behind, made = grapes_rows_made(rows, turn - 1);
  return rows->whole || turn == 0 || first < 0 ? 0 : first < made ? first : made;
}

/* Where row `row` lies in turn `turn`. */
GRAPES_INLINE int8_t *grapes_rows_at(const grapes_rows *rows, int32_t turn, int32_t row) {
  return rows->at + (row - grapes_rows_first(rows, turn)) * (ptrdiff_t)rows->row_bytes;
}

/* Moves the rows that the turn still reads to the front. */
GRAPES_INLINE void grapes_rows_drop(const grapes_rows *rows, int32_t turn) {
  const int32_t first = grapes_rows_first(rows, turn), made = grapes_rows_made(rows, turn - 1);
  const int8_t *const from = turn == 0 ? rows->at : grapes_rows_at(rows, turn - 1, first);
  if (from != rows->at && first < made) memmove(rows->at, from, (size_t)(made - first) * rows->row_bytes);
}

/* Row y of `to` sees `reach` rows of `from` that begin at y * stride - pad; all that are inside `from` are there. */
GRAPES_INLINE grapes_rows_part grapes_rows_make(const grapes_rows *from, const grapes_rows *to, int32_t turn,
                                                int32_t reach, int32_t stride, int32_t pad) {
  const int32_t start = grapes_rows_made(to, turn - 1), end = grapes_rows_made(to, turn);
  const int32_t top = start * stride - pad, row = top < 0 ? 0 : top;
  const int32_t seen = (end - 1) * stride - pad + reach, there = grapes_rows_made(from, turn);
  grapes_rows_part part;
  part.input = grapes_rows_at(from, turn, row);
  part.output = grapes_rows_at(to, turn, start);
  part.in_height = (uint16_t)((seen < there ? seen : there) - row);
  part.out_height = (uint16_t)(end - start);
  part.pad_top = (uint16_t)(row - top);
  return part;
}

#endif
