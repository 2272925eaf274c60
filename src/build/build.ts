import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Board } from '../boards/descriptor.js';
import type { CSources } from '../ir/c-sources.js';
import type { FirmwareImage } from '../ir/firmware-image.js';
import type { BudgetOptions } from '../ir/options.js';
import { diskError, writeFileAtomic } from '../util/atomic-write.js';
import { canonicalJson, sha256Hex } from '../util/digest.js';
import { packageRoot, toolVersion } from '../util/package-root.js';
import { silentProgress, type Progress } from '../util/progress.js';
import { checkBudget } from './budget.js';
import { compileObjects, type CompiledObject } from './compile.js';
import { firmwareDigest, firmwareUnits } from './firmware-units.js';
import { readElf } from './formats/elf.js';
import { link, type LinkResult } from './link.js';
import { sizeReport } from './size-report.js';
import { addCallGraphInfo, type CallGraph } from './stack/call-graph.js';
import { boundFirmware, type FirmwareStack } from './stack/firmware-stack.js';
import { addObjectCalls } from './stack/object-calls.js';
import { findToolchain, type Toolchain } from './toolchain.js';
import { makeWorkDir } from './work-dir.js';

export interface BuildOptions {
  /** Where objects are kept between builds. Default: `defaultBuildCache()`. */
  readonly cacheDir?: string;
  /** The firmware/ folder; default: the package's own. */
  readonly firmwareDir?: string;
  readonly progress?: Progress;
  readonly signal?: AbortSignal | undefined;
}

const NO_BUDGET: BudgetOptions = { flashBytes: null, ramBytes: null, stackBytes: null };

export function defaultBuildCache(): string {
  const base = process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache');
  return join(base, 'grapes-mcu', 'build');
}

/**
 * Compiles the exported model with the firmware around it and links it for one board. Writes firmware.elf and
 * firmware.map to `outDir`. The same inputs and compiler give the same bytes, whatever the folders are called.
 * @throws ToolError TOOLCHAIN_MISSING, COMPILE_FAILED, LINK_FAILED, DOES_NOT_FIT, STACK_*, INTERRUPTED
 */
export async function buildFirmware(
  sources: CSources,
  board: Board,
  outDir: string,
  options: BuildOptions = {},
): Promise<FirmwareImage> {
  const { image, linked } = await compileAndLink(sources, board, options);
  writeFileAtomic(join(outDir, 'firmware.map'), linked.map);
  writeFileAtomic(join(outDir, image.elfFile), linked.elf);
  // On a board that is a process the image is the program to run.
  chmodSync(join(outDir, image.elfFile), 0o755);
  return image;
}

/** Sizes of the firmware without keeping it: what `plan` shows beside its own numbers. Objects stay in the cache. */
export async function compileForPlan(
  sources: CSources,
  board: Board,
  options: BuildOptions = {},
): Promise<FirmwareImage['sizes']> {
  return (await compileAndLink(sources, board, options)).image.sizes;
}

async function compileAndLink(
  sources: CSources,
  board: Board,
  options: BuildOptions,
): Promise<{ image: FirmwareImage; linked: LinkResult }> {
  const { signal, progress = silentProgress } = options;
  const cacheDir = options.cacheDir ?? defaultBuildCache();
  const firmwareDir = options.firmwareDir ?? join(packageRoot(), 'firmware');
  // What the plan knows exactly needs no compiler, and it can name tensors where the linker knows only symbols.
  checkBudget(sources.plan, null, NO_BUDGET, board);
  const toolchain = await findToolchain(board.chip.compiler, signal);
  const workDir = makeWorkDir(cacheDir);
  try {
    const modelDir = join(workDir, 'model-sources');
    writeSources(sources, modelDir);
    const units = firmwareUnits(sources, board, { modelDir, firmwareDir }, toolVersion());
    progress.update('compile', 0, units.length);
    const objects = await compileObjects(units, toolchain, {
      cacheDir,
      prefixes: [
        [modelDir, 'model'],
        [firmwareDir, 'firmware'],
      ],
      callGraph: isBareMetal(board),
      signal,
    });
    progress.update('compile', units.length, units.length);
    const halDir = join(firmwareDir, 'hal', board.chip.halFamily);
    const linked = await link(board, objects, toolchain, { workDir, halDir, signal });
    const image = describeImage(sources, board, toolchain, linked, objects, firmwareDir);
    return { image, linked };
  } finally {
    rmSync(workDir, { recursive: true, force: true });
  }
}

function describeImage(
  sources: CSources,
  board: Board,
  toolchain: Toolchain,
  linked: LinkResult,
  objects: readonly CompiledObject[],
  firmwareDir: string,
): FirmwareImage {
  const elf = readElf(linked.elf, 'firmware.elf');
  const stack = isBareMetal(board) ? stackOf(sources, board, elf, objects) : null;
  return {
    schemaVersion: 1,
    boardId: board.id,
    elfFile: 'firmware.elf',
    elfDigest: sha256Hex(linked.elf),
    modelDigest: sources.modelDigest,
    compiler: { ...toolchain, flags: board.chip.compiler.flags },
    sizes: sizeReport(elf, board.chip, linked.map, stack),
    provenance: {
      toolVersion: toolVersion(),
      seed: null,
      inputs: {
        sources: sha256Hex(canonicalJson(sources.files)),
        firmware: firmwareDigest(firmwareDir, board),
        board: sha256Hex(canonicalJson(board)),
      },
    },
  };
}

/** Where an operating system gives the stack there is nothing to bound. */
function isBareMetal(board: Board): boolean {
  return board.chip.stackReserveBytes !== null;
}

function stackOf(
  sources: CSources,
  board: Board,
  elf: ReturnType<typeof readElf>,
  objects: readonly CompiledObject[],
): FirmwareStack {
  const graph: CallGraph = new Map();
  for (const { name, callGraphPath } of objects) {
    if (callGraphPath !== null) addCallGraphInfo(graph, name, readFileSync(callGraphPath, 'utf8'));
  }
  for (const { name, objectPath } of objects) addObjectCalls(graph, readFileSync(objectPath), name);
  const entries = ['infer', 'predict', 'learn_step'].map((verb) => `${sources.name}_${verb}`);
  return boundFirmware(graph, elf, board.chip, entries, 'firmware.elf');
}

function writeSources(sources: CSources, dir: string): void {
  for (const { path, text } of sources.files) {
    const target = join(dir, path);
    try {
      mkdirSync(dirname(target), { recursive: true });
      writeFileSync(target, text);
    } catch (cause) {
      throw diskError(target, cause);
    }
  }
}
