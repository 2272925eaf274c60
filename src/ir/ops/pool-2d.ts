import type { FloatCall } from '../float-forward.js';
import { plainRule, shapeText } from '../layer-rule.js';
import type { GlobalAveragePool2dLayerSpec, Pool2dLayerSpec } from '../model-spec.js';
import { imageShape, slidingOutput, windowOn } from './image-shape.js';
import { eachWindow } from './window.js';

export const pool2dRule = plainRule<Pool2dLayerSpec>((spec, inputs) =>
  slidingOutput(inputs, { kernel: spec.pool, strides: spec.strides, padding: spec.padding }, (channels) => channels),
);

export const globalAveragePool2dRule = plainRule<GlobalAveragePool2dLayerSpec>((_spec, inputs) => {
  const image = imageShape(inputs[0]);
  return image === null ? `takes [height, width, channels], not ${shapeText(inputs[0])}` : [image.channels];
});

/** Scalar reference. Padding is neither a maximum nor counted in an average. */
export function pool2dFloat({ spec, inputShapes, inputs, output }: FloatCall<Pool2dLayerSpec>): void {
  const [x] = inputs;
  const window = windowOn(inputShapes[0], { kernel: spec.pool, strides: spec.strides, padding: spec.padding });
  const { channels, inputHeight, inputWidth, kernelHeight, kernelWidth } = window;
  eachWindow(window, (out, top, left) => {
    const [fromRow, toRow] = [Math.max(0, top), Math.min(inputHeight, top + kernelHeight)];
    const [fromColumn, toColumn] = [Math.max(0, left), Math.min(inputWidth, left + kernelWidth)];
    for (let c = 0; c < channels; c++) {
      let most = -Infinity;
      let sum = 0;
      for (let row = fromRow; row < toRow; row++) {
        for (let column = fromColumn; column < toColumn; column++) {
          const v = x[(row * inputWidth + column) * channels + c];
          most = Math.max(most, v);
          sum += v;
        }
      }
      const count = (toRow - fromRow) * (toColumn - fromColumn);
      output[out * channels + c] = spec.type === 'max_pool_2d' ? most : sum / count;
    }
  });
}

export function globalAveragePool2dFloat({ inputs, output }: FloatCall<GlobalAveragePool2dLayerSpec>): void {
  const [x] = inputs;
  const channels = output.length;
  for (let c = 0; c < channels; c++) {
    let sum = 0;
    for (let i = c; i < x.length; i += channels) sum += x[i];
    output[c] = (sum * channels) / x.length;
  }
}
