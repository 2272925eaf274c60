import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Board } from '../../src/boards/descriptor.js';
import { defaultBuildCache } from '../../src/build/build.js';
import { compileObjects, type CompiledObject } from '../../src/build/compile.js';
import { firmwareUnits } from '../../src/build/firmware-units.js';
import { readElf, SHF_ALLOC } from '../../src/build/formats/elf.js';
import { link } from '../../src/build/link.js';
import { runTool } from '../../src/build/run-tool.js';
import { addCallGraphInfo, type CallGraph } from '../../src/build/stack/call-graph.js';
import { KNOWN_FRAMES } from '../../src/build/stack/known-frames.js';
import { addObjectCalls } from '../../src/build/stack/object-calls.js';
import { StackBounds } from '../../src/build/stack/stack-bound.js';
import { findToolchain, type Toolchain } from '../../src/build/toolchain.js';
import { makeWorkDir } from '../../src/build/work-dir.js';
import type { CSources } from '../../src/ir/c-sources.js';
import { packageRoot } from '../../src/util/package-root.js';

const SHF_WRITE = 1;

/** An exported model linked with a counting program of ours in place of the firmware's application. */
export interface CountProgram {
  readonly elf: Uint8Array;
  readonly compiler: string;
  /** Bytes of code and constants of `entry` and all it calls, linked alone: library functions included. */
  readonly modelBytes: number;
  /** Bytes of code and constants by object: `model/<file>.c`. */
  readonly objectBytes: Readonly<Record<string, number>>;
  /** Bound on the stack of `entry`, in bytes. */
  readonly stackBound: number;
}

export interface ProgramOptions {
  /** Path of the program's C file. */
  readonly main: string;
  readonly defines: readonly string[];
  /** Function of the model that is measured. */
  readonly entry: string;
}

/** Compiles and links for `board` with its start-up, linker script and flags. */
export async function buildCountProgram(
  sources: CSources,
  board: Board,
  options: ProgramOptions,
): Promise<CountProgram> {
  const firmwareDir = join(packageRoot(), 'firmware');
  const cacheDir = defaultBuildCache();
  const toolchain = await findToolchain(board.chip.compiler);
  const workDir = makeWorkDir(cacheDir);
  try {
    const modelDir = join(workDir, 'model-sources');
    for (const { path, text } of sources.files) {
      mkdirSync(dirname(join(modelDir, path)), { recursive: true });
      writeFileSync(join(modelDir, path), text);
    }
    const units = firmwareUnits(sources, board, { modelDir, firmwareDir }, 'bench');
    const hal = units.filter((unit) => unit.name.startsWith('firmware/hal/'));
    const main = {
      name: 'bench/main.c',
      path: options.main,
      flags: [...(hal[0]?.flags ?? []), `-I${join(packageRoot(), 'bench', 'count')}`, ...options.defines],
    };
    const model = units.filter((unit) => unit.name.startsWith('model/'));
    const objects = await compileObjects([...model, ...hal, main], toolchain, {
      cacheDir,
      prefixes: [
        [modelDir, 'model'],
        [firmwareDir, 'firmware'],
        [dirname(options.main), 'bench'],
      ],
      callGraph: true,
    });
    const halDir = join(firmwareDir, 'hal', board.chip.halFamily);
    const { elf } = await link(board, objects, toolchain, { workDir, halDir });
    return {
      elf,
      compiler: toolchain.version,
      modelBytes: await linkAlone(objects, board, toolchain, workDir, options.entry),
      objectBytes: Object.fromEntries(objects.map((o) => [o.name, readOnlyBytes(o)])),
      stackBound: stackBound(objects, board, options.entry),
    };
  } finally {
    rmSync(workDir, { recursive: true, force: true });
  }
}

/** .text and .rodata of the model when nothing else is linked: what it costs in anybody's firmware. */
async function linkAlone(
  objects: readonly CompiledObject[],
  board: Board,
  toolchain: Toolchain,
  workDir: string,
  entry: string,
): Promise<number> {
  // The HAL's memory functions stand in for the C library's; what is not reached is dropped.
  const paths = objects.filter((o) => /^model\/|\/memory\.c$/.test(o.name)).map((o) => o.objectPath);
  const { flags, libraries } = board.chip.compiler;
  const out = join(workDir, 'alone.elf');
  const args = [...flags, '-nostdlib', '-Wl,--gc-sections', `-Wl,-e,${entry}`, ...paths, ...libraries, '-o', out];
  const result = await runTool(toolchain.command, args);
  if (result.exitCode !== 0) throw new Error(`the model does not link alone:\n${result.stderr}`);
  return readElf(readFileSync(out), 'alone.elf')
    .sections.filter((s) => /^\.(text|rodata|sdata|srodata)/.test(s.name))
    .reduce((n, s) => n + s.size, 0);
}

function readOnlyBytes({ objectPath, name }: CompiledObject): number {
  const kept = readElf(readFileSync(objectPath), name).sections.filter((s) => (s.flags & SHF_ALLOC) !== 0);
  return kept.filter((s) => (s.flags & SHF_WRITE) === 0).reduce((n, s) => n + s.size, 0);
}

function stackBound(objects: readonly CompiledObject[], board: Board, entry: string): number {
  const graph: CallGraph = new Map();
  for (const { name, callGraphPath } of objects) {
    if (callGraphPath !== null) addCallGraphInfo(graph, name, readFileSync(callGraphPath, 'utf8'));
  }
  for (const { name, objectPath } of objects) addObjectCalls(graph, readFileSync(objectPath), name);
  return new StackBounds(graph, KNOWN_FRAMES[board.chip.core]).of(entry).bytes;
}
