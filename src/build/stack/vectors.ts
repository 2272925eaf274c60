import type { Chip } from '../../boards/descriptor.js';
import { ToolError } from '../../errors/tool-error.js';
import { sectionBytes, SHT_NOBITS, STT_FUNC, STT_OBJECT, type ElfFile } from '../formats/elf.js';

export interface VectorTable {
  readonly reset: string;
  /** Handlers that return to what they interrupted: everything from SVC on. */
  readonly interrupts: readonly string[];
}

/** Exception numbers 2 to 7 are NMI and the faults: they end the program, so their stack is not part of a run. */
const FIRST_RETURNING_EXCEPTION = 8;

const EM_RISCV = 243;
/** A port's table of the functions that mtvec leads to (docs/boards.md). */
const RISCV_HANDLERS = 'grapes_trap_handlers';

/**
 * Where a linked image begins and which handlers may interrupt it.
 * @throws ToolError ELF_INVALID when the image has no such table
 */
export function readVectorTable(elf: ElfFile, chip: Chip, file: string): VectorTable {
  return elf.machine === EM_RISCV ? readRiscvHandlers(elf, file) : readCortexVectors(elf, chip, file);
}

function readRiscvHandlers(elf: ElfFile, file: string): VectorTable {
  const table = elf.symbols.find((s) => s.type === STT_OBJECT && s.name === RISCV_HANDLERS);
  const section = elf.sections.find((s) => s.index === table?.section);
  if (table === undefined || section === undefined) {
    throw new ToolError('ELF_INVALID', `${file} has no table ${RISCV_HANDLERS} of its trap handlers.`, {
      context: { file, symbol: RISCV_HANDLERS },
    });
  }
  const at = table.value - section.address;
  const names = functionNames(elf, sectionBytes(elf, section, file).subarray(at, at + table.size));
  const interrupts = names.filter((name) => name !== null);
  return { reset: functionName(elf, elf.entry) ?? '', interrupts: [...new Set(interrupts)].sort() };
}

/**
 * Reads the vector table of a linked Cortex-M image: word 0 is the stack, word 1 reset, the others handlers
 * (ARMv7-M Architecture Reference Manual, DDI 0403E, B1.5.3). It stands at the lowest flash address, and its symbol
 * says how long it is.
 */
function readCortexVectors(elf: ElfFile, chip: Chip, file: string): VectorTable {
  const flash = chip.memory.filter((region) => region.kind === 'flash').map((region) => region.address);
  const base = Math.min(...flash);
  const section = elf.sections.find((s) => s.address === base && s.size > 0 && s.type !== SHT_NOBITS && s.flags & 2);
  const symbol = elf.symbols.find((s) => s.type === STT_OBJECT && s.value === base && s.size >= 8);
  if (section === undefined || symbol === undefined) {
    throw new ToolError('ELF_INVALID', `${file} has no vector table at the start of flash.`, {
      context: { file, address: base },
    });
  }
  const bytes = sectionBytes(elf, section, file);
  const names = functionNames(elf, bytes.subarray(0, symbol.size));
  const interrupts = names.slice(FIRST_RETURNING_EXCEPTION).filter((name) => name !== null);
  return { reset: names[1] ?? '', interrupts: [...new Set(interrupts)].sort() };
}

function functionNames(elf: ElfFile, table: Uint8Array): (string | null)[] {
  const view = new DataView(table.buffer, table.byteOffset, table.byteLength);
  const names: (string | null)[] = [];
  for (let at = 0; at + 4 <= view.byteLength; at += 4) names.push(functionName(elf, view.getUint32(at, true)));
  return names;
}

function functionName(elf: ElfFile, address: number): string | null {
  if (address === 0) return null;
  const found = elf.symbols.filter((s) => s.type === STT_FUNC && (s.value & ~1) === (address & ~1));
  return found.map((s) => s.name).sort()[0] ?? null;
}
