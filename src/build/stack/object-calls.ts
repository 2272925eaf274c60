import { readElf, relocationsOf, STT_FUNC, type ElfFile, type ElfSymbol } from '../formats/elf.js';
import { addCall, type CallGraph } from './call-graph.js';

const EM_ARM = 40;
const EM_RISCV = 243;
/** Branch relocations of "ELF for the Arm Architecture" (IHI 0044), table 4-8: CALL and JUMP, Arm and Thumb. */
const ARM_BRANCHES = new Set([10 /* THM_CALL */, 28 /* CALL */, 29 /* JUMP24 */, 30 /* THM_JUMP24 */, 51, 102, 103]);
/** R_RISCV_JAL, CALL and CALL_PLT of the RISC-V ELF psABI. Jumps inside a function have a local label and no type. */
const RISCV_CALLS = new Set([17, 18, 19]);
const BRANCHES: Readonly<Record<number, ReadonlySet<number>>> = { [EM_ARM]: ARM_BRANCHES, [EM_RISCV]: RISCV_CALLS };

/**
 * Adds the calls between named global functions that an object's relocations show. gcc's own call graph lacks calls
 * written in inline assembly, and assembly files have none at all.
 */
export function addObjectCalls(graph: CallGraph, data: Uint8Array, unit: string): void {
  const elf = readElf(data, unit);
  const branches = BRANCHES[elf.machine];
  if (branches === undefined) return;
  for (const section of elf.sections) {
    for (const relocation of relocationsOf(elf, section, unit)) {
      if (!branches.has(relocation.type)) continue;
      const caller = functionAt(elf, section.index, relocation.offset);
      const callee = relocation.symbol.name;
      if (caller === null || callee === '' || callee.startsWith('.L')) continue;
      addCall(graph, keyOf(graph, unit, caller.name), keyOf(graph, unit, callee));
    }
  }
}

/** A static function of the unit if there is one of that name, else the global one. */
function keyOf(graph: CallGraph, unit: string, name: string): string {
  const local = `${unit}:${name}`;
  return graph.has(local) ? local : name;
}

/** Thumb functions have bit 0 of their value set. */
function functionAt(elf: ElfFile, section: number, offset: number): ElfSymbol | null {
  const inside = (s: ElfSymbol): boolean => {
    const start = s.value & ~1;
    return s.section === section && s.type === STT_FUNC && offset >= start && offset < start + Math.max(s.size, 1);
  };
  return elf.symbols.find(inside) ?? null;
}
