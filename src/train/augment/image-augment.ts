import type { ImageAugmentOptions } from '../../ir/options.js';
import { sinCos } from '../../util/trig.js';
import type { Augment } from './augment.js';

/**
 * Turns the picture about its middle and moves it, by bilinear interpolation in one go, then adds noise. What comes in
 * from outside repeats the nearest pixel of the edge.
 */
export function imageAugment(
  { shift, rotateDegrees, noise }: ImageAugmentOptions,
  [height, width, channels]: readonly [number, number, number],
): Augment {
  const before = new Float32Array(height * width * channels);
  return (values, rng) => {
    const angle = (rng.range(-rotateDegrees, rotateDegrees) * Math.PI) / 180;
    const down = rng.range(-shift, shift);
    const right = rng.range(-shift, shift);
    if (shift > 0 || rotateDegrees > 0) {
      before.set(values);
      const { sin, cos } = sinCos(angle);
      const [middleY, middleX] = [(height - 1) / 2, (width - 1) / 2];
      for (let y = 0; y < height; y++) {
        for (let x = 0; x < width; x++) {
          const [dy, dx] = [y - middleY - down, x - middleX - right];
          sample(middleY + cos * dy - sin * dx, middleX + sin * dy + cos * dx, (y * width + x) * channels, values);
        }
      }
    }
    if (noise > 0) for (let i = 0; i < values.length; i++) values[i] += noise * rng.normal();
  };

  function sample(y: number, x: number, to: number, values: Float32Array): void {
    const inside = (v: number, size: number): number => Math.min(size - 1, Math.max(0, v));
    const [sy, sx] = [inside(y, height), inside(x, width)];
    const [top, left] = [Math.floor(sy), Math.floor(sx)];
    const [bottom, right] = [Math.min(top + 1, height - 1), Math.min(left + 1, width - 1)];
    const [fy, fx] = [sy - top, sx - left];
    for (let c = 0; c < channels; c++) {
      const at = (row: number, column: number): number => before[(row * width + column) * channels + c];
      const upper = at(top, left) * (1 - fx) + at(top, right) * fx;
      const lower = at(bottom, left) * (1 - fx) + at(bottom, right) * fx;
      values[to + c] = upper * (1 - fy) + lower * fy;
    }
  }
}
