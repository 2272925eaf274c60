import { plainRule, shapeText } from '../layer-rule.js';
import type { GlobalAveragePool2dLayerSpec, Pool2dLayerSpec } from '../model-spec.js';
import { imageShape, slidingOutput } from './image-shape.js';

export const pool2dRule = plainRule<Pool2dLayerSpec>((spec, inputs) =>
  slidingOutput(inputs, { kernel: spec.pool, strides: spec.strides, padding: spec.padding }, (channels) => channels),
);

export const globalAveragePool2dRule = plainRule<GlobalAveragePool2dLayerSpec>((_spec, inputs) => {
  const image = imageShape(inputs[0]);
  return image === null ? `takes [height, width, channels], not ${shapeText(inputs[0])}` : [image.channels];
});
