import type { LayerOf, Quantizer } from '../quantizer.js';
import { quantizeConvolution } from './convolution.js';

/** Weights are [out][kh][kw][in]. */
export const quantizeConv2d: Quantizer<LayerOf<'conv_2d'>> = (op, context) =>
  quantizeConvolution('conv_2d', 0, op, context);
