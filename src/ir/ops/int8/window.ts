import type { Window } from '../../integer-ops.js';
import { integersOf, type DType, type Integers } from '../../tensor.js';
import type { WindowGeometry } from '../window.js';

/** A window on an input of known size, with its dilation. */
export interface IntegerGeometry extends WindowGeometry {
  readonly channels: number;
  readonly dilationHeight: number;
  readonly dilationWidth: number;
  readonly padBottom: number;
  readonly padRight: number;
}

/** [height, width, channels] of a three-axis tensor, or what is wrong. */
export function windowGeometryOf(shape: readonly number[], window: Window): IntegerGeometry | string {
  if (shape.length !== 3) return `takes [height, width, channels], not [${shape.join(', ')}]`;
  const { kernel, strides, dilation, pad } = window;
  const positive = [...kernel, ...strides, ...dilation].every((n) => Number.isInteger(n) && n > 0);
  const pads = [pad.top, pad.left, pad.bottom, pad.right];
  if (!positive || !pads.every((n) => Number.isInteger(n) && n >= 0)) return 'has a window of impossible numbers';
  const reachHeight = (kernel[0] - 1) * dilation[0] + 1;
  const reachWidth = (kernel[1] - 1) * dilation[1] + 1;
  const outputHeight = Math.floor((shape[0] + pad.top + pad.bottom - reachHeight) / strides[0]) + 1;
  const outputWidth = Math.floor((shape[1] + pad.left + pad.right - reachWidth) / strides[1]) + 1;
  if (outputHeight < 1 || outputWidth < 1) return `has a window that does not fit into [${shape.join(', ')}]`;
  return {
    inputHeight: shape[0],
    inputWidth: shape[1],
    channels: shape[2],
    outputHeight,
    outputWidth,
    kernelHeight: kernel[0],
    kernelWidth: kernel[1],
    strideHeight: strides[0],
    strideWidth: strides[1],
    dilationHeight: dilation[0],
    dilationWidth: dilation[1],
    padTop: pad.top,
    padLeft: pad.left,
    padBottom: pad.bottom,
    padRight: pad.right,
  };
}

/** As {@link windowGeometryOf}, for ops of a valid graph. */
export function geometryOf(shape: readonly number[], window: Window): IntegerGeometry {
  const geometry = windowGeometryOf(shape, window);
  if (typeof geometry === 'string') throw new RangeError(geometry);
  return geometry;
}

/** Copies an image into the middle of a larger one, whose border the caller has filled. */
export function paddedCopier(g: IntegerGeometry, fill: number, dtype: DType): (x: Integers) => Integers {
  const { inputHeight, inputWidth, channels, padTop, padLeft, padBottom, padRight } = g;
  if (padTop + padLeft + padBottom + padRight === 0) return (x) => x;
  const rowLength = (inputWidth + padLeft + padRight) * channels;
  const padded = integersOf({ dtype }, (inputHeight + padTop + padBottom) * rowLength).fill(fill);
  const inputRow = inputWidth * channels;
  return (x) => {
    for (let r = 0; r < inputHeight; r++) {
      const at = (r + padTop) * rowLength + padLeft * channels;
      padded.set(x.subarray(r * inputRow, (r + 1) * inputRow), at);
    }
    return padded;
  };
}
