import { ToolError } from '../errors/tool-error.js';
import type { Samples } from '../ir/dataset.js';
import type { DriftSpec } from '../ir/options.js';
import { radians, sinCos } from '../util/trig.js';

/**
 * The same samples after the world has changed. `seed` is for kinds of drift that draw; rotation does not.
 * @param inputShape of one sample; pictures are [height, width]
 */
export function applyDrift(samples: Samples, inputShape: readonly number[], drift: DriftSpec, _seed: number): Samples {
  switch (drift.kind) {
    case 'none':
      return samples;
    case 'rotate':
      return rotateImages(samples, inputShape, drift.degrees);
  }
}

/** Each picture turned about its middle, counter-clockwise for positive degrees; bilinear, 0 outside. */
function rotateImages(samples: Samples, inputShape: readonly number[], degrees: number): Samples {
  if (inputShape.length !== 2) {
    const message = `Only pictures [height, width] can be rotated; these samples have the shape [${inputShape.join(', ')}].`;
    throw new ToolError('DATASET_NOT_IMAGES', message, { context: { shape: inputShape } });
  }
  const [height, width] = inputShape;
  const { sin, cos } = sinCos(radians(wrapDegrees(degrees)));
  const out = newLike(samples.values);
  const middleX = (width - 1) / 2;
  const middleY = (height - 1) / 2;
  const isBytes = out instanceof Uint8Array;
  for (let n = 0; n < samples.count; n++) {
    const image = samples.values.subarray(n * samples.inputSize, (n + 1) * samples.inputSize);
    const pixel = (x: number, y: number): number =>
      x < 0 || y < 0 || x >= width || y >= height ? 0 : image[y * width + x];
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const dx = x - middleX;
        const dy = y - middleY;
        const sx = middleX + cos * dx - sin * dy;
        const sy = middleY + sin * dx + cos * dy;
        const left = Math.floor(sx);
        const top = Math.floor(sy);
        const u = sx - left;
        const v = sy - top;
        const upper = pixel(left, top) * (1 - u) + pixel(left + 1, top) * u;
        const lower = pixel(left, top + 1) * (1 - u) + pixel(left + 1, top + 1) * u;
        const value = upper * (1 - v) + lower * v;
        out[n * samples.inputSize + y * width + x] = isBytes ? Math.floor(value + 0.5) : value;
      }
    }
  }
  return { ...samples, values: out };
}

/** To (-180, 180]. */
function wrapDegrees(degrees: number): number {
  const turns = Math.ceil((degrees - 180) / 360);
  return degrees - 360 * turns;
}

/** Zeros. Not `slice()`: a Buffer, which also is a Uint8Array, would then be written to in place. */
function newLike(values: Uint8Array | Float32Array): Uint8Array | Float32Array {
  return values instanceof Uint8Array ? new Uint8Array(values.length) : new Float32Array(values.length);
}
