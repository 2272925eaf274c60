import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ToolError } from '../errors/tool-error.js';
import { packageRoot } from '../util/package-root.js';
import { memoryBytes, type Board, type Chip, type FlashPart } from './descriptor.js';

interface Check {
  readonly name: string;
  /** Null when all is well, else what is wrong, with the numbers. */
  readonly run: (board: Board) => string | null;
}

const hex = (n: number): string => `0x${n.toString(16).padStart(8, '0')}`;

interface Span {
  readonly name: string;
  readonly from: number;
  readonly bytes: number;
}

function firstOverlap(spans: readonly Span[]): string | null {
  const sorted = [...spans].sort((a, b) => a.from - b.from);
  for (let i = 1; i < sorted.length; i++) {
    const [low, high] = [sorted[i - 1], sorted[i]];
    if (low.from + low.bytes > high.from) {
      return `"${low.name}" ends at ${hex(low.from + low.bytes)}, after "${high.name}" begins at ${hex(high.from)}`;
    }
  }
  return null;
}

function firstDuplicate(names: readonly string[]): string | null {
  return names.find((name, i) => names.indexOf(name) !== i) ?? null;
}

function partProblem(chip: Chip, part: FlashPart): string | null {
  const region = chip.memory.find((r) => r.name === part.region);
  if (region === undefined) return `"${part.use}" lies in region "${part.region}", which the chip does not have`;
  if (part.offset + part.bytes > region.bytes) {
    return `"${part.use}" ends ${part.offset + part.bytes} bytes into "${region.name}", which has ${region.bytes}`;
  }
  const unit = region.eraseBytes ?? 1;
  if (part.offset % unit !== 0 || part.bytes % unit !== 0) {
    return `"${part.use}" (offset ${part.offset}, ${part.bytes} bytes) is not made of whole erase units of ${unit} bytes`;
  }
  return null;
}

/** Checks on meaning, after the schema. Each has a name that docs/boards.md explains. */
export const BOARD_CHECKS: readonly Check[] = [
  {
    name: 'region-names-unique',
    run: ({ chip }) => {
      const twice = firstDuplicate(chip.memory.map((region) => region.name));
      return twice === null ? null : `two regions are called "${twice}"`;
    },
  },
  {
    name: 'regions-do-not-overlap',
    run: ({ chip }) => firstOverlap(chip.memory.map(({ name, address, bytes }) => ({ name, from: address, bytes }))),
  },
  {
    name: 'regions-in-address-space',
    run: ({ chip }) => {
      const past = chip.memory.find((region) => region.address + region.bytes > 2 ** 32);
      return past === undefined ? null : `"${past.name}" ends past the 32-bit address space`;
    },
  },
  {
    name: 'erase-aligned',
    run: ({ chip }) => {
      const odd = chip.memory.find(
        (r) => r.eraseBytes !== null && (r.address % r.eraseBytes || r.bytes % r.eraseBytes),
      );
      if (odd === undefined) return null;
      return `"${odd.name}" (${hex(odd.address)}, ${odd.bytes} bytes) is not made of whole erase units of ${String(odd.eraseBytes)} bytes`;
    },
  },
  {
    name: 'layout-fits',
    run: ({ chip }) => {
      const layout = chip.flashLayout ?? [];
      const twice = firstDuplicate(layout.map((part) => part.use));
      if (twice !== null) return `"${twice}" appears twice in flashLayout`;
      for (const part of layout) {
        const problem = partProblem(chip, part);
        if (problem !== null) return problem;
      }
      const base = (name: string): number => chip.memory.find((r) => r.name === name)!.address;
      return firstOverlap(layout.map((p) => ({ name: p.use, from: base(p.region) + p.offset, bytes: p.bytes })));
    },
  },
  {
    name: 'linked-chip-has-memory',
    run: ({ chip }) => {
      if (chip.linkerScript === null) return null;
      if (memoryBytes(chip, 'flash') === 0) return 'it has a linker script but no region of kind "flash"';
      if (memoryBytes(chip, 'ram') === 0) return 'it has a linker script but no region of kind "ram"';
      return chip.stackReserveBytes === null ? 'it has a linker script but no "stackReserveBytes"' : null;
    },
  },
  {
    name: 'stack-fits-ram',
    run: ({ chip }) => {
      const ram = memoryBytes(chip, 'ram');
      const stack = chip.stackReserveBytes ?? 0;
      return ram === 0 || stack < ram ? null : `a stack of ${stack} bytes does not fit ${ram} bytes of RAM`;
    },
  },
  {
    name: 'kernels-match-isa',
    run: ({ chip: { kernels, isa, core } }) => {
      if (kernels === 'dsp' && !isa.dsp) return 'kernels "dsp" need isa.dsp';
      if (kernels === 'mve' && isa.mve !== true) return 'kernels "mve" need isa.mve';
      const family = kernels.startsWith('armv') ? 'cortex-' : kernels === 'rv32' ? 'rv32' : '';
      return core.startsWith(family) ? null : `kernels "${kernels}" are not for core "${core}"`;
    },
  },
  {
    name: 'hal-family-exists',
    run: ({ chip }) => {
      const hal = join(packageRoot(), 'firmware', 'hal', chip.halFamily);
      if (!existsSync(hal)) return `there is no folder firmware/hal/${chip.halFamily}`;
      if (chip.linkerScript === null || existsSync(join(hal, chip.linkerScript))) return null;
      return `there is no linker script firmware/hal/${chip.halFamily}/${chip.linkerScript}`;
    },
  },
  {
    name: 'flash-method-has-means',
    run: ({ flashMethods, emulator }) =>
      flashMethods.includes('emulator') && emulator === null ? 'flash method "emulator" needs "emulator"' : null,
  },
  {
    name: 'emulator-takes-firmware',
    run: ({ emulator }) =>
      emulator === null || [emulator.command, ...emulator.args].some((text) => text.includes('{elf}'))
        ? null
        : 'neither its command nor its arguments have the {elf} placeholder',
  },
  {
    name: 'port-pattern-captures',
    run: ({ emulator }) => {
      if (emulator === null) return null;
      try {
        const groups = new RegExp(`${emulator.portPattern}|`).exec('')!.length - 1;
        return groups === 1 ? null : `portPattern has ${groups} groups; the one group must be the port's path`;
      } catch (error) {
        return `portPattern is not a regular expression: ${(error as Error).message}`;
      }
    },
  },
];

/** @throws ToolError BOARD_CHECK_FAILED, naming the check, for the first that fails. */
export function checkBoard(board: Board, file: string): void {
  for (const check of BOARD_CHECKS) {
    const problem = check.run(board);
    if (problem === null) continue;
    throw new ToolError('BOARD_CHECK_FAILED', `${file}: ${check.name}: ${problem}.`, {
      context: { file, board: board.id, chip: board.chip.id, check: check.name },
    });
  }
}
