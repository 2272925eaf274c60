import type { KernelSet } from '../../../ir/c-sources.js';

/** What each kernel set is for, in the words of a README: the fast ones are chosen by the board, so plain says how. */
export const KERNELS_FOR: Readonly<Record<KernelSet, string>> = {
  plain: 'portable C for any core; `grapes export --board ID` takes the faster ones of a board (`grapes boards list`)',
  armv6m: 'for Cortex-M0, M0+ and M1',
  armv7m: 'for Cortex-M3',
  dsp: 'for Cortex-M4, M7 and M33 with the DSP extension',
  mve: 'for Cortex-M55 and other cores with Helium',
  rv32: 'for RISC-V (RV32)',
};
