import type { KernelSetCode } from './kernel-set.js';
import { packConv2dScalar, packDenseFourRows, packDepthwiseScalar } from './scalar.js';
import { unpackedFirst } from './unpacked.js';

/** kernels/armv7m: Armv7-M (Cortex-M3), and what kernels/dsp leaves. */
export const ARMV7M: KernelSetCode = {
  fallback: 'plain',
  layers: {
    fully_connected: (layer, rounding) => packDenseFourRows('armv7m', layer, rounding),
    conv_2d: (layer, rounding) => packConv2dScalar('armv7m', layer, rounding),
    depthwise_conv_2d: (layer, rounding) => packDepthwiseScalar('armv7m', layer, rounding),
  },
  int4Layers: {
    depthwise_conv_2d: unpackedFirst((layer, rounding) => packDepthwiseScalar('armv7m', layer, rounding)),
  },
  kernels: [],
  codeBytes: { fully_connected_s8: 600, conv_2d_s8: 1200, depthwise_conv_2d_s8: 800 },
};
