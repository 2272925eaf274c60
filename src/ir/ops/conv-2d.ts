import type { LayerRule } from '../layer-rule.js';
import type { Conv2dLayerSpec } from '../model-spec.js';
import { elementCount } from '../tensor.js';
import { imageShape, slidingOutput } from './image-shape.js';

/** Weights are [filters][kernelHeight][kernelWidth][channels], as in TFLite (OHWI). */
export const conv2dRule: LayerRule<Conv2dLayerSpec> = {
  outputShape: (spec, inputs) => slidingOutput(inputs, spec, () => spec.filters),
  parameters: (spec, inputs, bias) => {
    const [kh, kw] = spec.kernel;
    const channels = imageShape(inputs[0])!.channels;
    const fanIn = kh * kw * channels;
    const fanOut = kh * kw * spec.filters;
    const weights = {
      part: 'weights',
      shape: [spec.filters, kh, kw, channels],
      fanIn,
      fanOut,
      initial: 'random',
    } as const;
    return bias ? [weights, { part: 'bias', shape: [spec.filters], fanIn, fanOut, initial: 0 }] : [weights];
  },
  state: () => [],
  nodes: (spec) => spec.filters,
  macs: (spec, inputs, output) =>
    elementCount(output) * spec.kernel[0] * spec.kernel[1] * imageShape(inputs[0])!.channels,
};
