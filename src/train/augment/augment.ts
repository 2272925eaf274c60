import { ToolError } from '../../errors/tool-error.js';
import type { Shape } from '../../ir/layer-rule.js';
import { shapeText } from '../../ir/layer-rule.js';
import type { AugmentOptions } from '../../ir/options.js';
import { Rng } from '../../util/rng.js';
import { imageAugment } from './image-augment.js';
import { signalAugment } from './signal-augment.js';

/** Changes one sample of real values in place. */
export type Augment = (values: Float32Array, rng: Rng) => void;

/**
 * Samples of one training, each time a little different. What a sample becomes hangs on the seed, the epoch and the
 * sample's number alone, so that neither the order of the batches nor a resume changes it.
 */
export class Augmenter {
  private readonly augment: Augment;
  private epochSeed = 0;

  /** Throws TRAIN_AUGMENT_SHAPE if samples of this shape are no pictures, or no signals, or smaller than the shift. */
  constructor(
    options: AugmentOptions,
    shape: Shape,
    private readonly seed: number,
  ) {
    if (options.kind === 'image') {
      const picture = imageShape(shape);
      requireReach(options, Math.min(picture[0], picture[1]) - 1, shape);
      this.augment = imageAugment(options, picture);
    } else {
      const signal = signalShape(shape);
      requireReach(options, signal[0] - 1, shape);
      this.augment = signalAugment(options, signal);
    }
  }

  /** Counted from 0. */
  beginEpoch(epoch: number): void {
    this.epochSeed = Rng.forPurpose(this.seed, `train/augment/${String(epoch)}`).uint32();
  }

  /** Sample number `sample` of the training samples, in place. */
  apply(values: Float32Array, sample: number): void {
    this.augment(values, new Rng((this.epochSeed ^ Math.imul(sample + 1, 0x9e3779b9)) >>> 0));
  }
}

function imageShape(shape: Shape): readonly [number, number, number] {
  if (shape.length === 2 || shape.length === 3) return [shape[0], shape[1], shape.length === 3 ? shape[2] : 1];
  throw mismatch('image', '[height, width] or [height, width, channels]', shape);
}

function signalShape(shape: Shape): readonly [number, number] {
  if (shape.length === 1 || shape.length === 2) return [shape[0], shape.length === 2 ? shape[1] : 1];
  throw mismatch('signal', '[steps] or [steps, channels]', shape);
}

/** A sample that moves by its whole size is nothing but its own edge. */
function requireReach({ shift }: AugmentOptions, limit: number, shape: Shape): void {
  if (shift <= limit) return;
  throw new ToolError(
    'TRAIN_AUGMENT_SHAPE',
    `train.augment moves samples by up to ${shift}, but at ${limit} all that is left of ${shapeText(shape)} is an edge.`,
    { hint: `Set train.augment.shift to at most ${limit}.`, context: { shift, limit, shape: shapeText(shape) } },
  );
}

function mismatch(kind: string, wanted: string, shape: Shape): ToolError {
  return new ToolError(
    'TRAIN_AUGMENT_SHAPE',
    `train.augment is of kind "${kind}", which takes samples ${wanted}; these are ${shapeText(shape)}.`,
    { context: { kind, shape: shapeText(shape) } },
  );
}
