import type { Dataset, Samples } from '../../ir/dataset.js';
import { toolVersion } from '../../util/package-root.js';
import { Rng } from '../../util/rng.js';
import { drawGlyph, type Affine } from './draw-glyph.js';
import { GLYPHS, type Glyph, type Point } from './glyphs.js';
import { radians, sinCos } from '../../util/trig.js';

export interface DigitsOptions {
  /** Side of the square image in pixels. */
  readonly size: 14 | 7;
  readonly trainSamples: number;
  readonly testSamples: number;
  readonly seed: number;
}

const CLASS_NAMES = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'];

/**
 * How much the hand shakes, in units of the drawing plane (the digit is 1.6 high) or as said. Chosen so that a linear
 * model stays well below a small network (docs/experiments.md has the numbers).
 */
const HAND = {
  slantDegrees: 18,
  turnDegrees: 10,
  scale: [0.75, 1.12],
  stretch: [0.75, 1.2],
  /** Shift in parts of the image's side. */
  shift: 0.09,
  jitter: 0.07,
  /** Pen radius in pixels of a 14-pixel image. */
  pen: [0.45, 1.15],
  contrast: [0.65, 1],
  noise: 0.07,
} as const;

/** Grey images of handwritten-looking digits, drawn by the tool: the same seed gives the same bytes on any machine. */
export function makeDigits(options: DigitsOptions): Dataset {
  const { size, seed } = options;
  return {
    schemaVersion: 1,
    name: `synthetic-digits-${String(size)}`,
    inputShape: [size, size],
    classNames: CLASS_NAMES,
    train: drawSamples(options.trainSamples, size, Rng.forPurpose(seed, 'digits/train')),
    validation: null,
    test: drawSamples(options.testSamples, size, Rng.forPurpose(seed, 'digits/test')),
    extra: {},
    provenance: { toolVersion: toolVersion(), seed, inputs: {} },
  };
}

function drawSamples(count: number, size: number, rng: Rng): Samples {
  const inputSize = size * size;
  const values = new Uint8Array(count * inputSize);
  const labels = new Uint8Array(count);
  // Every class equally often (to within one), in random order.
  for (let i = 0; i < count; i++) labels[i] = i % 10;
  shuffleBytes(labels, rng);
  for (let i = 0; i < count; i++) {
    drawDigit(values.subarray(i * inputSize, (i + 1) * inputSize), size, labels[i], rng);
  }
  return { count, inputSize, values, scale: Math.fround(1 / 255), offset: 0, labels };
}

function shuffleBytes(items: Uint8Array, rng: Rng): void {
  for (let i = items.length - 1; i > 0; i--) {
    const j = rng.below(i + 1);
    const t = items[i];
    items[i] = items[j];
    items[j] = t;
  }
}

/** Draws one digit to `out` (size × size, 0 = background, 255 = ink). */
export function drawDigit(out: Uint8Array, size: number, digit: number, rng: Rng): void {
  const habits = GLYPHS[digit];
  const glyph = shaken(habits[rng.below(habits.length)], rng);
  const ink = new Float64Array(size * size);
  const radius = rng.range(...HAND.pen) * (size / 14);
  drawGlyph(ink, size, glyph, handPlacement(size, rng), Math.max(radius, 0.4));
  const contrast = 255 * rng.range(...HAND.contrast);
  for (let i = 0; i < ink.length; i++) {
    const grey = contrast * ink[i] + 255 * HAND.noise * rng.normal();
    out[i] = Math.min(Math.max(Math.floor(grey + 0.5), 0), 255);
  }
}

function shaken(glyph: Glyph, rng: Rng): Glyph {
  const j = HAND.jitter;
  return glyph.map((stroke) =>
    stroke.map((point): Point => [point[0] + rng.range(-j, j), point[1] + rng.range(-j, j)]),
  );
}

/** turn · slant · scale, then to the middle of the image plus a shift. */
function handPlacement(size: number, rng: Rng): Affine {
  const slantAngle = sinCos(radians(rng.range(-HAND.slantDegrees, HAND.slantDegrees)));
  const slant = slantAngle.sin / slantAngle.cos;
  const { sin, cos } = sinCos(radians(rng.range(-HAND.turnDegrees, HAND.turnDegrees)));
  const sy = rng.range(...HAND.scale) * (size / 2) * 0.95;
  const sx = sy * rng.range(...HAND.stretch);
  const middle = (size - 1) / 2;
  const shift = HAND.shift * size;
  return {
    a: cos * sx,
    b: -cos * slant * sx - sin * sy,
    c: sin * sx,
    d: -sin * slant * sx + cos * sy,
    e: middle + rng.range(-shift, shift),
    f: middle + rng.range(-shift, shift),
  };
}
