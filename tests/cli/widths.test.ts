// Networks of int4 weights and of int16 activations, also trained for it, from the data to the board.
import { join } from 'node:path';
import t from 'tap';
import type { QuantizeReport } from '../../src/ir/report.js';
import { skipUnless } from '../lanes.js';
import { cli } from './in-process.js';
import { writeProject } from './project.js';
import { schemaErrors } from './schemas.js';

const root = t.testdir();
const env = { XDG_CACHE_HOME: join(root, 'cache') };

const NETWORK = `schemaVersion: 1
name: digits
data: { source: synthetic-digits, size: 7, trainSamples: 600, testSamples: 200 }
model:
  layers:
    - { type: conv_2d, name: first, filters: 6, activation: relu }
    - { type: max_pool_2d }
    - { type: depthwise_conv_2d, activation: relu }
    - { units: 10 }
train: { epochs: 20, batchSize: 16, optimizer: { type: adam, learningRate: 0.01 } }
verify: { samples: 10 }
`;

interface Deployed {
  readonly float: number;
  readonly int8: number;
  readonly report: QuantizeReport;
}

const ARM = 'mps2-an386';
const RISCV = 'riscv32-virt';

/** Trains once: what changes is how it is quantized. */
async function deploy(t: Tap, quantize: string, boards: readonly string[]): Promise<Deployed> {
  const dir = writeProject(join(root, 'digits'), `${NETWORK}quantize: ${quantize}\n`);
  const said = await cli(['quantize', '-C', dir, '--json'], { cwd: root, env });
  t.equal(said.exitCode, 0, said.stderr);
  t.same(schemaErrors(said.json), []);
  for (const board of boards) {
    const missing = board === RISCV ? skipUnless('riscv', 'qemu-riscv') : skipUnless('arm', 'qemu');
    if (missing !== false) continue;
    const run = await cli(['deploy', '-C', dir, '--board', board, '--json'], { cwd: root, env });
    t.equal(run.exitCode, 0, run.stderr);
    t.match(run.json, { verify: { samples: 10, mismatches: 0 } }, `${quantize} on ${board}`);
  }
  const { accuracy, result } = said.json as never as {
    accuracy: { float: number; int8: number };
    result: { report: QuantizeReport };
  };
  return { ...accuracy, report: result.report };
}

type Tap = typeof t;

void t.test('int16 activations', async (t) => {
  const { float, int8, report } = await deploy(t as Tap, '{ activationBits: 16 }', [ARM]);
  t.ok(Math.abs(float - int8) <= 0.01, `${float} in float, ${int8} in integers`);
  t.same(report.sensitivity.choices, []);
  const narrow = await deploy(t as Tap, '{}', []);
  const [first] = narrow.report.sensitivity.choices;
  const line = JSON.stringify(first.quantize);
  const mixed = await deploy(t as Tap, line, [ARM]);
  t.ok(mixed.report.layers.length > 0, `${line}, as the report says it`);
});

void t.test('int4 weights', async (t) => {
  const { report } = await deploy(t as Tap, '{ weightBits: 4 }', [ARM, RISCV]);
  t.same([report.sensitivity.int4, report.sensitivity.choices.some(({ flashBytes }) => flashBytes < 0)], [[], false]);
});

void t.test('trained with the rounding in it', async (t) => {
  for (const bits of ['weightBits: 4', 'activationBits: 16']) {
    const options = `{ ${bits}, weights: per-tensor, awareTraining: { epochs: 3 } }`;
    const { int8, report } = await deploy(t as Tap, options, [ARM]);
    const without = report.int8WithoutTraining!.accuracy;
    t.ok(int8 >= without, `${bits}: ${int8} instead of ${without}`);
  }
});
