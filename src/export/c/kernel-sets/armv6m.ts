import type { KernelSetCode } from './kernel-set.js';

/** kernels/armv6m: Armv6-M (Cortex-M0, M0+): no division, no long multiplication. */
export const ARMV6M: KernelSetCode = {
  fallback: 'plain',
  layers: {},
  kernels: [],
  codeBytes: {},
};
