import type { KernelSetCode } from './kernel-set.js';

/** kernels/mve: Helium, the vectors of Armv8.1-M (Cortex-M55). */
export const MVE: KernelSetCode = {
  fallback: 'dsp',
  layers: {},
  kernels: [],
  codeBytes: {},
};
