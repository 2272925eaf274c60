import { copyFileSync, existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { ToolError } from '../errors/tool-error.js';
import { diskError } from '../util/atomic-write.js';
import { sha256Hex } from '../util/digest.js';
import { mapParallel } from './parallel.js';
import { runTool } from './run-tool.js';
import { hintFor } from './toolchain-hints.js';
import type { Toolchain } from './toolchain.js';

export interface CompileUnit {
  /** What to call it in maps and messages, with forward slashes: `model/digits.c`. */
  readonly name: string;
  readonly path: string;
  readonly flags: readonly string[];
}

export interface CompiledObject {
  readonly name: string;
  readonly objectPath: string;
  /** gcc's call graph with frame sizes (.ci); null where it was not asked for. */
  readonly callGraphPath: string | null;
}

export interface CompileOptions {
  readonly cacheDir: string;
  /** Folders that must not show in the objects, and what stands for them: the same sources give the same bytes anywhere. */
  readonly prefixes: readonly (readonly [folder: string, name: string])[];
  /** Ask for the call graph (gcc only). */
  readonly callGraph: boolean;
  readonly signal?: AbortSignal | undefined;
}

let temporaryCount = 0;

/**
 * Compiles every unit, several at a time. An object is kept in the cache under the digest of its preprocessed text,
 * flags and compiler version, so that an unchanged file is not compiled again.
 * @throws ToolError COMPILE_FAILED with the compiler's first complaint
 */
export function compileObjects(
  units: readonly CompileUnit[],
  toolchain: Toolchain,
  options: CompileOptions,
): Promise<CompiledObject[]> {
  return mapParallel(units, availableParallelism(), (unit) => compileOne(unit, toolchain, options));
}

async function compileOne(unit: CompileUnit, toolchain: Toolchain, options: CompileOptions): Promise<CompiledObject> {
  const maps = options.prefixes.map(([from, to]) => `-ffile-prefix-map=${from}=${to}`);
  const flags = [...unit.flags, ...(options.callGraph ? ['-fcallgraph-info=su'] : [])];
  const key = sha256Hex(
    JSON.stringify([unit.name, neutral(flags, options), toolchain.command, toolchain.version]),
    await preprocess(unit, flags, toolchain, options),
  );
  const base = join(options.cacheDir, 'objects', key.slice(0, 2), key);
  const object: CompiledObject = {
    name: unit.name,
    objectPath: `${base}.o`,
    callGraphPath: options.callGraph ? `${base}.ci` : null,
  };
  if (existsSync(object.objectPath) && (object.callGraphPath === null || existsSync(object.callGraphPath)))
    return object;

  const temporary = `${base}.${process.pid}-${temporaryCount++}`;
  try {
    makeDir(dirname(base));
    const args = [...flags, ...maps, '-c', unit.path, '-o', `${temporary}.o`];
    const result = await runTool(toolchain.command, args, { signal: options.signal });
    if (result.exitCode !== 0) throw compileFailed(unit, result.stderr, options);
    // The object goes last: it is what the next build looks for.
    if (object.callGraphPath !== null) keepCallGraph(`${temporary}.ci`, object.callGraphPath);
    renameSync(`${temporary}.o`, object.objectPath);
  } finally {
    for (const extension of ['o', 'ci']) rmSync(`${temporary}.${extension}`, { force: true });
  }
  return object;
}

/** Assembly files have no call graph: an empty one stands for it. */
function keepCallGraph(from: string, to: string): void {
  if (existsSync(from)) renameSync(from, to);
  else copyFileSync('/dev/null', to);
}

async function preprocess(
  unit: CompileUnit,
  flags: readonly string[],
  toolchain: Toolchain,
  options: CompileOptions,
): Promise<string> {
  const result = await runTool(toolchain.command, [...flags, '-E', unit.path], { signal: options.signal });
  if (result.exitCode !== 0) throw compileFailed(unit, result.stderr, options);
  return withoutPrefixes(result.stdout, options);
}

function withoutPrefixes(text: string, options: CompileOptions): string {
  return options.prefixes.reduce((t, [from, to]) => t.replaceAll(from, to), text);
}

function neutral(flags: readonly string[], options: CompileOptions): string[] {
  return flags.map((flag) => withoutPrefixes(flag, options));
}

function compileFailed(unit: CompileUnit, stderr: string, options: CompileOptions): ToolError {
  const output = withoutPrefixes(stderr, options).trim();
  const lines = output.split('\n');
  const first = lines.findIndex((line) => /error/i.test(line));
  const shown = lines.slice(Math.max(first, 0), Math.max(first, 0) + 6).join('\n');
  const hint = hintFor(output);
  return new ToolError('COMPILE_FAILED', `${unit.name} does not compile:\n${shown}`, {
    ...(hint === null ? {} : { hint }),
    context: { file: unit.name, output: output.slice(0, 4000) },
  });
}

function makeDir(dir: string): void {
  try {
    mkdirSync(dir, { recursive: true });
  } catch (cause) {
    throw diskError(dir, cause);
  }
}
