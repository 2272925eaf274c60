import type * as Tfjs from '@tensorflow/tfjs';
import type { GlobalAveragePool2dLayerSpec, Pool2dLayerSpec } from '../../../../ir/model-spec.js';
import { windowOn } from '../../../../ir/ops/image-shape.js';
import type { WindowGeometry } from '../../../../ir/ops/window.js';
import { asImages } from './convolution.js';
import type { LayerFunction } from './layer.js';

export const maxPool2d: LayerFunction<Pool2dLayerSpec> = ([input], { tf, planned }) => {
  const { pool, strides, padding } = planned.spec;
  return tf.maxPool(asImages(input, planned.inputShapes[0]), [...pool], [...strides], padding);
};

/**
 * tfjs' own back ends divide the error of a window by its whole size even where it hangs over the edge. So the padding
 * is made of zeros here, and the mean of the whole window is corrected by how many pixels it really had.
 */
export const averagePool2d: LayerFunction<Pool2dLayerSpec> = ([input], { tf, planned }) => {
  const { pool, strides, padding } = planned.spec;
  const window = windowOn(planned.inputShapes[0], { kernel: pool, strides, padding });
  const x = asImages(input, planned.inputShapes[0]);
  const after = (size: number, count: number, stride: number, kernel: number, before: number): number =>
    Math.max(0, (count - 1) * stride + kernel - size - before);
  const { inputHeight, outputHeight, strideHeight, kernelHeight, padTop } = window;
  const { inputWidth, outputWidth, strideWidth, kernelWidth, padLeft } = window;
  const bottom = after(inputHeight, outputHeight, strideHeight, kernelHeight, padTop);
  const right = after(inputWidth, outputWidth, strideWidth, kernelWidth, padLeft);
  const padded = x.pad([
    [0, 0],
    [padTop, bottom],
    [padLeft, right],
    [0, 0],
  ]);
  const means = tf.avgPool(padded as Tfjs.Tensor4D, [...pool], [...strides], 'valid');
  return padding === 'valid' ? means : means.mul(tf.tensor(corrections(window), [1, outputHeight, outputWidth, 1]));
};

/** Size of the window / pixels of the picture in it, for every position of the output. */
function corrections(w: WindowGeometry): Float32Array {
  const inside = (at: number, kernel: number, size: number): number => Math.min(at + kernel, size) - Math.max(at, 0);
  return Float32Array.from({ length: w.outputHeight * w.outputWidth }, (_, i) => {
    const top = Math.floor(i / w.outputWidth) * w.strideHeight - w.padTop;
    const left = (i % w.outputWidth) * w.strideWidth - w.padLeft;
    const count = inside(top, w.kernelHeight, w.inputHeight) * inside(left, w.kernelWidth, w.inputWidth);
    return (w.kernelHeight * w.kernelWidth) / count;
  });
}

export const globalAveragePool2d: LayerFunction<GlobalAveragePool2dLayerSpec> = ([input], { planned }) =>
  asImages(input, planned.inputShapes[0]).mean([1, 2]);
