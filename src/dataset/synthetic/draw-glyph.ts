import { drawSegment } from '../draw-segment.js';
import type { Glyph, Point, Stroke } from './glyphs.js';

/** x' = a x + b y + e,  y' = c x + d y + f: from the drawing plane to pixels. */
export interface Affine {
  readonly a: number;
  readonly b: number;
  readonly c: number;
  readonly d: number;
  readonly e: number;
  readonly f: number;
}

/** Straight pieces per curve piece. */
const PIECES = 5;

/**
 * Adds a glyph to `ink` (size × size, 0 to 1) with a round pen.
 * @param radius half the pen's width in pixels
 */
export function drawGlyph(ink: Float64Array, size: number, glyph: Glyph, to: Affine, radius: number): void {
  for (const stroke of glyph) {
    const points = flatten(stroke).map(([x, y]): Point => [to.a * x + to.b * y + to.e, to.c * x + to.d * y + to.f]);
    for (let i = 1; i < points.length; i++) drawSegment(ink, [size, size], points[i - 1], points[i], radius);
  }
}

/** The Catmull-Rom curve through the stroke's points, as straight pieces. */
function flatten(stroke: Stroke): Point[] {
  const last = stroke.length - 1;
  if (last < 2) return [...stroke];
  const out: Point[] = [stroke[0]];
  for (let i = 0; i < last; i++) {
    const p0 = stroke[Math.max(i - 1, 0)];
    const p1 = stroke[i];
    const p2 = stroke[i + 1];
    const p3 = stroke[Math.min(i + 2, last)];
    for (let k = 1; k <= PIECES; k++) out.push(onCurve(p0, p1, p2, p3, k / PIECES));
  }
  return out;
}

function onCurve(p0: Point, p1: Point, p2: Point, p3: Point, t: number): Point {
  const axis = (i: 0 | 1): number =>
    0.5 *
    (2 * p1[i] +
      (p2[i] - p0[i]) * t +
      (2 * p0[i] - 5 * p1[i] + 4 * p2[i] - p3[i]) * t * t +
      (3 * p1[i] - p0[i] - 3 * p2[i] + p3[i]) * t * t * t);
  return [axis(0), axis(1)];
}
