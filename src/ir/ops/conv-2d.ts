import type { FloatCall } from '../float-forward.js';
import type { LayerRule } from '../layer-rule.js';
import type { Conv2dLayerSpec } from '../model-spec.js';
import { elementCount } from '../tensor.js';
import { activateFloat } from './activation.js';
import { imageShape, slidingOutput, windowOn } from './image-shape.js';
import { eachWindow } from './window.js';

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

/** Scalar reference: every product in double, the sum rounded once. */
export function conv2dFloat({ spec, inputShapes, inputs, parameters, output }: FloatCall<Conv2dLayerSpec>): void {
  const [x] = inputs;
  const [weights, bias] = parameters;
  const window = windowOn(inputShapes[0], spec);
  const { channels, kernelHeight, kernelWidth, inputHeight, inputWidth, dilationHeight, dilationWidth } = window;
  eachWindow(window, (out, top, left) => {
    for (let f = 0; f < spec.filters; f++) {
      let sum = bias === undefined ? 0 : bias[f];
      for (let i = 0; i < kernelHeight; i++) {
        const row = top + i * dilationHeight;
        if (row < 0 || row >= inputHeight) continue;
        for (let j = 0; j < kernelWidth; j++) {
          const column = left + j * dilationWidth;
          if (column < 0 || column >= inputWidth) continue;
          const from = (row * inputWidth + column) * channels;
          const w = ((f * kernelHeight + i) * kernelWidth + j) * channels;
          for (let c = 0; c < channels; c++) sum += weights[w + c] * x[from + c];
        }
      }
      output[out * spec.filters + f] = activateFloat(spec.activation, Math.fround(sum));
    }
  });
}
