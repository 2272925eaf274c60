/**
 * Adds a straight line drawn with a round pen to `ink` (height × width, 0 to 1). A pixel's ink falls from 1 to 0
 * linearly over one pixel across the pen's edge (anti-aliasing), and overlapping lines do not add up. Points are in
 * pixels; (0, 0) is the middle of the first one. Exact on every machine: + − × ÷ and a square root only.
 * @param radius half the pen's width in pixels
 */
export function drawSegment(
  ink: Float64Array,
  [height, width]: readonly [number, number],
  from: readonly [x: number, y: number],
  to: readonly [x: number, y: number],
  radius: number,
): void {
  const [x0, y0] = from;
  const dx = to[0] - x0;
  const dy = to[1] - y0;
  const lengthSquared = dx * dx + dy * dy;
  const reach = radius + 0.5;
  const within = (v: number, size: number): number => Math.min(Math.max(v, 0), size - 1);
  const left = within(Math.floor(Math.min(x0, to[0]) - reach), width);
  const right = within(Math.ceil(Math.max(x0, to[0]) + reach), width);
  const top = within(Math.floor(Math.min(y0, to[1]) - reach), height);
  const bottom = within(Math.ceil(Math.max(y0, to[1]) + reach), height);
  for (let y = top; y <= bottom; y++) {
    for (let x = left; x <= right; x++) {
      const px = x - x0;
      const py = y - y0;
      const along = lengthSquared > 0 ? Math.min(Math.max((px * dx + py * dy) / lengthSquared, 0), 1) : 0;
      const ex = px - along * dx;
      const ey = py - along * dy;
      const value = Math.min(Math.max(reach - Math.sqrt(ex * ex + ey * ey), 0), 1);
      if (value > ink[y * width + x]) ink[y * width + x] = value;
    }
  }
}
