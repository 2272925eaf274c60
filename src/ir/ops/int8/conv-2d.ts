import type { Conv2dOp } from '../../integer-ops.js';
import type { IntegerRule } from '../../integer-rule.js';
import { dotOf } from '../fully-connected.js';
import {
  checkConvolutionNumbers,
  convolutionBound,
  convolutionConstants,
  prepareInt8Convolution,
} from './convolution.js';
import { clamp } from './numbers.js';
import { geometryOf, paddedCopier, windowGeometryOf } from './window.js';

/** Convolution over all input channels; weights [out][kh][kw][in]. */
export const conv2dRule: IntegerRule<Conv2dOp> = {
  inputs: [1, 1],
  constants: convolutionConstants,
  outputShape: (graph, op) => {
    const geometry = windowGeometryOf(graph.tensors[op.input].shape, op.window);
    if (typeof geometry === 'string') return geometry;
    const { shape } = graph.tensors[op.weights];
    const wanted = [op.window.kernel[0], op.window.kernel[1], geometry.channels];
    if (shape.length !== 4 || String(shape.slice(1)) !== String(wanted)) {
      return `has weights [${shape.join(', ')}] where [out, ${wanted.join(', ')}] are needed`;
    }
    if (op.bias !== null && String(graph.tensors[op.bias].shape) !== String([shape[0]])) {
      return 'has a bias of another length';
    }
    return [geometry.outputHeight, geometry.outputWidth, shape[0]];
  },
  checkNumbers: checkConvolutionNumbers,
  bound: convolutionBound,
  macs: (graph, op) => {
    const { outputHeight, outputWidth } = geometryOf(graph.tensors[op.input].shape, op.window);
    return outputHeight * outputWidth * (graph.tensors[op.weights].data?.length ?? 0);
  },
  prepare: (graph, op) => {
    const layer = prepareInt8Convolution(graph, op);
    const { geometry: g, outputChannels, weights, foldedBias, multiplier, shift, zeroPoint, scale } = layer;
    const dot = dotOf(layer.dtype);
    const pad = paddedCopier(g, layer.inputZeroPoint, layer.dtype);
    const rowLength = (g.inputWidth + g.padLeft + g.padRight) * g.channels;
    // A kernel row is one stretch of memory unless its taps are spread out.
    const stretch = g.dilationWidth === 1 ? g.kernelWidth * g.channels : g.channels;
    const stretches = g.dilationWidth === 1 ? 1 : g.kernelWidth;
    return ([input], output) => {
      const x = pad(input);
      let place = 0;
      for (let r = 0; r < g.outputHeight; r++) {
        for (let c = 0; c < g.outputWidth; c++) {
          const corner = r * g.strideHeight * rowLength + c * g.strideWidth * g.channels;
          for (let o = 0, w = 0; o < outputChannels; o++) {
            let sum = foldedBias[o];
            for (let kh = 0; kh < g.kernelHeight; kh++) {
              let at = corner + kh * g.dilationHeight * rowLength;
              for (let k = 0; k < stretches; k++, w += stretch, at += g.dilationWidth * g.channels) {
                sum += dot(weights, w, x, stretch, at);
              }
            }
            const q = zeroPoint + scale(sum, multiplier[o], shift[o]);
            output[place++] = clamp(q, layer.clampMin, layer.clampMax);
          }
        }
      }
    };
  },
};
