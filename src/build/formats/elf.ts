import { ToolError } from '../../errors/tool-error.js';

/** Numbers of the ELF specification (System V ABI, chapters 4 and 5) that are used here. */
export const SHF_ALLOC = 2;
export const SHT_NOBITS = 8;
export const PT_LOAD = 1;
export const STT_OBJECT = 1;
export const STT_FUNC = 2;
const SHT_SYMTAB = 2;
const SHT_RELA = 4;
const SHT_REL = 9;

export interface ElfSection {
  readonly index: number;
  readonly name: string;
  readonly type: number;
  readonly flags: number;
  readonly address: number;
  readonly offset: number;
  readonly size: number;
  readonly link: number;
  readonly info: number;
  readonly entrySize: number;
}

export interface ElfSegment {
  readonly type: number;
  readonly offset: number;
  readonly virtualAddress: number;
  readonly physicalAddress: number;
  readonly fileBytes: number;
  readonly memoryBytes: number;
}

export interface ElfSymbol {
  readonly name: string;
  readonly value: number;
  readonly size: number;
  readonly type: number;
  /** Index of the section it is defined in; 0 when it is not defined here. */
  readonly section: number;
}

export interface ElfRelocation {
  /** From the start of the section that it patches. */
  readonly offset: number;
  readonly type: number;
  readonly symbol: ElfSymbol;
}

/** A parsed ELF file, 32 or 64 bit, little-endian: linked or relocatable. */
export interface ElfFile {
  readonly bits: 32 | 64;
  readonly machine: number;
  readonly entry: number;
  readonly sections: readonly ElfSection[];
  readonly segments: readonly ElfSegment[];
  readonly symbols: readonly ElfSymbol[];
  readonly data: Uint8Array;
}

/** Bounds-checked reads; everything outside the file is ELF_INVALID, whatever the header claims. */
class Reader {
  private readonly view: DataView;

  constructor(
    readonly data: Uint8Array,
    readonly name: string,
  ) {
    this.view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  }

  fail(why: string): never {
    throw new ToolError('ELF_INVALID', `${this.name} is not a usable ELF file: ${why}.`, {
      context: { file: this.name, bytes: this.data.length },
    });
  }

  private check(at: number, bytes: number): void {
    if (!Number.isSafeInteger(at) || at < 0 || at + bytes > this.data.length) {
      this.fail(`it ends at byte ${this.data.length}, but refers to ${bytes} bytes at ${at}`);
    }
  }

  u8(at: number): number {
    this.check(at, 1);
    return this.view.getUint8(at);
  }
  u16(at: number): number {
    this.check(at, 2);
    return this.view.getUint16(at, true);
  }
  u32(at: number): number {
    this.check(at, 4);
    return this.view.getUint32(at, true);
  }
  u64(at: number): number {
    this.check(at, 8);
    return Number(this.view.getBigUint64(at, true));
  }
  slice(at: number, bytes: number): Uint8Array {
    this.check(at, bytes);
    return this.data.subarray(at, at + bytes);
  }

  /** NUL-terminated text inside the table [at, at + bytes). */
  text(table: ElfSection | undefined, at: number): string {
    if (table === undefined || at >= table.size) return '';
    const bytes = this.slice(table.offset, table.size).subarray(at);
    const end = bytes.indexOf(0);
    return new TextDecoder().decode(bytes.subarray(0, end < 0 ? bytes.length : end));
  }
}

/**
 * Reads an ELF file's tables.
 * @param name What to call the file in errors.
 * @throws ToolError ELF_INVALID for anything that is not a whole little-endian ELF file
 */
export function readElf(data: Uint8Array, name: string): ElfFile {
  const r = new Reader(data, name);
  if (data.length < 52 || r.u32(0) !== 0x464c457f) r.fail('the magic number is missing');
  const elfClass = r.u8(4);
  if (elfClass !== 1 && elfClass !== 2) r.fail(`its class is ${elfClass}, neither 32 nor 64 bit`);
  if (r.u8(5) !== 1) r.fail('it is not little-endian');
  const bits = elfClass === 1 ? 32 : 64;
  const wide = bits === 64;
  const word = (at: number): number => (wide ? r.u64(at) : r.u32(at));
  const header = wide
    ? { entry: 24, segments: 32, sections: 40, counts: 54 }
    : { entry: 24, segments: 28, sections: 32, counts: 42 };
  const [segmentSize, segmentCount, sectionSize, sectionCount, namesIndex] = [0, 2, 4, 6, 8].map((o) =>
    r.u16(header.counts + o),
  );
  if (segmentCount > 0 && segmentSize !== (wide ? 56 : 32)) r.fail(`program headers have ${segmentSize} bytes`);
  if (sectionCount > 0 && sectionSize !== (wide ? 64 : 40)) r.fail(`section headers have ${sectionSize} bytes`);
  const segmentTable = word(header.segments);
  const segments = Array.from({ length: segmentCount }, (_, i) => readSegment(r, segmentTable + i * segmentSize, wide));
  const sectionTable = word(header.sections);
  const bare = Array.from({ length: sectionCount }, (_, i) => readSection(r, sectionTable + i * sectionSize, i, wide));
  const sections = bare.map((section, i) => ({
    ...section,
    name: r.text(bare[namesIndex], r.u32(sectionTable + i * sectionSize)),
  }));
  const symbols = sections.filter((s) => s.type === SHT_SYMTAB).flatMap((s) => readSymbols(r, s, sections, wide));
  return { bits, machine: r.u16(18), entry: word(header.entry), sections, segments, symbols, data };
}

function readSegment(r: Reader, at: number, wide: boolean): ElfSegment {
  const [offset, virtualAddress, physicalAddress, fileBytes, memoryBytes] = wide
    ? [8, 16, 24, 32, 40].map((o) => r.u64(at + o))
    : [4, 8, 12, 16, 20].map((o) => r.u32(at + o));
  return { type: r.u32(at), offset, virtualAddress, physicalAddress, fileBytes, memoryBytes };
}

function readSection(r: Reader, at: number, index: number, wide: boolean): ElfSection {
  const word = (narrowOffset: number, wideOffset: number): number =>
    wide ? r.u64(at + wideOffset) : r.u32(at + narrowOffset);
  return {
    index,
    name: '',
    type: r.u32(at + 4),
    flags: word(8, 8),
    address: word(12, 16),
    offset: word(16, 24),
    size: word(20, 32),
    link: r.u32(at + (wide ? 40 : 24)),
    info: r.u32(at + (wide ? 44 : 28)),
    entrySize: word(36, 56),
  };
}

function readSymbols(r: Reader, table: ElfSection, sections: readonly ElfSection[], wide: boolean): ElfSymbol[] {
  const entry = wide ? 24 : 16;
  if (table.entrySize !== entry) r.fail(`symbols have ${table.entrySize} bytes, not ${entry}`);
  r.slice(table.offset, table.size);
  const names = sections[table.link];
  return Array.from({ length: Math.floor(table.size / entry) }, (_, i) => {
    const at = table.offset + i * entry;
    return {
      name: r.text(names, r.u32(at)),
      value: wide ? r.u64(at + 8) : r.u32(at + 4),
      size: wide ? r.u64(at + 16) : r.u32(at + 8),
      type: r.u8(at + (wide ? 4 : 12)) & 15,
      section: r.u16(at + (wide ? 6 : 14)),
    };
  });
}

/** Bytes of a section; empty for sections that take no room in the file. */
export function sectionBytes(elf: ElfFile, section: ElfSection, name: string): Uint8Array {
  if (section.type === SHT_NOBITS) return new Uint8Array(0);
  return new Reader(elf.data, name).slice(section.offset, section.size);
}

/** Relocations that patch `section` of an ELF32 file: without addends as Arm writes them, with them as RISC-V does. */
export function relocationsOf(elf: ElfFile, section: ElfSection, name: string): ElfRelocation[] {
  const r = new Reader(elf.data, name);
  const tables = elf.sections.filter((s) => (s.type === SHT_REL || s.type === SHT_RELA) && s.info === section.index);
  return tables.flatMap((table) => {
    const bytes = table.type === SHT_REL ? 8 : 12;
    return Array.from({ length: Math.floor(table.size / bytes) }, (_, i) => {
      const info = r.u32(table.offset + i * bytes + 4);
      const symbol = elf.symbols[info >>> 8];
      if (symbol === undefined) r.fail(`a relocation refers to symbol ${info >>> 8} of ${elf.symbols.length}`);
      return { offset: r.u32(table.offset + i * bytes), type: info & 255, symbol };
    });
  });
}
