import type { KernelSetCode, LayerPackers } from './kernel-set.js';
import { packConv2dScalar, packDenseRows, packDepthwiseScalar } from './scalar.js';
import { unpackedFirst } from './unpacked.js';

const EITHER_WIDTH: Pick<LayerPackers, 'fully_connected' | 'conv_2d'> = {
  fully_connected: (layer, rounding) => packDenseRows('rv32', layer, rounding),
  conv_2d: (layer, rounding) => packConv2dScalar('rv32', layer, rounding),
};

const packDepthwise: LayerPackers['depthwise_conv_2d'] = (layer, rounding) =>
  packDepthwiseScalar('rv32', layer, rounding);

/** kernels/rv32: RV32IM. */
export const RV32: KernelSetCode = {
  fallback: 'plain',
  layers: {
    ...EITHER_WIDTH,
    depthwise_conv_2d: packDepthwise,
  },
  int4Layers: { ...EITHER_WIDTH, depthwise_conv_2d: unpackedFirst(packDepthwise) },
  int16Layers: {},
  kernels: [],
  instructionsPerMac: 2.7,
  codeBytes: {
    fully_connected_s8: 600,
    conv_2d_s8: 1600,
    depthwise_conv_2d_s8: 1000,
    fully_connected_s4: 700,
    conv_2d_s4: 1700,
  },
};
