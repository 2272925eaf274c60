import type { Int8Dense } from '../../../ir/ops/fully-connected.js';
import type { QuantizedGraph } from '../../../ir/graph.js';
import type { Conv2dOp, DepthwiseConv2dOp } from '../../../ir/integer-ops.js';
import { prepareInt8Convolution, type Int8Convolution } from '../../../ir/ops/int8/convolution.js';
import { tameConstantChannels } from './constant-channels.js';

type Kind = 'conv_2d' | 'depthwise_conv_2d';

/**
 * A depthwise convolution of one input channel is a convolution: [kh][kw][out] becomes [out][kh][kw][1], and the same
 * integers come out. Others stay what they are.
 */
function asConvolution(kind: Kind, layer: Int8Convolution): { readonly kind: Kind; readonly layer: Int8Convolution } {
  if (kind === 'conv_2d' || layer.geometry.channels !== 1) return { kind, layer };
  const { outputChannels, weights } = layer;
  const places = weights.length / outputChannels;
  const turned = weights.map((_, k) => weights[(k % places) * outputChannels + Math.floor(k / places)]);
  return { kind: 'conv_2d', layer: { ...layer, weights: turned } };
}

/** The convolution whose constants a kernel set is asked to pack: the same outputs as the op's for every input. */
export function convolutionToPack(
  graph: QuantizedGraph,
  op: Conv2dOp | DepthwiseConv2dOp,
): { readonly kind: Kind; readonly layer: Int8Convolution } {
  const layer = prepareInt8Convolution(graph, op);
  if (layer.dtype === 'int16') return asConvolution(op.kind, layer);
  return asConvolution(
    op.kind,
    tameConstantChannels(layer, op.kind === 'depthwise_conv_2d', graph.rounding ?? 'tflite'),
  );
}

/** A convolution with one output place that sees exactly the whole input is a dense layer; null for all others. */
export function asDense(kind: Kind, layer: Int8Convolution): Int8Dense | null {
  const { geometry: g, weights } = layer;
  const whole =
    kind === 'conv_2d' &&
    g.outputHeight * g.outputWidth === 1 &&
    g.padTop === 0 &&
    g.padLeft === 0 &&
    g.kernelHeight === g.inputHeight &&
    g.kernelWidth === g.inputWidth &&
    (g.dilationHeight === 1 || g.kernelHeight === 1) &&
    (g.dilationWidth === 1 || g.kernelWidth === 1);
  if (!whole) return null;
  const { geometry: _geometry, outputChannels: outputs, inputZeroPoint: _zeroPoint, ...integers } = layer;
  return { ...integers, inputs: weights.length / outputs, outputs };
}
