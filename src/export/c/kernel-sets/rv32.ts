import type { KernelSetCode } from './kernel-set.js';
import { packConv2dScalar, packDenseRows, packDepthwiseScalar } from './scalar.js';
import { unpackedFirst } from './unpacked.js';

/** kernels/rv32: RV32IM. */
export const RV32: KernelSetCode = {
  fallback: 'plain',
  layers: {
    fully_connected: (layer, rounding) => packDenseRows('rv32', layer, rounding),
    conv_2d: (layer, rounding) => packConv2dScalar('rv32', layer, rounding),
    depthwise_conv_2d: (layer, rounding) => packDepthwiseScalar('rv32', layer, rounding),
  },
  int4Layers: {
    depthwise_conv_2d: unpackedFirst((layer, rounding) => packDepthwiseScalar('rv32', layer, rounding)),
  },
  kernels: [],
  codeBytes: { fully_connected_s8: 600, conv_2d_s8: 1600, depthwise_conv_2d_s8: 1000 },
};
