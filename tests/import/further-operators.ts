import { Net } from './random-operators.js';
import { int8, options } from './random-net.js';

/** Steps that are drawn apart from those of {@link Net}, so that the networks of the others stay as they are. */
export class FurtherNet extends Net {
  resizeBilinear(at: number): number | null {
    if (!this.isImage(at)) return null;
    const [, height, width, channels] = this.shape(at);
    const [tall, wide] = [this.between(1, 3 * height), this.between(1, 3 * width)];
    if (tall * wide * channels > 3000) return null;
    const [aligned, centred] = [
      [0, 0],
      [0, 1],
      [1, 0],
    ][this.below(3)];
    const inputs = [at, this.integers([2], [tall, wide])];
    const of = options('resize_bilinear', int8(2, aligned), int8(3, centred));
    return this.operator('RESIZE_BILINEAR', inputs, [1, tall, wide, channels], this.quant(at), of);
  }
}

export const FURTHER_STEPS: Readonly<Record<string, (net: FurtherNet, at: number) => number | null>> = {
  resize_bilinear: (net, at) => net.resizeBilinear(at),
};
