/** One input section as the linker placed it. */
export interface PlacedSection {
  /** Output section it went to: `.text`, `.bss`, … */
  readonly output: string;
  /** Input section: `.text.main`, `.bss.arena`, … */
  readonly section: string;
  readonly address: number;
  readonly bytes: number;
  /** Object as it was named on the link line, or `dir/libgcc.a(_udivmoddi4.o)`. */
  readonly object: string;
}

const OUTPUT = /^([.\w]\S*)/;
const INPUT = /^ ([\w.$]+)[ \t]+0x([0-9a-f]+)[ \t]+0x([0-9a-f]+)[ \t]+(\S.*)$/;

/** Reads which object each byte came from out of GNU ld's map file (-Map). */
export function readMapFile(text: string): PlacedSection[] {
  const start = text.indexOf('Linker script and memory map');
  if (start < 0) return [];
  // A long section name stands on a line of its own, its numbers on the next.
  const lines = text
    .slice(start)
    .replace(/^( [\w.$]+)\n\s+0x/gm, '$1 0x')
    .split('\n');
  const placed: PlacedSection[] = [];
  let output = '';
  for (const line of lines) {
    output = OUTPUT.exec(line)?.[1] ?? output;
    const input = INPUT.exec(line);
    if (input === null) continue;
    const bytes = parseInt(input[3], 16);
    if (bytes > 0) placed.push({ output, section: input[1], address: parseInt(input[2], 16), bytes, object: input[4] });
  }
  return placed;
}
