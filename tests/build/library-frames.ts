import { runTool } from '../../src/build/run-tool.js';

/** A function of a library as its disassembly shows it. */
interface Routine {
  /** Everything that any path pushes, added up: never less than what one path pushes. */
  ownBytes: number;
  /** Functions it calls, jumps to or falls into. */
  readonly next: Set<string>;
}

const ENDS =
  /\t(?:bx\s+(?:lr|r\d+)|b(?:\.n|\.w)?\s|pop\s.*pc\}|ldm\S*\s+sp!,.*pc\}|ldr\S*\s+pc|ret\b|jr\b|j\s|mret|udf)/;

/** Bytes that an Arm or RISC-V instruction takes from the stack. */
function takenBytes(line: string): number {
  const vector = /\tvpush\s+\{(.*)\}/.exec(line)?.[1];
  if (vector !== undefined) return 64;
  const list = /\t(?:push|stmdb\s+sp!,|stmfd\s+sp!,)\S*\s*\{(.*)\}/.exec(line)?.[1];
  if (list !== undefined) return 4 * list.split(',').length;
  const below = /\[sp, #-(\d+)\]!|\tsub(?:\.w)?\s+sp, (?:sp, )?#(\d+)|\taddi?\s+sp,sp,-(\d+)/.exec(line);
  return Number(below?.[1] ?? below?.[2] ?? below?.[3] ?? 0);
}

/**
 * Worst stack of each function of a static library, calls included, read from its disassembly.
 * @param objdump The disassembler of the library's architecture
 */
export async function libraryFrames(objdump: string, library: string): Promise<(name: string) => number | null> {
  const { stdout } = await runTool(objdump, ['-tdr', '--no-show-raw-insn', library]);
  const routines = new Map<string, Routine>();
  for (const member of stdout.split(/^(?=\S+:\s+file format )/m)) readMember(member, routines);
  const whole = (name: string, path: readonly string[]): number => {
    const routine = routines.get(name);
    if (routine === undefined || path.includes(name)) return 0;
    const below = [...routine.next].map((next) => whole(next, [...path, name]));
    return routine.ownBytes + Math.max(0, ...below);
  };
  return (name) => (routines.has(name) ? whole(name, []) : null);
}

/** One object file of the archive: its symbols by section and address, then its instructions. */
function readMember(text: string, routines: Map<string, Routine>): void {
  const at = new Map<string, string[]>();
  for (const [, address, section, name] of text.matchAll(
    /^([0-9a-f]{8}) [g ][w ].{4}F (\S+)\t[0-9a-f]+ (?:\.hidden )?(\S+)$/gm,
  )) {
    const key = `${section} ${parseInt(address, 16) & ~1}`;
    at.set(key, [...(at.get(key) ?? []), name]);
  }
  let [section, current, ended] = ['', [] as readonly Routine[], true];
  for (const line of text.split('\n')) {
    section = /^Disassembly of section (\S+):/.exec(line)?.[1] ?? section;
    const address = /^\s*([0-9a-f]+):\t/.exec(line)?.[1];
    if (address === undefined || /^\s+[0-9a-f]+: R_/.test(line)) {
      const called = /R_(?:ARM|RISCV)_\w*(?:CALL|JUMP|JAL)\w*\s+([\w.]+)/.exec(line)?.[1];
      if (called !== undefined) for (const routine of current) routine.next.add(called);
      continue;
    }
    const names = at.get(`${section} ${parseInt(address, 16)}`);
    if (names !== undefined) {
      if (!ended) for (const routine of current) routine.next.add(names[0]);
      const routine: Routine = { ownBytes: 0, next: new Set() };
      for (const name of names) routines.set(name, routine);
      current = [routine];
    }
    const target =
      /\t(?:b\w*(?:\.\w)?|jal?|c?bn?z|beqz|bnez)\s+(?:[\w]+,\s*)*[0-9a-f]+ <([\w.]+)(?:\+0x[0-9a-f]+)?>/.exec(
        line,
      )?.[1];
    for (const routine of current) {
      routine.ownBytes += takenBytes(line);
      if (target !== undefined && routines.get(target) !== routine) routine.next.add(target);
    }
    if (!/\tnop|\t\.(?:word|short|byte)/.test(line)) ended = ENDS.test(line);
  }
}
