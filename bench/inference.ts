// `npm run bench:inference [-- --core m4,m55] [--work kws,ad] [--rounding tflite,single] [--flags -O2] [--kernels plain]
// [--ops] [--json] [--write]`: instructions, code, RAM and stack of whole int8 networks on every emulated core, beside
// CMSIS-NN, against the targets and the checked-in baseline. Fails on growth and on an output byte that differs from the
// reference. `--work kws-int16` or `-int4`: the network in that width.
import { parseArgs } from 'node:util';
import type { KernelSet } from '../src/ir/c-sources.js';
import type { Rounding } from '../src/ir/requantize.js';
import { growth, readBaseline, writeBaseline } from './inference/baseline.js';
import { benchCores } from './count/cores.js';
import { measure } from './inference/measure.js';
import { rowOf, type Row } from './inference/row.js';
import { opLines, TABLE_HEAD, tableLine } from './inference/table.js';
import { WIDTH_WORKS, WORKS } from './inference/works.js';

const { values: options } = parseArgs({
  options: {
    core: { type: 'string' },
    work: { type: 'string' },
    rounding: { type: 'string', default: 'tflite,single' },
    flags: { type: 'string', default: '-O2' },
    kernels: { type: 'string' },
    ops: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
  },
});

const say = (line: string): void => {
  if (!options.json) console.log(line);
};

function chosen<T extends { readonly id: string }>(all: readonly T[], ids: string | undefined): readonly T[] {
  const wanted = ids?.split(',') ?? all.map((a) => a.id);
  const unknown = wanted.filter((id) => !all.some((a) => a.id === id));
  if (unknown.length > 0) throw new Error(`unknown: ${unknown.join(', ')}; known: ${all.map((a) => a.id).join(', ')}`);
  return all.filter((a) => wanted.includes(a.id));
}

const flags = options.flags.split(' ');
const kernels = options.kernels as KernelSet | undefined;
const rows: Row[] = [];
const failures: string[] = [];
let compiler = '';
say('instructions on emulated cores (QEMU), exact; not cycles of a real chip\n');
say(TABLE_HEAD);
for (const core of chosen(benchCores(), options.core)) {
  for (const work of chosen(options.work === undefined ? WORKS : [...WORKS, ...WIDTH_WORKS], options.work)) {
    if (work.load === null) {
      say(`${core.id} ${work.id}: skipped, the model is not at ../shared/models/mlperf-tiny (GRAPES_SHARED)`);
      continue;
    }
    for (const rounding of options.rounding.split(',') as Rounding[]) {
      try {
        const measured = await measure(core, work, { rounding, flags, kernels, ops: options.ops });
        if (core.board.chip.core.startsWith('cortex')) compiler = measured.compiler;
        const row = rowOf(core.id, work, rounding, options.flags, measured);
        rows.push(row);
        say(tableLine(row));
        if (options.ops) opLines(measured).forEach(say);
      } catch (error) {
        failures.push((error as Error).message);
        say(`${core.id} ${work.id} ${rounding}: FAILED: ${(error as Error).message}`);
      }
    }
  }
}

// A run with other kernels than the core's own measures something else than the baseline holds.
const comparable = kernels === undefined;
if (options.write && comparable && failures.length === 0) {
  writeBaseline(compiler, rows);
} else if (comparable) {
  failures.push(...growth(readBaseline(), compiler, rows));
}
if (options.json) console.log(JSON.stringify({ compiler, rows, failures }, null, 2));
if (failures.length > 0) {
  console.error(`\n${failures.join('\n')}`);
  process.exitCode = 1;
}
