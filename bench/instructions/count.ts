import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { exportC } from '../../src/export/export.js';
import type { KernelSet } from '../../src/ir/c-sources.js';
import { packageRoot } from '../../src/util/package-root.js';
import { readLibrary } from '../count/library.js';
import { BENCH_LEARN, benchGraph, type BenchModel } from './models.js';

export const CORE_FLAGS = ['-mcpu=cortex-m4', '-mthumb', '-mfpu=fpv4-sp-d16', '-mfloat-abi=hard'];
const MACHINE = 'mps2-an386';

export interface Counts {
  /** Instructions of one inference. */
  readonly infer: number;
  /** Mean and largest of 40 learning steps; null for a model that does not learn. */
  readonly learn: number | null;
  readonly learnMost: number | null;
  /** Exact RAM of inference and of learning. */
  readonly arenaBytes: number;
  readonly learnRamBytes: number | null;
  /** .text of the learning routine alone. */
  readonly learnTextBytes: number | null;
}

/** Exports a model, compiles it for the Cortex-M4F and counts on the emulator. Needs arm-none-eabi-gcc and QEMU. */
export function countInstructions(model: BenchModel, level: string, kernels: KernelSet = 'dsp'): Counts {
  const dir = mkdtempSync(join(tmpdir(), 'grapes-bench-'));
  try {
    const graph = benchGraph(model);
    const { output } = exportC(graph, {
      learn: model.learns ? BENCH_LEARN : null,
      kernels,
      library: readLibrary(),
      selfTest: { inputs: [], labels: [] },
      toolVersion: 'bench',
    });
    for (const { path, text } of output.files) {
      mkdirSync(dirname(join(dir, path)), { recursive: true });
      writeFileSync(join(dir, path), text);
    }
    const support = join(packageRoot(), 'bench', 'instructions');
    const flags = [...CORE_FLAGS, level, '-std=c99', '-ffp-contract=off', '-ffunction-sections', '-fdata-sections'];
    const run = (command: string, args: readonly string[]): string =>
      execFileSync(command, args, { cwd: dir, encoding: 'utf8', timeout: 120_000 });
    run('arm-none-eabi-gcc', [
      ...[...flags, '-I.', '--specs=rdimon.specs', '-Wl,--gc-sections'],
      ...[`-T${join(support, 'mps2.ld')}`, join(support, 'vectors.c'), join(support, 'main.c'), ...output.sources],
      ...['-o', 'bench.elf'],
    ]);
    const text = run('qemu-system-arm', [
      ...['-M', MACHINE, '-icount', 'shift=0', '-display', 'none', '-monitor', 'none', '-serial', 'none'],
      ...['-semihosting-config', 'enable=on,target=native', '-kernel', 'bench.elf'],
    ]);
    const number = (name: string): number | null => {
      const found = new RegExp(`^${name} (\\d+)`, 'm').exec(text);
      return found === null ? null : Number(found[1]);
    };
    return {
      infer: number('infer') ?? 0,
      learn: number('learn'),
      learnMost: number('learn_most'),
      arenaBytes: output.plan.arenaBytes,
      learnRamBytes: output.plan.learn?.ramBytes ?? null,
      learnTextBytes: model.learns ? textBytes(run, flags) : null,
    };
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

function textBytes(run: (command: string, args: readonly string[]) => string, flags: readonly string[]): number {
  run('arm-none-eabi-gcc', [...flags, '-c', 'bench_learn.c', '-o', 'learn.o']);
  const sizes = run('arm-none-eabi-size', ['learn.o']).trim().split('\n')[1].trim().split(/\s+/);
  return Number(sizes[0]);
}
