import type { Chip } from '../../boards/descriptor.js';
import { ToolError } from '../../errors/tool-error.js';
import type { StackBound } from '../../ir/firmware-image.js';
import type { ElfFile } from '../formats/elf.js';
import type { CallGraph } from './call-graph.js';
import { KNOWN_FRAMES } from './known-frames.js';
import { StackBounds } from './stack-bound.js';
import { readVectorTable } from './vectors.js';

export interface FirmwareStack {
  /** Main path, exception frame and deepest interrupt handler together. */
  readonly bytes: number;
  /** `main` (from reset on, interrupt included), the model's own entries, then each interrupt handler. */
  readonly bounds: readonly StackBound[];
}

/**
 * What the processor itself pushes on an exception. RISC-V: nothing, the handler saves what it needs. Cortex-M (DDI 0403E, B1.5.6 and B1.5.7): 8 words, and with an FPU room for
 * s0-s15, FPSCR and a reserved word (26 words in all, reserved at once even when stacking is lazy); plus up to 4 bytes
 * that align sp to 8.
 */
export function exceptionFrameBytes(chip: Chip): number {
  if (chip.core === 'rv32') return 0;
  return (chip.isa.fpu === 'none' ? 32 : 104) + 4;
}

/**
 * Stack bound of a linked firmware. All interrupts share one priority (the HAL leaves the reset value), so
 * that one handler at most is on the stack above the main path.
 * @param modelEntries Symbols of the model to report on their own; those that are not in the graph are left out
 */
export function boundFirmware(
  graph: CallGraph,
  elf: ElfFile,
  chip: Chip,
  modelEntries: readonly string[],
  file: string,
): FirmwareStack {
  const bounds = new StackBounds(graph, KNOWN_FRAMES[chip.core]);
  const vectors = readVectorTable(elf, chip, file);
  const handler = (name: string): StackBound => bounds.of(keyOfFunction(graph, name));
  const reset = handler(vectors.reset);
  const interrupts = vectors.interrupts.map(handler);
  const deepest = interrupts.reduce<StackBound | null>((a, b) => (a === null || b.bytes > a.bytes ? b : a), null);
  const frame = { symbol: '(exception frame)', bytes: exceptionFrameBytes(chip) };
  const tail = deepest === null ? [] : [frame, ...deepest.chain];
  const bytes = reset.bytes + tail.reduce((sum, part) => sum + part.bytes, 0);
  const main: StackBound = { entry: 'main', bytes, chain: [...reset.chain, ...tail] };
  const model = modelEntries.filter((name) => graph.get(name)?.frameBytes != null).map((name) => bounds.of(name));
  return { bytes, bounds: [main, ...model, ...interrupts] };
}

/** Handlers may be static: then their key carries the unit's name. */
function keyOfFunction(graph: CallGraph, name: string): string {
  if (graph.has(name)) return name;
  const keys = [...graph.keys()].filter((key) => key.endsWith(`:${name}`));
  if (keys.length > 1) {
    throw new ToolError(
      'STACK_UNKNOWN_FUNCTION',
      `Two static functions are called ${name}; handlers need one name each.`,
      {
        context: { function: name, chain: keys },
      },
    );
  }
  return keys[0] ?? name;
}
