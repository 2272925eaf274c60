import type { LayerOf, Quantizer } from '../quantizer.js';
import { quantizeConvolution } from './convolution.js';

/** Weights are [kh][kw][out]. */
export const quantizeDepthwiseConv2d: Quantizer<LayerOf<'depthwise_conv_2d'>> = (op, context) =>
  quantizeConvolution('depthwise_conv_2d', 2, op, context);
