import type { IntegerGeometry } from '../../../ir/ops/int8/window.js';
import { DTYPE_BYTES, type DType } from '../../../ir/tensor.js';
import type { ImageOrder } from '../kernel-sets/kernel-set.js';
import type { OutputOverlap } from './lowered-op.js';

/**
 * How far below its input the output of a windowed op has to begin, so that no byte is written before its last read: of each
 * group of pixels, everything that it and those after it see begins at the first row and column of their windows.
 */
export function outputOverlap(
  g: IntegerGeometry,
  outputChannels: number,
  { pixelsAtATime, channelByChannel }: ImageOrder,
  dtype: DType,
): OutputOverlap {
  const pixels = g.outputHeight * g.outputWidth;
  const firstRead = (pixel: number): number => {
    const row = Math.max(0, Math.floor(pixel / g.outputWidth) * g.strideHeight - g.padTop);
    const column = Math.max(0, (pixel % g.outputWidth) * g.strideWidth - g.padLeft);
    return (row * g.inputWidth + column) * g.channels;
  };
  let distance = 1;
  let firstLater = Infinity;
  // From the last pixels to the first, so that the first byte which somebody still reads is known.
  for (let group = Math.ceil(pixels / pixelsAtATime) - 1; group >= 0; group--) {
    const end = Math.min(pixels, (group + 1) * pixelsAtATime);
    for (let pixel = end - 1; pixel >= group * pixelsAtATime; pixel--) {
      firstLater = Math.min(firstLater, firstRead(pixel));
    }
    distance = Math.max(distance, end * outputChannels - firstLater);
  }
  // Channel by channel, each byte written lies where the same channel of some pixel was.
  const each = DTYPE_BYTES[dtype];
  return { distance: each * distance, step: channelByChannel === true ? each * g.channels : 1 };
}
