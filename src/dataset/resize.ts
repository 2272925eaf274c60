/** A picture of 8-bit values [height, width, channels]. */
export interface Picture {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly values: Uint8Array;
}

/** What the pixels of the source from `first` on weigh in one pixel of the result; integers. */
interface Weights {
  readonly first: number;
  readonly weights: readonly number[];
}

/**
 * Brings a picture to another size: along an axis that shrinks, the mean over the area of each new pixel; along one
 * that grows, linear between the middles of the old pixels. All sums are of integers, rounded once (halves up), so
 * every machine gives the same bytes.
 */
export function resize(picture: Picture, height: number, width: number): Picture {
  const { channels, values } = picture;
  const rows = axisWeights(picture.height, height);
  const columns = axisWeights(picture.width, width);
  const total = totalWeight(picture.height, height) * totalWeight(picture.width, width);
  const out = new Uint8Array(height * width * channels);
  rows.forEach((row, y) => {
    columns.forEach((column, x) => {
      for (let c = 0; c < channels; c++) {
        let sum = 0;
        row.weights.forEach((rowWeight, i) => {
          const start = (row.first + i) * picture.width + column.first;
          column.weights.forEach((weight, j) => {
            sum += rowWeight * weight * values[(start + j) * channels + c];
          });
        });
        out[(y * width + x) * channels + c] = Math.floor((2 * sum + total) / (2 * total));
      }
    });
  });
  return { height, width, channels, values: out };
}

/** The sum of the weights of each new pixel. */
function totalWeight(from: number, to: number): number {
  return to <= from ? from : 2 * to;
}

function axisWeights(from: number, to: number): Weights[] {
  return Array.from({ length: to }, (_, i) => (to <= from ? area(from, to, i) : between(from, to, i)));
}

/** New pixel i covers [i · from, (i + 1) · from) on an axis on which each old pixel is `to` wide. */
function area(from: number, to: number, i: number): Weights {
  const [left, right] = [i * from, (i + 1) * from];
  const first = Math.floor(left / to);
  const weights: number[] = [];
  for (let pixel = first; pixel * to < right; pixel++) {
    weights.push(Math.min(right, (pixel + 1) * to) - Math.max(left, pixel * to));
  }
  return { first, weights };
}

/** The middle of new pixel i lies at ((2i + 1) · from − to) / (2 · to) between the middles of the old ones. */
function between(from: number, to: number, i: number): Weights {
  const last = (from - 1) * 2 * to;
  const position = Math.min(Math.max((2 * i + 1) * from - to, 0), last);
  const first = Math.min(Math.floor(position / (2 * to)), Math.max(from - 2, 0));
  const right = position - first * 2 * to;
  return { first, weights: from === 1 ? [2 * to] : [2 * to - right, right] };
}
