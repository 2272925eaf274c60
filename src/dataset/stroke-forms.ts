import { drawSegment } from './draw-segment.js';

export type StrokePoint = readonly [x: number, y: number];

/**
 * `count` points on the stroke, first and last included, linearly between its own: [x0, y0, x1, y1, …].
 * `arc-length` spaces them evenly along the line, so the speed of the hand is lost; `index` evenly over the points.
 * Exact on every machine: + − × ÷ and square roots only.
 */
export function resampleStroke(
  points: readonly StrokePoint[],
  count: number,
  spacing: 'arc-length' | 'index',
): Float32Array {
  const positions = spacing === 'index' ? points.map((_, i) => i) : arcLengths(points);
  const total = positions[positions.length - 1];
  const out = new Float32Array(count * 2);
  let piece = 0;
  for (let n = 0; n < count; n++) {
    const wanted = count === 1 ? 0 : (total * n) / (count - 1);
    while (piece < points.length - 2 && positions[piece + 1] < wanted) piece++;
    const from = points[piece];
    const to = points[Math.min(piece + 1, points.length - 1)];
    const length = (positions[piece + 1] ?? positions[piece]) - positions[piece];
    const along = length > 0 ? Math.min((wanted - positions[piece]) / length, 1) : 0;
    out[2 * n] = from[0] + (to[0] - from[0]) * along;
    out[2 * n + 1] = from[1] + (to[1] - from[1]) * along;
  }
  return out;
}

/** Length of the stroke from its beginning to each point. */
function arcLengths(points: readonly StrokePoint[]): number[] {
  const lengths = [0];
  for (let i = 1; i < points.length; i++) {
    const dx = points[i][0] - points[i - 1][0];
    const dy = points[i][1] - points[i - 1][1];
    lengths.push(lengths[i - 1] + Math.sqrt(dx * dx + dy * dy));
  }
  return lengths;
}

/** Part of the picture's shorter side that stays free at every edge. */
const MARGIN = 0.1;
/** Width of the pen as a part of the picture's shorter side. */
const PEN = 0.08;

/**
 * Draws the stroke as a grey picture, 0 to 255: centred, as large as it fits with its proportions kept. y points up in
 * a stroke and down in a picture.
 */
export function drawStroke(points: readonly StrokePoint[], [height, width]: readonly [number, number]): Uint8Array {
  const side = Math.min(height, width);
  let [left, right, bottom, top] = [Infinity, -Infinity, Infinity, -Infinity];
  for (const [x, y] of points) {
    left = Math.min(left, x);
    right = Math.max(right, x);
    bottom = Math.min(bottom, y);
    top = Math.max(top, y);
  }
  const room = 1 - 2 * MARGIN;
  const scale = Math.min(
    right > left ? (room * (width - 1)) / (right - left) : Infinity,
    top > bottom ? (room * (height - 1)) / (top - bottom) : Infinity,
  );
  const zoom = Number.isFinite(scale) ? scale : 0;
  const toPixel = ([x, y]: StrokePoint): StrokePoint => [
    (width - 1) / 2 + (x - (left + right) / 2) * zoom,
    (height - 1) / 2 - (y - (bottom + top) / 2) * zoom,
  ];
  const ink = new Float64Array(height * width);
  const pixels = points.map(toPixel);
  for (let i = 0; i < pixels.length; i++) {
    drawSegment(ink, [height, width], pixels[Math.max(i - 1, 0)], pixels[i], Math.max((PEN * side) / 2, 0.5));
  }
  return Uint8Array.from(ink, (value) => Math.floor(value * 255 + 0.5));
}
