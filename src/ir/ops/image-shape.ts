import { shapeText, type Shape } from '../layer-rule.js';
import type { WindowOptions } from './window.js';
import { windowGeometry, type WindowGeometry } from './window.js';

export interface ImageShape {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

/** [height, width, channels], or [height, width] with one channel; otherwise null. */
export function imageShape(shape: Shape): ImageShape | null {
  if (shape.length < 2 || shape.length > 3) return null;
  return { height: shape[0], width: shape[1], channels: shape[2] ?? 1 };
}

/** The geometry of a sliding window on an input that is known to fit. */
export function windowOn(shape: Shape, options: WindowOptions): WindowGeometry & { readonly channels: number } {
  const image = imageShape(shape);
  if (image === null) throw new RangeError(`not an image: ${shapeText(shape)}`);
  return { ...windowGeometry(image.height, image.width, options), channels: image.channels };
}

/** [outputHeight, outputWidth, channels], or what is wrong. */
export function slidingOutput(
  inputs: readonly Shape[],
  options: WindowOptions,
  channelsOf: (channels: number) => number,
): Shape | string {
  const image = imageShape(inputs[0]);
  if (image === null) return `takes [height, width, channels], not ${shapeText(inputs[0])}; a reshape layer makes one`;
  const { outputHeight, outputWidth } = windowGeometry(image.height, image.width, options);
  if (outputHeight < 1 || outputWidth < 1) {
    const spread = options.dilation === undefined ? '' : ` dilated by ${options.dilation.join('×')}`;
    return `has a window of ${options.kernel.join('×')}${spread}, which does not fit into ${shapeText(inputs[0])} without padding`;
  }
  return [outputHeight, outputWidth, channelsOf(image.channels)];
}
