import { join } from 'node:path';
import { loadBoard } from '../../src/boards/load.js';
import { exportC } from '../../src/export/export.js';
import type { KernelSet } from '../../src/ir/c-sources.js';
import { packageRoot } from '../../src/util/package-root.js';
import { withFlags } from '../count/cores.js';
import { emulate, reportedInstructions } from '../count/emulate.js';
import { readLibrary } from '../count/library.js';
import { buildCountProgram } from '../count/program.js';
import { BENCH_LEARN, benchGraph, type BenchModel } from './models.js';

/** The virtual Cortex-M4F. */
export const BENCH_BOARD = loadBoard('mps2-an386');
const LEARNING_STEPS = 40;

export interface Counts {
  /** Instructions of one inference. */
  readonly infer: number;
  /** Mean and largest of 40 learning steps; null for a model that does not learn. */
  readonly learn: number | null;
  readonly learnMost: number | null;
  /** Exact RAM of inference and of learning. */
  readonly arenaBytes: number;
  readonly learnRamBytes: number | null;
  /** Code and constants of the learning routine alone. */
  readonly learnTextBytes: number | null;
}

/** Exports a model, compiles it for the Cortex-M4F and counts on the emulator. Needs arm-none-eabi-gcc and QEMU. */
export async function countInstructions(model: BenchModel, level: string, kernels: KernelSet = 'dsp'): Promise<Counts> {
  const { output } = exportC(benchGraph(model), {
    learn: model.learns ? BENCH_LEARN : null,
    kernels,
    library: readLibrary(),
    selfTest: { inputs: [], labels: [] },
    toolVersion: 'bench',
  });
  const board = withFlags(BENCH_BOARD, [level]);
  const entry = `${output.name}_infer`;
  const program = await buildCountProgram(output, board, {
    main: join(packageRoot(), 'bench', 'instructions', 'main.c'),
    defines: [`-DBENCH_ENTRY=${entry}`, `-DBENCH_STEPS=${LEARNING_STEPS}`],
    entry,
  });
  const said = await emulate(board, program.elf);
  const steps = reportedInstructions(board, said, 'learn');
  return {
    infer: reportedInstructions(board, said, 'infer')[0],
    learn: model.learns ? Math.floor(steps.reduce((a, b) => a + b, 0) / steps.length) : null,
    learnMost: model.learns ? Math.max(...steps) : null,
    arenaBytes: output.plan.arenaBytes,
    learnRamBytes: output.plan.learn?.ramBytes ?? null,
    learnTextBytes: model.learns ? program.objectBytes[`model/${output.name}_learn.c`] : null,
  };
}
