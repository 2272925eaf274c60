import { copyFileSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Board } from '../boards/descriptor.js';
import { ToolError } from '../errors/tool-error.js';
import { diskError } from '../util/atomic-write.js';
import type { CompiledObject } from './compile.js';
import { readElf, STT_FUNC, STT_OBJECT } from './formats/elf.js';
import { runTool } from './run-tool.js';
import { hintFor, regionOverflows } from './toolchain-hints.js';
import type { Toolchain } from './toolchain.js';

export interface LinkResult {
  readonly elf: Uint8Array;
  readonly map: string;
}

/** The chip's memory, told to the linker script as symbols: GRAPES_FLASH_ORIGIN, GRAPES_FLASH_BYTES, … */
export function memorySymbols(board: Board): string[] {
  const { memory, stackReserveBytes } = board.chip;
  const hex = (n: number): string => `0x${n.toString(16)}`;
  const regions = memory.flatMap(({ name, address, bytes }) => [
    `-Wl,--defsym=GRAPES_${name.toUpperCase()}_ORIGIN=${hex(address)}`,
    `-Wl,--defsym=GRAPES_${name.toUpperCase()}_BYTES=${hex(bytes)}`,
  ]);
  return stackReserveBytes === null
    ? regions
    : [...regions, `-Wl,--defsym=GRAPES_STACK_BYTES=${hex(stackReserveBytes)}`];
}

/** Arguments after the compiler's name; object names are relative to the link folder. */
export function linkArguments(board: Board, objects: readonly CompiledObject[], halDir: string): string[] {
  const { compiler, linkerScript } = board.chip;
  const script =
    linkerScript === null ? [] : [`-L${halDir}`, '-T', join(halDir, linkerScript), ...memorySymbols(board)];
  return [
    ...compiler.flags,
    ...compiler.linkFlags,
    ...script,
    '-Wl,--gc-sections',
    '-Wl,-Map=firmware.map',
    ...objects.map((object) => objectName(object)),
    ...compiler.libraries,
    '-o',
    'firmware.elf',
  ];
}

const objectName = (object: CompiledObject): string => object.name.replace(/\.\w+$/, '.o');

/**
 * Links in `workDir` under the objects' own names, so that map file and image do not depend on where the cache is.
 * @throws ToolError DOES_NOT_FIT when a region overflows, LINK_FAILED otherwise
 */
export async function link(
  board: Board,
  objects: readonly CompiledObject[],
  toolchain: Toolchain,
  options: { readonly workDir: string; readonly halDir: string; readonly signal?: AbortSignal | undefined },
): Promise<LinkResult> {
  for (const object of objects) {
    const to = join(options.workDir, objectName(object));
    try {
      mkdirSync(dirname(to), { recursive: true });
      copyFileSync(object.objectPath, to);
    } catch (cause) {
      throw diskError(to, cause);
    }
  }
  const args = linkArguments(board, objects, options.halDir);
  const result = await runTool(toolchain.command, args, { cwd: options.workDir, signal: options.signal });
  if (result.exitCode !== 0) throw linkFailed(board, objects, result.stderr);
  const read = (name: string): Uint8Array => readFileSync(join(options.workDir, name));
  return { elf: read('firmware.elf'), map: new TextDecoder().decode(read('firmware.map')) };
}

function linkFailed(board: Board, objects: readonly CompiledObject[], output: string): ToolError {
  const overflow = regionOverflows(output)[0];
  if (overflow !== undefined) {
    const largest = largestInObjects(objects);
    const region = board.chip.memory.find((r) => r.name === overflow.region.toLowerCase());
    const of = region === undefined ? '' : ` of ${region.bytes} bytes`;
    const message = `The firmware does not fit ${board.id}: ${overflow.region}${of} is ${overflow.bytes} bytes too small. Largest symbols: ${largest.join(', ')}.`;
    return new ToolError('DOES_NOT_FIT', message, {
      context: { board: board.id, memory: region?.kind ?? overflow.region, overflowBytes: overflow.bytes, largest },
    });
  }
  const hint = hintFor(output);
  const lines = output.trim().split('\n').slice(0, 6).join('\n');
  return new ToolError('LINK_FAILED', `The firmware for ${board.id} does not link:\n${lines}`, {
    ...(hint === null ? {} : { hint }),
    context: { board: board.id, output: output.slice(0, 4000) },
  });
}

/** There is no image to look into when the link fails: the objects know their symbols' sizes. */
function largestInObjects(objects: readonly CompiledObject[]): string[] {
  return objects
    .flatMap((object) => readElf(readFileSync(object.objectPath), object.name).symbols)
    .filter((symbol) => symbol.section !== 0 && (symbol.type === STT_OBJECT || symbol.type === STT_FUNC))
    .sort((a, b) => b.size - a.size)
    .slice(0, 5)
    .map((symbol) => `${symbol.name} ${symbol.size} B`);
}
