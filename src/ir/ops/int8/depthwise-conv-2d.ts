import type { DepthwiseConv2dOp } from '../../integer-ops.js';
import type { IntegerRule } from '../../integer-rule.js';
import {
  checkConvolutionNumbers,
  convolutionBound,
  convolutionConstants,
  prepareInt8Convolution,
} from './convolution.js';
import { clamp } from './numbers.js';
import { geometryOf, paddedCopier, windowGeometryOf } from './window.js';

/** Convolution of each channel by itself; weights [kh][kw][out], out = channels * multiplier. */
export const depthwiseConv2dRule: IntegerRule<DepthwiseConv2dOp> = {
  inputs: [1, 1],
  constants: convolutionConstants,
  outputShape: (graph, op) => {
    const geometry = windowGeometryOf(graph.tensors[op.input].shape, op.window);
    if (typeof geometry === 'string') return geometry;
    const { shape } = graph.tensors[op.weights];
    const [kh, kw] = op.window.kernel;
    if (shape.length !== 3 || shape[0] !== kh || shape[1] !== kw || shape[2] % geometry.channels !== 0) {
      return `has weights [${shape.join(', ')}] where [${kh}, ${kw}, a multiple of ${geometry.channels}] are needed`;
    }
    if (op.bias !== null && String(graph.tensors[op.bias].shape) !== String([shape[2]])) {
      return 'has a bias of another length';
    }
    return [geometry.outputHeight, geometry.outputWidth, shape[2]];
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
    const pad = paddedCopier(g, layer.inputZeroPoint, layer.dtype);
    const rowLength = (g.inputWidth + g.padLeft + g.padRight) * g.channels;
    const copies = outputChannels / g.channels;
    // int16 activations may sum to more than int32 holds.
    const sums = layer.dtype === 'int16' ? new Float64Array(outputChannels) : new Int32Array(outputChannels);
    return ([input], output) => {
      const x = pad(input);
      let place = 0;
      for (let r = 0; r < g.outputHeight; r++) {
        for (let c = 0; c < g.outputWidth; c++) {
          sums.set(foldedBias);
          const corner = r * g.strideHeight * rowLength + c * g.strideWidth * g.channels;
          let w = 0;
          for (let kh = 0; kh < g.kernelHeight; kh++) {
            for (let kw = 0; kw < g.kernelWidth; kw++) {
              const at = corner + kh * g.dilationHeight * rowLength + kw * g.dilationWidth * g.channels;
              for (let i = 0, o = 0; i < g.channels; i++) {
                for (let j = 0; j < copies; j++, o++, w++) sums[o] += weights[w] * x[at + i];
              }
            }
          }
          for (let o = 0; o < outputChannels; o++) {
            const q = zeroPoint + scale(sums[o], multiplier[o], shift[o]);
            output[place++] = clamp(q, layer.clampMin, layer.clampMax);
          }
        }
      }
    };
  },
};
