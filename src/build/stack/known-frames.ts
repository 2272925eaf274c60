/** Stack of a function that no compiler run of ours has seen, the calls it makes included. */
export interface KnownFrame {
  readonly bytes: number;
  readonly reason: string;
}

const divide = {
  bytes: 48,
  reason: 'libgcc bpabi.S: two doublewords stored below sp (16), then __udivmoddi4, which pushes 8 registers (32)',
};
const leaf = (reason: string): KnownFrame => ({ bytes: 0, reason });

/**
 * Assembly and library functions by symbol, for Cortex-M with gcc's libgcc (Thumb-2, hard float), read from its
 * disassembly. A test disassembles the installed libgcc and fails when one pushes more than stands here.
 * A function that is not in this table is an error, never a guess.
 */
export const KNOWN_FRAMES: Readonly<Record<string, KnownFrame>> = {
  __aeabi_uldivmod: divide,
  __aeabi_ldivmod: divide,
  __aeabi_ldiv0: leaf('libgcc: returns at once'),
  __aeabi_lmul: leaf('libgcc: works in r0-r3 and ip'),
  __aeabi_ul2f: leaf('libgcc: works in r0-r3 and ip'),
  __aeabi_l2f: leaf('libgcc: works in r0-r3 and ip'),
};
