import { join } from 'node:path';
import t from 'tap';
import { benchCores, withFlags, type BenchCore } from '../../bench/count/cores.js';
import { emulate, reportedInstructions } from '../../bench/count/emulate.js';
import { buildCountProgram } from '../../bench/count/program.js';
import { growth, readBaseline, type InferenceBaseline } from '../../bench/inference/baseline.js';
import { measure } from '../../bench/inference/measure.js';
import { bytesByRole, networkBytes } from '../../bench/inference/network-bytes.js';
import { cmsisNnInstructions } from '../../bench/inference/peer.js';
import { rowOf, type Row } from '../../bench/inference/row.js';
import { WORKS } from '../../bench/inference/works.js';
import { exportC } from '../../src/export/export.js';
import { graphMacs } from '../../src/ir/interpret.js';
import { readLibrary } from '../../bench/count/library.js';
import { tinySources } from '../build/fixtures/sources.js';
import { skipUnless, type Lane } from '../lanes.js';

const cores = benchCores();
const lanesOf = ({ id }: BenchCore): Lane[] => (id === 'rv32' ? ['riscv', 'qemu-riscv'] : ['arm', 'qemu']);

/** A loop of two instructions a turn; the arena's first word says how many. */
function loop(core: BenchCore): string {
  const body =
    core.id === 'rv32'
      ? '1: addi %0, %0, -1\\n bnez %0, 1b" : "+r"(n)'
      : '.syntax unified\\n1: subs %0, #1\\n bne 1b" : "+l"(n) :: "cc"';
  return `int32_t n = *(int32_t *)(void *)arena; __asm volatile("${body}); arena[0] = (int8_t)n;`;
}

for (const core of cores) {
  void t.test(
    `${core.id}: loops of known length come back to the instruction`,
    { skip: skipUnless(...lanesOf(core)) },
    async (t) => {
      const program = await buildCountProgram(tinySources(loop(core)), core.board, {
        main: join(import.meta.dirname, 'calibration.c'),
        defines: ['-DBENCH_ENTRY=tiny_infer'],
        entry: 'tiny_infer',
      });
      const said = await emulate(core.board, program.elf);
      const [few, many] = reportedInstructions(core.board, said, 'infer');
      t.equal(many - few, 200_000);
      t.ok(few >= 200 && few < 212, `${few} for 100 turns of two, and what is around`);
      t.ok(Number(/^stack (\d+)$/m.exec(said)?.[1]) <= program.stackBound, said);
    },
  );
}

void t.test('a network on an emulated core: outputs, counts, sizes', { skip: skipUnless('arm', 'qemu') }, async (t) => {
  const fc = WORKS.find((work) => work.id === 'fc')!;
  const m4 = cores.find((core) => core.id === 'm4')!;
  const measured = await measure(m4, fc, { rounding: 'tflite', flags: ['-O2'], ops: true });
  const sum = measured.ops.reduce((n, op) => n + op.instructions, 0);
  t.ok(Math.abs(sum - measured.instructions) < 40, `${sum} in the ops, ${measured.instructions} in all`);
  t.ok(measured.codeBytes > 500 && measured.codeBytes < 12_000, `${measured.codeBytes} bytes of code and tables`);
  t.ok(measured.stackBytes > 0 && measured.stackBytes <= 400);
  const row = rowOf('m4', fc, 'tflite', '-O2', measured);
  t.same(Object.keys(row).join(' '), ROW_KEYS);
  t.equal(row.cmsisNnInstructionsPerMac, 1.9723);
  const baseline = readBaseline();
  t.same(growth(baseline, measured.compiler, [row]), []);
});

const ROW_KEYS =
  'core work rounding flags instructions macs instructionsPerMac codeBytes ramBytes stackBytes cmsisNnInstructionsPerMac ratio';

void t.test('the MACs of the table are those of the networks', async (t) => {
  for (const work of WORKS) {
    if (work.load === null) t.comment(`${work.id}: the model is not here`);
    else t.equal(graphMacs(work.load('tflite')), work.macs, work.id);
  }
});

void t.test('what the network itself needs is weights and biases, without padding', async (t) => {
  const graph = WORKS.find((work) => work.id === 'fc')!.load!('tflite');
  const { output } = exportC(graph, {
    learn: null,
    kernels: 'dsp',
    library: readLibrary(),
    selfTest: { inputs: [], labels: [] },
    toolVersion: 'test',
  });
  t.equal(networkBytes(output.plan, graph), 268_800 + 4 * (256 + 256 + 10));
  const roles = bytesByRole(output.plan);
  t.equal(
    Object.values(roles).reduce((a, b) => a + b, 0),
    output.plan.constantBytes,
  );
});

void t.test('growth is told with both numbers; other compilers are not compared', async (t) => {
  const row: Row = {
    core: 'm4',
    work: 'ad',
    rounding: 'tflite',
    flags: '-O2',
    instructions: 101,
    macs: 50,
    instructionsPerMac: 2.02,
    codeBytes: 20,
    ramBytes: 30,
    stackBytes: 44,
    cmsisNnInstructionsPerMac: null,
    ratio: null,
  };
  const baseline: InferenceBaseline = {
    compiler: 'gcc 1',
    rows: { 'm4 ad tflite -O2': { instructions: 100, codeBytes: 21, ramBytes: 30, stackBytes: 40 } },
  };
  t.same(growth(baseline, 'gcc 1', [row]), [
    'm4 ad tflite -O2: instructions grew from 100 to 101 (+1)',
    'm4 ad tflite -O2: stackBytes grew from 40 to 44 (+4)',
  ]);
  t.same(growth(baseline, 'gcc 2', [row]), []);
  t.same(growth(baseline, 'gcc 1', [{ ...row, rounding: 'single' }]), [], 'a row that is not there yet');
});

void t.test("the peer's counts are recorded for every core and network that it was counted on", async (t) => {
  for (const core of ['m0', 'm3', 'm4', 'm7', 'm33', 'm55']) {
    for (const { id } of WORKS) t.ok(cmsisNnInstructions(core, id)! > 100_000, `${core} ${id}`);
  }
  t.equal(cmsisNnInstructions('rv32', 'kws'), null);
});

void t.test('another level takes the place of the chip', async (t) => {
  const { board } = cores.find((core) => core.id === 'm4')!;
  const flags = withFlags(board, ['-Os', '-g']).chip.compiler.flags;
  t.same(
    flags.filter((flag) => /^-[Og]/.test(flag)),
    ['-Os', '-g'],
  );
});
