import type { KernelSetCode } from './kernel-set.js';
import { packDenseFourRows, scalarLayers } from './scalar.js';

/** kernels/armv7m: Armv7-M (Cortex-M3), and what kernels/dsp leaves. */
export const ARMV7M: KernelSetCode = {
  fallback: 'plain',
  ...scalarLayers('armv7m', (layer, rounding) => packDenseFourRows('armv7m', layer, rounding)),
  kernels: ['add_s8', 'mul_s8'],
  instructionsPerMac: 1.8,
  codeBytes: {
    add_s8: 200,
    mul_s8: 160,
    fully_connected_s8: 600,
    conv_2d_s8: 1200,
    depthwise_conv_2d_s8: 800,
    fully_connected_s4: 620,
    conv_2d_s4: 1300,
  },
};
