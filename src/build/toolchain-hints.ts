interface HintRule {
  readonly pattern: RegExp;
  readonly hint: (match: RegExpExecArray) => string;
}

/** What compiler and linker output usually means. The first rule that matches speaks. */
const RULES: readonly HintRule[] = [
  {
    pattern: /No space left on device/,
    hint: () => 'The disk is full: free some space and run the same command again.',
  },
  {
    pattern: /fatal error: ((?:std|string|assert|sys\/)[\w/.]*\.h): No such file/,
    hint: (m) =>
      `The C library's header ${m[1]} is missing: install libc6-dev (host) or libnewlib-arm-none-eabi (Cortex-M).`,
  },
  {
    pattern: /fatal error: (\S+): No such file or directory/,
    hint: (m) =>
      `The header ${m[1]} was not found: a file is missing in the export folder or in firmware/; export again.`,
  },
  {
    pattern: /unrecognized command[- ]line option '?([^\s'’]+)/,
    hint: (m) => `This compiler does not know ${m[1]}: it is too old or not gcc; see \`grapes doctor\`.`,
  },
  {
    pattern: /unrecognized argument in option '?([^\s'’]+)|bad value \('?([^\s'’)]+)'?\) for '?-m(?:cpu|arch)/,
    hint: (m) => `The compiler does not know ${m[1] ?? m[2]}: correct compiler.flags in the chip descriptor.`,
  },
  {
    pattern: /cannot find -l(\w+)/,
    hint: (m) => `The library lib${m[1]} is missing: install libnewlib-arm-none-eabi, or correct compiler.libraries.`,
  },
  {
    pattern: /cannot open linker script file (\S+?):/,
    hint: (m) => `The linker script ${m[1]} is missing: correct "linkerScript" in the chip descriptor.`,
  },
  {
    pattern: /undefined reference to [`'‘]hal_(\w+)/,
    hint: (m) => `The HAL family lacks hal_${m[1]}: compare it with firmware/hal/template.`,
  },
  {
    pattern: /undefined reference to [`'‘](__aeabi_\w+|__\w+(?:si|di|sf|df)\w*)/,
    hint: (m) => `${m[1]} lives in libgcc: add "-lgcc" to compiler.libraries in the chip descriptor.`,
  },
  {
    pattern: /undefined reference to [`'‘](malloc|free|printf|sbrk|_sbrk)\b/,
    hint: (m) => `The firmware has no ${m[1]}: nothing in it may allocate or print.`,
  },
  {
    pattern: /multiple definition of [`'‘](\w+)/,
    hint: (m) =>
      `${m[1]} is defined twice: a generated symbol and the firmware use the same name; rename the model in grapes.yaml.`,
  },
  {
    pattern: /uses VFP register arguments, .* does not|conflicting CPU architectures/,
    hint: () => 'Objects were built with different -mcpu or -mfloat-abi flags: clear the cache folder and build again.',
  },
];

/** The next action that the output of a compiler or linker suggests, or null. */
export function hintFor(output: string): string | null {
  for (const rule of RULES) {
    const match = rule.pattern.exec(output);
    if (match !== null) return rule.hint(match);
  }
  return null;
}

export interface RegionOverflow {
  readonly region: string;
  readonly bytes: number;
}

/** What the linker says when a memory region is too small: "region `ram' overflowed by 123 bytes". */
export function regionOverflows(output: string): RegionOverflow[] {
  return [...output.matchAll(/region [`'‘](\w+)['’] overflowed by (\d+) bytes?/g)].map((m) => ({
    region: m[1],
    bytes: Number(m[2]),
  }));
}
