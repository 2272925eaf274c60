import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Board } from '../boards/descriptor.js';
import type { CSources } from '../ir/c-sources.js';
import { sha256Hex } from '../util/digest.js';
import type { CompileUnit } from './compile.js';

/** -ffp-contract=off: every product and every sum is rounded on its own (docs/numerics.md). */
const LANGUAGE_FLAGS = ['-Wall', '-Wextra', '-Wconversion', '-Werror', '-ffp-contract=off'];
const SECTION_FLAGS = ['-ffunction-sections', '-fdata-sections'];

export interface FirmwareLayout {
  /** Folder that holds the exported C files. */
  readonly modelDir: string;
  /** The firmware/ folder of the package. */
  readonly firmwareDir: string;
}

/** Folders of the firmware that go into every image, the board's HAL family last. */
function firmwareFolders({ chip }: Board): string[] {
  // Where a linker script of ours places everything there is no C library.
  const freestanding = chip.linkerScript === null ? [] : ['hal/freestanding'];
  return ['app', 'protocol', 'core', ...freestanding, `hal/${chip.halFamily}`];
}

function sourcesIn(firmwareDir: string, folder: string): string[] {
  const dir = join(firmwareDir, folder);
  if (!existsSync(dir)) return [];
  return readdirSync(dir)
    .filter((name) => /\.[cS]$/.test(name))
    .sort()
    .map((name) => `${folder}/${name}`);
}

/** Everything to compile for one board, with its flags: the model, then the firmware around it. */
export function firmwareUnits(sources: CSources, board: Board, layout: FirmwareLayout, version: string): CompileUnit[] {
  const { modelDir, firmwareDir } = layout;
  const freestanding = board.chip.linkerScript === null ? [] : [join(firmwareDir, 'hal/freestanding/include')];
  const includes = [modelDir, join(modelDir, 'grapes'), firmwareDir]
    .concat(['core', 'protocol', 'hal'].map((folder) => join(firmwareDir, folder)))
    .concat(freestanding)
    .map((dir) => `-I${dir}`);
  const defines = [`-DGRAPES_BOARD_ID="${board.id}"`, `-DGRAPES_FIRMWARE_VERSION="${version}"`];
  if (board.clockHz !== null) defines.push(`-DGRAPES_CLOCK_HZ=${board.clockHz}`);
  const halDefines = Object.entries(board.chip.halDefines).map(([name, value]) => `-D${name}=${value}`);
  const flags = (standard: string): string[] => [
    ...board.chip.compiler.flags,
    `-std=${standard}`,
    ...LANGUAGE_FLAGS,
    ...SECTION_FLAGS,
    ...defines,
    ...includes,
  ];
  const model = sources.sources.map((path) => ({
    name: `model/${path}`,
    path: join(modelDir, path),
    flags: flags('c99'),
  }));
  const firmware = firmwareFolders(board).flatMap((folder) =>
    sourcesIn(firmwareDir, folder).map((path) => ({
      name: `firmware/${path}`,
      path: join(firmwareDir, path),
      // A HAL speaks to its machine in the compiler's dialect: attributes, inline assembly.
      flags: folder.startsWith('hal/') ? [...flags('gnu99'), ...halDefines] : flags('c99'),
    })),
  );
  return [...model, ...firmware];
}

/** SHA-256 over the firmware sources that an image for this board may use: part of its provenance. */
export function firmwareDigest(firmwareDir: string, board: Board): string {
  const parts: string[] = [];
  for (const folder of [...firmwareFolders(board), 'hal']) {
    const dir = join(firmwareDir, folder);
    const names = existsSync(dir) ? readdirSync(dir).filter((name) => /\.(c|h|S|ld)$/.test(name)) : [];
    for (const name of names.sort()) parts.push(`${folder}/${name}`, readFileSync(join(dir, name), 'utf8'));
  }
  return sha256Hex(JSON.stringify(parts));
}
