import type { KernelSetCode } from './kernel-set.js';

/** kernels/armv7m: Armv7-M (Cortex-M3), and what kernels/dsp leaves. */
export const ARMV7M: KernelSetCode = {
  fallback: 'plain',
  layers: {},
  kernels: [],
  codeBytes: {},
};
