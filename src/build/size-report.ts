import { memoryBytes, type Chip, type MemoryRegion } from '../boards/descriptor.js';
import type { ImageSizes, ImageSymbol, StackBound } from '../ir/firmware-image.js';
import { PT_LOAD, SHF_ALLOC, SHT_NOBITS, STT_FUNC, STT_OBJECT, type ElfFile, type ElfSection } from './formats/elf.js';
import { readMapFile } from './formats/map-file.js';

type Breakdown = ImageSizes['breakdown'];

/** The linker script keeps the stack in this section, so that it does not count as static RAM. */
const STACK_SECTION = '.stack';
const LARGEST = 24;

/** By object and input section: the first pattern that matches `object section` names the group. */
const GROUPS: readonly (readonly [pattern: RegExp, group: string])[] = [
  [/^model\/\S*_data\.o /, 'model constants'],
  [/^model\/\S*_learn\.o /, 'learning'],
  [/^model\//, 'inference'],
  [/^firmware\/app\/\S+ \.bss\.arena$/, 'arena'],
  [/^firmware\/app\/\S+ \.bss\.learning$/, 'learning'],
  [/^firmware\/protocol\//, 'protocol'],
  [/^firmware\/app\//, 'application'],
  [/^firmware\/hal\//, 'board support'],
  [/^firmware\//, 'core'],
  [/\.a\(/, 'library'],
];

const inRegions = (regions: readonly MemoryRegion[], address: number): boolean =>
  regions.some((region) => address >= region.address && address < region.address + region.bytes);

function regionsOf(chip: Chip, kind: MemoryRegion['kind']): MemoryRegion[] {
  return chip.memory.filter((region) => region.kind === kind);
}

function staticRamSections(elf: ElfFile, chip: Chip): ElfSection[] {
  const ram = regionsOf(chip, 'ram');
  return elf.sections.filter((s) => s.flags & SHF_ALLOC && inRegions(ram, s.address) && s.name !== STACK_SECTION);
}

/** Bytes that are programmed into flash: file bytes of the loaded segments that are stored there. */
export function flashBytes(elf: ElfFile, chip: Chip): number {
  const flash = regionsOf(chip, 'flash');
  const stored = elf.segments.filter((s) => s.type === PT_LOAD && inRegions(flash, s.physicalAddress));
  return stored.reduce((sum, segment) => sum + segment.fileBytes, 0);
}

/** .data, .bss and whatever else is static in RAM; the stack is not. */
export function staticRamBytes(elf: ElfFile, chip: Chip): number {
  return staticRamSections(elf, chip).reduce((sum, section) => sum + section.size, 0);
}

/** Symbols with a size, largest first, then by name. */
export function largestSymbols(elf: ElfFile, chip: Chip): ImageSymbol[] {
  const ram = staticRamSections(elf, chip).map((section) => section.index);
  const flash = regionsOf(chip, 'flash');
  return elf.symbols
    .filter((s) => s.size > 0 && (s.type === STT_OBJECT || s.type === STT_FUNC))
    .map((s) => ({ ...s, memory: ram.includes(s.section) ? 'ram' : inRegions(flash, s.value) ? 'flash' : null }))
    .filter((s): s is typeof s & { memory: 'flash' | 'ram' } => s.memory !== null)
    .map(({ name, size, memory }) => ({ name, bytes: size, memory }))
    .sort((a, b) => b.bytes - a.bytes || (a.name < b.name ? -1 : 1))
    .slice(0, LARGEST);
}

function breakdown(elf: ElfFile, chip: Chip, mapText: string): Breakdown {
  const ramSections = staticRamSections(elf, chip);
  const flash = regionsOf(chip, 'flash');
  const sums = new Map<string, { flashBytes: number; ramBytes: number }>();
  const add = (group: string, inFlash: number, inRam: number): void => {
    const sum = sums.get(group) ?? { flashBytes: 0, ramBytes: 0 };
    sums.set(group, { flashBytes: sum.flashBytes + inFlash, ramBytes: sum.ramBytes + inRam });
  };
  // By output section, not by address: debug sections have addresses too, and theirs begin at 0.
  const home = new Map(elf.sections.filter((s) => s.flags & SHF_ALLOC).map((s) => [s.name, s]));
  for (const { output, section: input, address, bytes, object } of readMapFile(mapText)) {
    const group = GROUPS.find(([pattern]) => pattern.test(`${object} ${input}`))?.[1];
    const section = home.get(output);
    if (group === undefined || section === undefined) continue;
    if (!ramSections.includes(section)) add(group, inRegions(flash, address) ? bytes : 0, 0);
    else add(group, section.type === SHT_NOBITS ? 0 : bytes, bytes);
  }
  const total = (key: 'flashBytes' | 'ramBytes'): number => [...sums.values()].reduce((n, sum) => n + sum[key], 0);
  const restFlash = flashBytes(elf, chip) - total('flashBytes');
  const restRam = staticRamBytes(elf, chip) - total('ramBytes');
  if (restFlash !== 0 || restRam !== 0) add('alignment and linker', restFlash, restRam);
  return [...sums]
    .map(([group, sum]) => ({ group, ...sum }))
    .sort((a, b) => b.flashBytes - a.flashBytes || (a.group < b.group ? -1 : 1));
}

/** Sizes of a linked firmware. A chip without memory regions (a process) has none. */
export function sizeReport(
  elf: ElfFile,
  chip: Chip,
  mapText: string,
  stack: { readonly bytes: number; readonly bounds: readonly StackBound[] } | null,
): ImageSizes {
  const compiled = (bytes: number): { bytes: number; source: 'compiled' } => ({ bytes, source: 'compiled' });
  const stackPart = { stack: stack === null ? null : compiled(stack.bytes), stackBounds: stack?.bounds ?? [] };
  if (memoryBytes(chip, 'flash') === 0) return { flash: null, ram: null, ...stackPart, breakdown: [], largest: [] };
  return {
    flash: compiled(flashBytes(elf, chip)),
    ram: compiled(staticRamBytes(elf, chip)),
    ...stackPart,
    breakdown: breakdown(elf, chip, mapText),
    largest: largestSymbols(elf, chip),
  };
}
