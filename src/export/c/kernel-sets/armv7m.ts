import type { KernelSetCode, LayerPackers } from './kernel-set.js';
import { packConv2dScalar, packDenseFourRows, packDepthwiseScalar } from './scalar.js';
import { unpackedFirst } from './unpacked.js';

const EITHER_WIDTH: Pick<LayerPackers, 'fully_connected' | 'conv_2d'> = {
  fully_connected: (layer, rounding) => packDenseFourRows('armv7m', layer, rounding),
  conv_2d: (layer, rounding) => packConv2dScalar('armv7m', layer, rounding),
};

const packDepthwise: LayerPackers['depthwise_conv_2d'] = (layer, rounding) =>
  packDepthwiseScalar('armv7m', layer, rounding);

/** kernels/armv7m: Armv7-M (Cortex-M3), and what kernels/dsp leaves. */
export const ARMV7M: KernelSetCode = {
  fallback: 'plain',
  layers: {
    ...EITHER_WIDTH,
    depthwise_conv_2d: packDepthwise,
  },
  int4Layers: { ...EITHER_WIDTH, depthwise_conv_2d: unpackedFirst(packDepthwise) },
  int16Layers: {},
  kernels: [],
  instructionsPerMac: 1.8,
  codeBytes: {
    fully_connected_s8: 600,
    conv_2d_s8: 1200,
    depthwise_conv_2d_s8: 800,
    fully_connected_s4: 620,
    conv_2d_s4: 1300,
  },
};
