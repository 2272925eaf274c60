import type { FloatCall } from '../float-forward.js';
import type { LayerRule } from '../layer-rule.js';
import type { DepthwiseConv2dLayerSpec } from '../model-spec.js';
import { elementCount } from '../tensor.js';
import { activateFloat } from './activation.js';
import { imageShape, slidingOutput, windowOn } from './image-shape.js';
import { eachWindow } from './window.js';

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

/** Scalar reference: every product in double, the sum rounded once. */
export function depthwiseConv2dFloat(call: FloatCall<DepthwiseConv2dLayerSpec>): void {
  const { spec, inputShapes, inputs, parameters, output } = call;
  const [x] = inputs;
  const [weights, bias] = parameters;
  const window = windowOn(inputShapes[0], spec);
  const { channels, kernelHeight, kernelWidth, inputWidth, inputHeight, dilationHeight, dilationWidth } = window;
  const nodes = channels * spec.multiplier;
  eachWindow(window, (out, top, left) => {
    for (let n = 0; n < nodes; n++) {
      const c = Math.floor(n / spec.multiplier);
      let sum = bias === undefined ? 0 : bias[n];
      for (let i = 0; i < kernelHeight; i++) {
        for (let j = 0; j < kernelWidth; j++) {
          const [row, column] = [top + i * dilationHeight, left + j * dilationWidth];
          if (row < 0 || row >= inputHeight || column < 0 || column >= inputWidth) continue;
          sum += weights[(i * kernelWidth + j) * nodes + n] * x[(row * inputWidth + column) * channels + c];
        }
      }
      output[out * nodes + n] = activateFloat(spec.activation, Math.fround(sum));
    }
  });
}
