import { join } from 'node:path';
import { exportC } from '../../src/export/export.js';
import type { KernelSet } from '../../src/ir/c-sources.js';
import { runInt8 } from '../../src/ir/interpret.js';
import type { Rounding } from '../../src/ir/requantize.js';
import { orderOps } from '../../src/export/plan/order/order-ops.js';
import { optimize } from '../../src/optimize/optimize.js';
import { elementCount } from '../../src/ir/tensor.js';
import { packageRoot } from '../../src/util/package-root.js';
import { seededInputs } from '../../tests/import/seeded-inputs.js';
import { withFlags, type BenchCore } from '../count/cores.js';
import { emulate, reportedInstructions } from '../count/emulate.js';
import { readLibrary } from '../count/library.js';
import { buildCountProgram } from '../count/program.js';
import { bytesByRole, networkBytes } from './network-bytes.js';
import type { Work } from './works.js';

export interface Measurement {
  /** Instructions of one inference on pseudo-random input. */
  readonly instructions: number;
  readonly codeBytes: number;
  readonly ramBytes: number;
  readonly stackBytes: number;
  readonly compiler: string;
  /** Instructions by op in execution order; empty unless asked for. */
  readonly ops: readonly OpCount[];
  /** Bytes of the constants by role, as packed: `weight`, `bias`, `requantize`, `table`. */
  readonly constants: Readonly<Record<string, number>>;
}

export interface OpCount {
  readonly name: string;
  readonly kernel: string;
  readonly macs: number;
  readonly instructions: number;
}

export interface MeasureOptions {
  readonly rounding: Rounding;
  readonly flags: readonly string[];
  /** Default: those of the core's chip. */
  readonly kernels?: KernelSet | undefined;
  readonly ops?: boolean;
}

/** Inputs whose outputs are compared: all -128, all 127, and two pseudo-random ones. */
const SAMPLES = 4;
/** The one whose instructions count. */
const COUNTED = 2;

/**
 * Exports, compiles and runs one network on one core. Throws if an output byte differs from the TypeScript reference,
 * or if the stack goes deeper than its bound.
 */
export async function measure(core: BenchCore, work: Work, options: MeasureOptions): Promise<Measurement> {
  const graph = work.load!(options.rounding);
  const { output: optimized } = optimize(graph, { learn: null });
  const board = withFlags(core.board, options.flags);
  const kernels = options.kernels ?? board.chip.kernels;
  const { output: deployed } = orderOps(optimized, { learn: null, kernels });
  const { output: sources, report } = exportC(deployed, {
    learn: null,
    kernels,
    library: readLibrary(),
    selfTest: { inputs: [], labels: [] },
    toolVersion: 'bench',
  });
  const input = graph.tensors[graph.input];
  const entry = `${sources.name}_infer`;
  const program = await buildCountProgram(sources, board, {
    main: join(packageRoot(), 'bench', 'inference', 'main.c'),
    defines: [
      `-DBENCH_SAMPLES=${SAMPLES}`,
      `-DBENCH_ENTRY=${entry}`,
      ...(options.ops === true ? ['-DBENCH_OPS'] : []),
      ...(input.dtype === 'int16' ? ['-DBENCH_INT16'] : []),
    ],
    entry,
  });
  const said = await emulate(board, program.elf);
  const what = `${work.id} on ${core.id}, ${options.rounding}, ${options.flags.join(' ')}`;

  const outputs = [...said.matchAll(/^output ([0-9a-f]*)$/gm)].map((m) => Buffer.from(m[1], 'hex'));
  seededInputs(SAMPLES, elementCount(input.shape), input.dtype).forEach((sample, k) => {
    const { buffer, byteOffset, byteLength } = runInt8(graph, sample).output;
    const expected = Buffer.from(buffer, byteOffset, byteLength);
    if (outputs[k] === undefined || !expected.equals(outputs[k])) {
      const at = expected.findIndex((byte, i) => byte !== outputs[k]?.[i]);
      throw new Error(`${what}: output ${at} of sample ${k} differs from the reference`);
    }
  });
  const stackBytes = Number(/^stack (\d+)$/m.exec(said)?.[1]);
  if (!(stackBytes <= program.stackBound)) {
    throw new Error(`${what}: ${stackBytes} bytes of stack, the bound is ${program.stackBound}`);
  }
  const upTo = reportedInstructions(board, said, 'ops');
  return {
    instructions: reportedInstructions(board, said, 'infer')[COUNTED],
    codeBytes: program.modelBytes - networkBytes(sources.plan, deployed),
    ramBytes: sources.plan.arenaBytes,
    stackBytes,
    compiler: program.compiler,
    constants: bytesByRole(sources.plan),
    ops: report.ops.map((op, k) => ({ ...op, instructions: upTo[k + 1] - upTo[k] })).filter(() => upTo.length > 0),
  };
}
