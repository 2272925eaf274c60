import type { KernelSetCode } from './kernel-set.js';
import { packDenseRows, scalarLayers } from './scalar.js';

/** kernels/rv32: RV32IM. */
export const RV32: KernelSetCode = {
  fallback: 'plain',
  ...scalarLayers('rv32', (layer, rounding) => packDenseRows('rv32', layer, rounding)),
  kernels: ['add_s8', 'mul_s8'],
  instructionsPerMac: 2.7,
  codeBytes: {
    add_s8: 200,
    mul_s8: 160,
    fully_connected_s8: 600,
    conv_2d_s8: 1600,
    depthwise_conv_2d_s8: 1000,
    fully_connected_s4: 700,
    conv_2d_s4: 1700,
  },
};
