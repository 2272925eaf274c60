/** Pixels: x0 < x1 and y0 < y1, y growing downwards. */
export interface Rect {
  readonly x0: number;
  readonly x1: number;
  readonly y0: number;
  readonly y1: number;
}

/** What two rectangles share; null where they touch at most. */
export function overlapOf(a: Rect, b: Rect): Rect | null {
  const [x0, x1] = [Math.max(a.x0, b.x0), Math.min(a.x1, b.x1)];
  const [y0, y1] = [Math.max(a.y0, b.y0), Math.min(a.y1, b.y1)];
  return x0 < x1 && y0 < y1 ? { x0, x1, y0, y1 } : null;
}

/** The path of slanted lines `step` pixels apart that fill `r`: an SVG pattern would need a name that is free in the page. */
export function hatch({ x0, x1, y0, y1 }: Rect, step = 8): string {
  const [w, h] = [x1 - x0, y1 - y0];
  const px = (value: number): number => Math.round(value * 10) / 10;
  let path = '';
  for (let c = step / 2; c < w + h; c += step) {
    const [right, left] = [Math.min(c, w), Math.max(0, c - h)];
    path += `M${px(x0 + right)} ${px(y0 + c - right)}L${px(x0 + left)} ${px(y0 + c - left)}`;
  }
  return path;
}
