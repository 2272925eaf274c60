import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { exportC, type ExportOptions } from '../../src/export/export.js';
import type { CSources } from '../../src/ir/c-sources.js';
import type { QuantizedGraph } from '../../src/ir/graph.js';
import { elementCount, integersOf, limitsOf } from '../../src/ir/tensor.js';
import type { Rng } from '../../src/util/rng.js';

export const FIRMWARE = join(import.meta.dirname, '..', '..', 'firmware');

/** The kernel headers as the exporter takes them. */
export function readLibrary(): Record<string, string> {
  const library: Record<string, string> = {};
  for (const folder of ['core', 'kernels', 'learn']) {
    for (const entry of readdirSync(join(FIRMWARE, folder), { recursive: true, encoding: 'utf8' })) {
      if (entry.endsWith('.h')) library[`${folder}/${entry}`] = readFileSync(join(FIRMWARE, folder, entry), 'utf8');
    }
  }
  return library;
}

export function randomSamples(rng: Rng, graph: QuantizedGraph, count: number): ExportOptions['selfTest'] {
  const { shape, dtype } = graph.tensors[graph.input];
  const { lowest, highest } = limitsOf({ dtype });
  const inputs = Array.from({ length: count }, (_, n) => {
    // every fifth sample at the ends of the range
    const end = (): number => (rng.below(2) === 0 ? lowest : highest);
    const values = integersOf({ dtype }, elementCount(shape));
    for (let i = 0; i < values.length; i++) values[i] = n % 5 === 4 ? end() : rng.below(highest - lowest + 1) + lowest;
    return values;
  });
  return { inputs, labels: inputs.map(() => rng.below(graph.classNames.length)) };
}

export function exportRandom(
  rng: Rng,
  graph: QuantizedGraph,
  options: Pick<ExportOptions, 'learn' | 'kernels' | 'streaming'>,
  samples = 20,
): CSources {
  const selfTest = randomSamples(rng, graph, samples);
  return exportC(graph, { ...options, library: readLibrary(), selfTest, toolVersion: '0.0.0-test' }).output;
}

export function writeSources(dir: string, sources: CSources): void {
  for (const { path, text } of sources.files) {
    mkdirSync(dirname(join(dir, path)), { recursive: true });
    writeFileSync(join(dir, path), text);
  }
}

export const WARNINGS = ['-std=c99', '-pedantic', '-Wall', '-Wextra', '-Wconversion', '-Werror', '-ffp-contract=off'];
export const SANITIZERS = ['-g', '-fsanitize=address,undefined', '-fno-sanitize-recover=all'];

/** Builds the self-test in `dir` and runs it: its output, or the compiler's complaint. */
export function runSelfTest(dir: string, sources: CSources, flags: readonly string[]): string {
  const files = [...sources.sources, `${sources.name}_selftest.c`];
  const built = spawnSync('cc', [...WARNINGS, ...flags, ...files, '-o', 'selftest'], { cwd: dir, encoding: 'utf8' });
  if (built.status !== 0) return built.stderr;
  const ran = spawnSync(join(dir, 'selftest'), { encoding: 'utf8' });
  return ran.stdout + ran.stderr;
}

/** Compiles without linking or running: '' if the compiler has nothing to say. */
export function compileOnly(compiler: string, dir: string, sources: CSources, flags: readonly string[]): string {
  for (const file of sources.sources) {
    const result = spawnSync(compiler, [...WARNINGS, ...flags, '-c', file, '-o', 'out.o'], {
      cwd: dir,
      encoding: 'utf8',
    });
    if (result.status !== 0) return result.stderr;
  }
  return '';
}

const BOARD = join(import.meta.dirname, '..', '..', 'bench', 'instructions');
export const CORTEX_M0 = ['-mcpu=cortex-m0', '-mthumb', '-mfloat-abi=soft'];
export const CORTEX_M3 = ['-mcpu=cortex-m3', '-mthumb'];
export const CORTEX_M4F = ['-mcpu=cortex-m4', '-mthumb', '-mfpu=fpv4-sp-d16', '-mfloat-abi=hard'];

export const CORTEX_M55 = ['-mcpu=cortex-m55', '-mthumb', '-mfloat-abi=hard'];

/** Machines with less memory than bench/instructions/mps2.ld has by itself. */
const MEMORY: Readonly<Record<string, readonly string[]>> = {
  'mps3-an547': ['-Wl,--defsym=CODE_BYTES=512K', '-Wl,--defsym=DATA_BYTES=512K'],
};

/** Builds a program for a Cortex-M board and runs it there under QEMU, printing by semihosting. */
export function runOnBoard(dir: string, files: readonly string[], machine: string, flags: readonly string[]): string {
  const board = [
    `-T${join(BOARD, 'mps2.ld')}`,
    join(BOARD, 'vectors.c'),
    '--specs=rdimon.specs',
    '-Wl,--gc-sections',
  ].concat(MEMORY[machine] ?? []);
  const built = spawnSync('arm-none-eabi-gcc', [...flags, ...board, ...files, '-o', 'program.elf'], {
    cwd: dir,
    encoding: 'utf8',
  });
  if (built.status !== 0) return built.stderr;
  const ran = spawnSync(
    'qemu-system-arm',
    [
      ...['-M', machine, '-display', 'none', '-monitor', 'none', '-serial', 'none'],
      ...['-semihosting-config', 'enable=on,target=native', '-kernel', join(dir, 'program.elf')],
    ],
    { encoding: 'utf8', timeout: 60_000 },
  );
  return ran.stdout + ran.stderr;
}

export function runSelfTestOnBoard(dir: string, sources: CSources, machine: string, flags: readonly string[]): string {
  return runOnBoard(dir, [...sources.sources, `${sources.name}_selftest.c`], machine, [...WARNINGS, ...flags]);
}

export function run(command: string, args: readonly string[], cwd: string): string {
  return execFileSync(command, args, { cwd, encoding: 'utf8' });
}
