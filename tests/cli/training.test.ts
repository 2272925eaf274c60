// What grapes.yaml says about layers and training, through the tool: networks of every kind, flags, refusals with places.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import type { FloatGraph } from '../../src/ir/graph.js';
import type { AccuracyReport } from '../../src/ir/report.js';
import { cli, type CliRun } from './in-process.js';
import { TINY, writeProject } from './project.js';
import { schemaErrors } from './schemas.js';

const root = t.testdir();
const env = { XDG_CACHE_HOME: join(root, 'cache') };

async function grapes(dir: string, ...argv: string[]): Promise<CliRun> {
  const run = await cli([...argv, '--json'], { cwd: dir, env });
  t.same(schemaErrors(run.json), []);
  return run;
}

/** The tiny project with these layers and this `train:` section; the device only infers. */
function project(layers: readonly string[], train = 'epochs: 3, batchSize: 16'): string {
  return TINY.replace(/model:\n( {2}.*\n)+/, `model:\n  layers:\n${layers.map((l) => `    - ${l}\n`).join('')}`)
    .replace(/train: .*\n/, `train: { ${train} }\n`)
    .replace(/learn: .*\n/, '');
}

const RESIDUAL = [
  '{ type: conv_2d, filters: 8, name: stem }',
  '{ type: batch_norm, name: stem_norm }',
  '{ type: depthwise_conv_2d }',
  '{ type: conv_2d, filters: 8, kernel: 1, activation: none }',
  '{ type: add, from: [conv_2d_3, stem_norm], activation: relu }',
  '{ type: max_pool_2d }',
  '{ type: flatten }',
  '{ type: dropout, rate: 0.1 }',
  '{ units: 10 }',
];

const OVER_TIME = [
  '{ type: conv_2d, filters: 2 }',
  '{ type: reshape, shape: [7, 14] }',
  '{ type: gru, units: 8, name: steps, output: sequence }',
  '{ type: simple_rnn, units: 8 }',
  '{ units: 10 }',
];

const NETWORKS: readonly [name: string, layers: readonly string[], train: string, accuracy: number][] = [
  ['residual', RESIDUAL, 'epochs: 4, batchSize: 16, optimizer: { type: adam, learningRate: 0.01 }', 0.6],
  [
    'averages',
    [
      '{ type: conv_2d, filters: 8 }',
      '{ type: average_pool_2d }',
      '{ type: conv_2d, filters: 16 }',
      '{ type: global_average_pool_2d }',
      '{ units: 10 }',
    ],
    'epochs: 6, batchSize: 16, optimizer: { type: rmsprop, learningRate: 0.01 }, schedule: { type: cosine, warmupEpochs: 1 }',
    0.4,
  ],
  [
    'simple_rnn',
    ['{ type: simple_rnn, units: 24 }', '{ units: 10 }'],
    'epochs: 8, batchSize: 16, optimizer: { type: nag, learningRate: 0.02 }',
    0.4,
  ],
  [
    'gru',
    ['{ type: gru, units: 16 }', '{ type: gru, units: 16 }', '{ units: 10 }'],
    'epochs: 6, batchSize: 16, optimizer: { type: adam, learningRate: 0.01 }, grapes: { mode: local, everySteps: 4 }',
    0.4,
  ],
  [
    'snu',
    [
      '{ type: reshape, shape: [49] }',
      '{ type: rate_code, steps: 8 }',
      '{ type: snu, units: 32, threshold: 0.5 }',
      '{ type: snu, units: 10, soft: true }',
    ],
    'epochs: 6, batchSize: 16, optimizer: { type: adam, learningRate: 0.01 }, propagation: bp',
    0.4,
  ],
  [
    'dfa',
    ['{ units: 24, activation: tanh, dropout: 0.1 }', '{ units: 24, activation: tanh }', '{ units: 10 }'],
    'epochs: 6, batchSize: 16, optimizer: { type: momentum }, propagation: dfa, schedule: { type: step, everyEpochs: 4 }, classWeights: balanced',
    0.4,
  ],
];

void t.test('every kind of network trains and is measured from grapes.yaml alone', async (t) => {
  for (const [name, layers, train, accuracy] of NETWORKS) {
    const dir = writeProject(join(root, name), project(layers, train));
    const run = await grapes(dir, 'train');
    t.equal(run.exitCode, 0, run.stderr);
    t.ok(run.json.accuracy.float! > accuracy, `${name}: ${String(run.json.accuracy.float)}`);
    const { page } = run.json.result as { page: string };
    t.match(readFileSync(page, 'utf8'), /<h1>tiny<\/h1>/, 'the page is where the result says');
    const evaluated = await grapes(dir, 'evaluate');
    t.match(evaluated.json, {
      ok: true,
      stages: [{ stage: 'train', action: 'current' }],
      accuracy: { float: run.json.accuracy.float },
    });
    const result = evaluated.json.result as { float: AccuracyReport; int8: AccuracyReport | null };
    const overTime = ['simple_rnn', 'gru', 'snu'].includes(name);
    t.equal(result.int8 === null, overTime, `${name}: layers over time have no integers`);
    if (result.int8 !== null) t.ok(Math.abs(result.int8.accuracy - result.float.accuracy) < 0.05, name);
    t.equal(result.float.samples, 120);
  }
  const text = (await cli(['evaluate'], { cwd: join(root, 'gru'), env })).stdout;
  t.match(text, /no int8 network: there is no integer form for gru_0 \(gru\), gru_1 \(gru\)/);
});

void t.test('what has no integer form is refused before the training it would waste', async (t) => {
  const dir = writeProject(join(root, 'refused'), project(OVER_TIME, 'epochs: 100000'));
  for (const verb of ['quantize', 'plan', 'export', 'deploy']) {
    const { json, exitCode } = await grapes(dir, verb);
    t.equal(exitCode, 3, verb);
    t.match(json, {
      stages: [],
      error: {
        code: 'QUANTIZE_UNSUPPORTED_OP',
        message: /^grapes\.yaml:8:7: .*'steps' \(gru\), 'simple_rnn_3'/,
        context: {
          file: 'grapes.yaml',
          line: 8,
          column: 7,
          ops: ['steps', 'simple_rnn_3'],
        },
      },
    });
  }
  const runs = readdirSync(join(dir, 'runs')).filter((name) => name !== 'latest');
  t.notOk(
    runs.some((run) => existsSync(join(dir, 'runs', run, 'train'))),
    'nothing was trained',
  );
});

void t.test('what cannot fit is refused before the training it would waste', async (t) => {
  const wide = (layers: readonly string[]): string =>
    `${project(layers, 'epochs: 100000')}board: mps3-an547\nexport: { streaming: off }\n`;
  const heavy = writeProject(join(root, 'heavy'), wide(['{ units: 9000 }', '{ units: 100 }', '{ units: 10 }']));
  const weights = 49 * 9000 + 9000 * 100 + 100 * 10;
  const context = {
    memory: 'flash',
    needBytes: weights,
    largest: ['dense_1_weights 900000 B', 'dense_0_weights 441000 B'],
  };
  for (const verb of ['plan', 'build', 'deploy', 'verify']) {
    const { json, exitCode } = await grapes(heavy, verb);
    t.equal(exitCode, 10, verb);
    t.match(json, { stages: [], error: { code: 'DOES_NOT_FIT', context } }, verb);
  }
  const budget = await grapes(heavy, 'plan', '--board', 'host', '--budget', 'flash=1m');
  t.match(budget.json.error, { code: 'BUDGET_EXCEEDED', context: { ...context, limitBytes: 2 ** 20 } });
  const broad = ['{ type: conv_2d, filters: 11000 }', '{ type: max_pool_2d, pool: 7 }', '{ units: 10 }'];
  const { json } = await grapes(writeProject(join(root, 'broad'), wide(broad)), 'plan');
  t.match(json, {
    stages: [],
    error: {
      code: 'DOES_NOT_FIT',
      context: { memory: 'ram', peakOp: 'max_pool_2d_1', largest: [`conv_2d_0_output ${49 * 11000} B`] },
    },
  });
});

void t.test('to quantize no board is needed: a network that does not fit is worth a line', async (t) => {
  const text = project(['{ units: 9000 }', '{ units: 60 }', '{ units: 10 }'], 'epochs: 1, batchSize: 400');
  const dir = writeProject(join(root, 'noted'), `${text}board: mps3-an547\n`);
  const quick = text.replace('calibration: { samples: 50 }', 'calibration: { samples: 2 }');
  writeFileSync(join(dir, 'grapes.yaml'), `${quick}board: mps3-an547\n`);
  const { exitCode, stderr } = await grapes(dir, 'quantize');
  t.equal(exitCode, 0, stderr);
  t.match(stderr, /^quantize: 981600 bytes of flash .* more than what mps3-an547 has/m);
});

void t.test('options of a layer that is not quantized are refused at their line, before training', async (t) => {
  const layers = 'quantize: { layers: { stem_norm: { method: mse } } }';
  const text = project(RESIDUAL, 'epochs: 100000').replace(/quantize: .*/, layers);
  const { json, exitCode } = await grapes(writeProject(join(root, 'unknown-layer'), text), 'quantize');
  t.equal(exitCode, 3);
  t.match(json, { stages: [], error: { code: 'QUANTIZE_UNKNOWN_LAYER', context: { layer: 'stem_norm', column: 34 } } });
});

/** A project of machines that hum: an autoencoder of one that is well, another that is, and one that is not. */
function machines(name: string, layers: readonly string[], train: string, learn = ''): string {
  const dir = join(root, name);
  const waves = { well: [0, 0.1], other: [0.3, 0.1], ill: [0, 0.9] } as const;
  const manifest = ['file,machine,part'];
  mkdirSync(join(dir, 'data'), { recursive: true });
  for (const [machine, [phase, rough]] of Object.entries(waves)) {
    for (const [part, rows] of Object.entries({ a: 400, b: 160 })) {
      const wave = Array.from({ length: rows }, (_, i) => [i % 4, (7 * i) % 5].map((k) => k / 4 - 0.5));
      const lines = wave.map(([slow, quick], i) => (slow + phase * (i % 2) + rough * quick).toFixed(4));
      writeFileSync(join(dir, 'data', `${machine}-${part}.csv`), `${lines.join('\n')}\n`);
      manifest.push(`${machine}-${part}.csv,${machine},${part}`);
    }
  }
  writeFileSync(join(dir, 'data', 'manifest.csv'), `${manifest.join('\n')}\n`);
  const parts =
    'train: { machine: well, part: a }, test: { machine: [well, ill], part: b }, other: { machine: other, part: b }';
  const data =
    `data:\n  source: sensor\n  root: data\n  manifest: {}\n  columns: [0]\n  window: 4\n  parts: { ${parts} }\n` +
    '  classes: { well: { machine: [well, other] }, ill: { machine: ill } }\n';
  return writeProject(dir, project(layers, train).replace(/data: .*\n/, data) + learn);
}

const AUTOENCODER = ['{ units: 2, activation: tanh }', '{ units: 4 }'];

interface Evaluated {
  readonly float: AccuracyReport;
  readonly int8: AccuracyReport | null;
  readonly parts: Readonly<Record<string, { readonly float: AccuracyReport; readonly int8: AccuracyReport | null }>>;
}

void t.test('evaluate measures further parts of the data as it does the test samples', async (t) => {
  const train = 'loss: reconstruction, epochs: 4, batchSize: 8';
  const dense = machines('dense', AUTOENCODER, train);
  const { json } = await grapes(dense, 'evaluate');
  const { float, int8, parts } = json.result as unknown as Evaluated;
  t.same([float.samples, int8!.samples, Object.keys(parts)], [80, 80, ['other']]);
  t.same([parts['other'].float.samples, parts['other'].int8!.samples], [40, 40]);
  t.same(
    parts['other'].float.confusion.map((row) => row.reduce((a, b) => a + b)),
    [40, 0],
    'a machine that is well',
  );
  t.equal(parts['other'].float.auc, undefined, 'one kind only has no curve');
  t.ok(float.auc !== undefined && int8!.auc !== undefined);
  const { stdout } = await cli(['evaluate'], { cwd: dense, env });
  t.match(stdout, /on 80 test samples[^]*part 'other'[^]*on 40 other samples[^]*int8 confusion/);

  const gru = machines('over-time', ['{ type: gru, units: 3 }', '{ units: 2 }'], 'epochs: 1, batchSize: 8');
  const alone = (await grapes(gru, 'evaluate')).json.result as unknown as Evaluated;
  t.equal(alone.parts['other'].int8, null);
  t.equal(alone.parts['other'].float.samples, 40);
});

void t.test('what cannot learn on a device is refused before the training it would waste', async (t) => {
  const train = 'loss: reconstruction, epochs: 100000, batchSize: 8';
  const dir = machines('learns', AUTOENCODER, train, 'learn: { layers: all }\n');
  const place = { file: 'grapes.yaml', line: 18, column: 8 };
  for (const verb of ['plan', 'export', 'deploy', 'learn']) {
    const { json, exitCode } = await grapes(dir, verb);
    t.equal(exitCode, 3, verb);
    t.match(json, { stages: [], error: { code: 'LEARN_UNSUPPORTED', context: place } }, verb);
  }
});

void t.test('what later stages find wrong has its place in grapes.yaml', async (t) => {
  const cases: readonly [name: string, text: string, code: string, line: number, column: number, context: object][] = [
    [
      'shape',
      project(['{ units: 8 }', '{ type: conv_2d, filters: 4 }', '{ units: 10 }']),
      'MODEL_INVALID',
      7,
      7,
      { layer: 'conv_2d_1', path: 'model.layers[1]' },
    ],
    [
      'no such layer',
      project(['{ units: 8 }', '{ units: 10, from: dense_7 }']),
      'MODEL_INVALID',
      7,
      7,
      { from: 'dense_7' },
    ],
    [
      'unread',
      project(['{ units: 8 }', '{ units: 8, from: input }', '{ units: 10 }']),
      'MODEL_INVALID',
      6,
      7,
      { layer: 'dense_0' },
    ],
    [
      'classes',
      project(['{ units: 8 }', '{ units: 11 }']),
      'TRAIN_MODEL_MISMATCH',
      7,
      16,
      { path: 'model.layers[1].units' },
    ],
    [
      'variant',
      project(RESIDUAL, 'grapes: { variant: reference }'),
      'TRAIN_OPTION_UNSUPPORTED',
      15,
      29,
      { layer: 'stem' },
    ],
    ['board', `${TINY}board: uno\n`, 'BOARD_UNKNOWN', 12, 8, { path: 'board' }],
    [
      'file',
      TINY.replace(/model:\n( {2}.*\n)+/, 'model: { from: gone.json }\n'),
      'IMPORT_FILE_MISSING',
      4,
      16,
      { path: 'model.from' },
    ],
  ];
  for (const [name, text, code, line, column, context] of cases) {
    const dir = writeProject(join(root, 'places'), text);
    const { json } = await grapes(dir, 'train');
    t.match(json, { ok: false, error: { code, context: { file: 'grapes.yaml', line, column, ...context } } }, name);
    t.match(json.error?.message, new RegExp(`^grapes\\.yaml:${String(line)}:${String(column)}: `), name);
  }
  const typed = await grapes(writeProject(join(root, 'places')), 'train', '--board', 'uno');
  t.match(typed.json, { error: { code: 'BOARD_UNKNOWN', message: /^There is no board/ } }, 'typed, not written');
});

void t.test('--engine, --threads and --fast', async (t) => {
  const short = project(['{ units: 12 }', '{ units: 10 }'], 'epochs: 1');
  const dir = writeProject(join(root, 'flags'), short);
  const graphOf = ({ json }: CliRun): FloatGraph =>
    JSON.parse(readFileSync(join(json.run!.dir, 'train', 'model.json'), 'utf8')) as FloatGraph;
  const plain = await grapes(dir, 'train');
  t.notOk('engine' in graphOf(plain).provenance, 'the default gives the same bytes anywhere');
  const threads = await grapes(dir, 'train', '--threads', '2');
  t.match(threads.json, { run: { id: plain.json.run!.id }, stages: [{ action: 'current' }] }, 'threads change nothing');
  const bytes = readFileSync(join(plain.json.run!.dir, 'train', 'model.json'), 'hex');
  await grapes(dir, 'train', '--threads', '2', '--force');
  t.equal(readFileSync(join(plain.json.run!.dir, 'train', 'model.json'), 'hex'), bytes, 'nor their bytes');

  const fast = await grapes(dir, 'train', '--fast');
  t.not(fast.json.run!.id, plain.json.run!.id);
  t.equal(graphOf(fast).provenance.engine, 'wasm, fast');
  const exported = await grapes(
    writeProject(join(root, 'fast'), short.replace('epochs: 1', 'epochs: 1, fast: true')),
    'export',
  );
  const { dir: out, files } = exported.json.result as { dir: string; files: string[] };
  t.match(
    readFileSync(
      join(
        out,
        files.find((f) => f === 'tiny.h')!,
      ),
      'utf8',
    ),
    / \* Trained by: wasm, fast\n/,
  );

  const tfjs = await grapes(dir, 'train', '--engine', 'tfjs');
  t.match(graphOf(tfjs).provenance.engine, /^tfjs 4\.\d+\.\d+, back end \w+$/);
  for (const odd of [
    ['--engine', 'torch'],
    ['--threads', '0'],
    ['--threads', 'many'],
  ]) {
    t.match((await grapes(dir, 'train', ...odd)).json, { error: { code: 'USAGE' } }, odd.join(' '));
  }
});

void t.test('quantization-aware training: a stage of its own, and what it bought', async (t) => {
  const dir = t.testdir();
  const aware = 'quantize: { awareTraining: { epochs: 1, learningRate: 0.001 } }';
  writeProject(dir, project(RESIDUAL).replace(/quantize: .*/, aware));
  const run = await grapes(dir, 'quantize');
  t.equal(run.exitCode, 0);
  t.same(
    run.json.stages.map(({ stage }: { stage: string }) => stage),
    ['train', 'aware-training', 'quantize'],
  );
  const { report } = run.json.result as { report: { int8: AccuracyReport; int8WithoutTraining: AccuracyReport } };
  t.equal(report.int8WithoutTraining.samples, report.int8.samples);
  const verified = await grapes(dir, 'verify', '--board', 'host');
  t.equal(verified.json.verify.mismatches, 0);
});
