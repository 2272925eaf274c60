import { spawnSync } from 'node:child_process';

/** A lane is a group of tests that needs something of the machine. */
export const LANES = {
  cc: { program: 'cc', what: 'a C compiler for this machine' },
  arm: { program: 'arm-none-eabi-gcc', what: 'the Cortex-M cross compiler' },
  qemu: { program: 'qemu-system-arm', what: 'the Cortex-M emulator' },
  riscv: { program: 'riscv64-unknown-elf-gcc', what: 'the RISC-V cross compiler' },
  'qemu-riscv': { program: 'qemu-system-riscv32', what: 'the RISC-V emulator' },
  cmake: { program: 'cmake', what: 'the build system of one kind of package' },
  avr: { program: 'avr-gcc', what: 'the AVR compiler' },
} as const;

export type Lane = keyof typeof LANES;

/**
 * For `t.test(name, { skip: skipUnless('qemu') }, ...)`: false when the lane can run, otherwise the reason to skip.
 * A lane named in GRAPES_LANES (comma-separated) must run: a missing tool then fails the test instead of skipping it.
 */
export function skipUnless(...lanes: readonly Lane[]): string | false {
  const must = (process.env['GRAPES_LANES'] ?? '').split(',');
  for (const lane of lanes) {
    const { program, what } = LANES[lane];
    const found = spawnSync('sh', ['-c', `command -v ${program}`], { stdio: 'ignore' }).status === 0;
    if (!found && !must.includes(lane)) return `${program} (${what}) is not installed`;
  }
  return false;
}
