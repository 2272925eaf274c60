import type { KernelSetCode } from './kernel-set.js';

/** kernels/rv32: RV32IM. */
export const RV32: KernelSetCode = {
  fallback: 'plain',
  layers: {},
  kernels: [],
  codeBytes: {},
};
