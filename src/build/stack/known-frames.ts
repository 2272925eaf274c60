import type { Core } from '../../boards/descriptor.js';

/** Stack of a function that no compiler run of ours has seen, the calls it makes included. */
export interface KnownFrame {
  readonly bytes: number;
  readonly reason: string;
}

export type KnownFrames = Readonly<Record<string, KnownFrame>>;

/** Bytes and the functions that take so many, names apart by a space. */
type Row = readonly [bytes: number, names: string];

function framesOf(reason: string, rows: readonly Row[]): KnownFrames {
  return Object.fromEntries(
    rows.flatMap(([bytes, names]) => names.split(' ').map((name) => [name, { bytes, reason }])),
  );
}

const ARMV6M = framesOf('libgcc for Armv6-M: no division, no long multiplication, no FPU', [
  [0, '__aeabi_idiv0 __aeabi_ldiv0 __aeabi_llsl __aeabi_llsr __aeabi_lasr __aeabi_f2iz __aeabi_fcmpun ' + '__clzsi2'],
  [4, '__gnu_thumb1_case_sqi __gnu_thumb1_case_uqi'],
  [
    8,
    '__aeabi_idiv __aeabi_uidiv __aeabi_idivmod __aeabi_uidivmod __gnu_thumb1_case_shi ' +
      '__gnu_thumb1_case_uhi __gnu_thumb1_case_si',
  ],
  [16, '__aeabi_i2f __aeabi_ui2f'],
  [20, '__aeabi_fcmplt __aeabi_fcmple __aeabi_fcmpge __aeabi_fcmpgt'],
  [24, '__aeabi_fadd __aeabi_fsub __aeabi_fcmpeq'],
  [28, '__aeabi_lmul'],
  [32, '__aeabi_f2uiz __aeabi_frsub __aeabi_fmul __aeabi_fdiv'],
  [80, '__aeabi_ul2f'],
  [84, '__aeabi_uldivmod'],
  [88, '__aeabi_l2f'],
  [108, '__aeabi_ldivmod'],
]);

/** Floating point in software where there is no FPU, in registers except for the comparisons. */
const THUMB2: readonly Row[] = [
  [
    0,
    '__aeabi_lmul __aeabi_ldiv0 __aeabi_ul2f __aeabi_l2f __aeabi_i2f __aeabi_ui2f __aeabi_f2iz ' +
      '__aeabi_f2uiz __aeabi_fadd __aeabi_fsub __aeabi_frsub __aeabi_fmul __aeabi_fdiv __aeabi_fcmpun',
  ],
  [32, '__aeabi_fcmpeq __aeabi_fcmplt __aeabi_fcmple __aeabi_fcmpge __aeabi_fcmpgt'],
];

/** The 64-bit division stores two doublewords below sp and calls __udivmoddi4, which pushes eight registers. */
const ARMV7M = framesOf('libgcc for Armv7-M', [...THUMB2, [48, '__aeabi_uldivmod __aeabi_ldivmod']]);
const ARMV8M = framesOf('libgcc for Armv8-M Mainline', [...THUMB2, [52, '__aeabi_uldivmod __aeabi_ldivmod']]);

const RV32 = framesOf('libgcc for rv32imac: floating point in software', [
  [
    0,
    '__eqsf2 __nesf2 __ltsf2 __lesf2 __gtsf2 __gesf2 __unordsf2 __fixsfsi __fixunssfsi __muldi3 __divdi3 ' +
      '__udivdi3 __moddi3 __umoddi3 __ashldi3 __lshrdi3 __ashrdi3 __clzsi2',
  ],
  [16, '__addsf3 __subsf3 __floatsisf __floatunsisf'],
  [32, '__mulsf3 __divsf3 __floatdisf __floatundisf'],
]);

/**
 * Assembly and library functions by symbol: gcc's libgcc for each core, read from its disassembly. Every push of a
 * function counts, also where no path takes them all. A test disassembles the installed libgcc and fails when one takes
 * more than stands here. A function that is not in its core's table is an error, never a guess.
 */
export const KNOWN_FRAMES: Readonly<Record<Core, KnownFrames>> = {
  host: {},
  'cortex-m0': ARMV6M,
  'cortex-m3': ARMV7M,
  'cortex-m4': ARMV7M,
  'cortex-m7': ARMV7M,
  'cortex-m33': ARMV8M,
  'cortex-m55': ARMV8M,
  rv32: RV32,
  avr: {},
};
