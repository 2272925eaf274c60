import type { LayerRule } from '../layer-rule.js';
import type { DepthwiseConv2dLayerSpec } from '../model-spec.js';
import { elementCount } from '../tensor.js';
import { imageShape, slidingOutput } from './image-shape.js';

/** Weights are [kernelHeight][kernelWidth][channels · multiplier], as in TFLite without its leading 1. */
export const depthwiseConv2dRule: LayerRule<DepthwiseConv2dLayerSpec> = {
  outputShape: (spec, inputs) => slidingOutput(inputs, spec, (channels) => channels * spec.multiplier),
  parameters: (spec, inputs, bias) => {
    const [kh, kw] = spec.kernel;
    const nodes = imageShape(inputs[0])!.channels * spec.multiplier;
    const fanIn = kh * kw;
    const fanOut = kh * kw * spec.multiplier;
    const weights = { part: 'weights', shape: [kh, kw, nodes], fanIn, fanOut, initial: 'random' } as const;
    return bias ? [weights, { part: 'bias', shape: [nodes], fanIn, fanOut, initial: 0 }] : [weights];
  },
  state: () => [],
  nodes: (spec, inputs) => imageShape(inputs[0])!.channels * spec.multiplier,
  macs: (spec, _inputs, output) => elementCount(output) * spec.kernel[0] * spec.kernel[1],
};
