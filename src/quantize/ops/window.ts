import type { Window } from '../../ir/integer-ops.js';
import { imageShape } from '../../ir/ops/image-shape.js';
import { windowGeometry, type WindowOptions } from '../../ir/ops/window.js';

/** A float layer's window with its padding as numbers: what `same` and `valid` mean on an input of this shape. */
export function integerWindow(inputShape: readonly number[], options: WindowOptions): Window {
  const { height, width } = imageShape(inputShape)!;
  const g = windowGeometry(height, width, options);
  const dilation = options.dilation ?? ([1, 1] as const);
  const behind = (size: number, outputs: number, stride: number, reach: number, before: number): number =>
    options.padding === 'valid' ? 0 : Math.max(0, (outputs - 1) * stride + reach - size - before);
  const reach = (kernel: number, k: 0 | 1): number => (kernel - 1) * dilation[k] + 1;
  return {
    kernel: options.kernel,
    strides: options.strides,
    dilation,
    pad: {
      top: g.padTop,
      left: g.padLeft,
      bottom: behind(height, g.outputHeight, g.strideHeight, reach(g.kernelHeight, 0), g.padTop),
      right: behind(width, g.outputWidth, g.strideWidth, reach(g.kernelWidth, 1), g.padLeft),
    },
  };
}
