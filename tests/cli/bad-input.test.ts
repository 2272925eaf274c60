import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { loadProject } from '../../src/config/load.js';
import { packageRoot } from '../../src/util/package-root.js';
import { skipUnless } from '../lanes.js';
import { cli, type CliRun } from './in-process.js';
import { leftovers, TINY, writeProject } from './project.js';
import { schemaErrors } from './schemas.js';

const root = t.testdir();
const env = { XDG_CACHE_HOME: join(root, 'cache') };
let count = 0;

interface Case {
  readonly yaml?: string;
  readonly argv: readonly string[];
  readonly exitCode: number;
  readonly code: string;
  readonly context?: Record<string, unknown>;
  readonly files?: Readonly<Record<string, string | Uint8Array>>;
  /** A project whose stages are made already. */
  readonly in?: string;
}

/** Runs one bad case in a fresh project and checks what every failure owes its user. */
async function fails(t: Test, name: string, c: Case): Promise<CliRun> {
  const dir = c.in ?? join(root, `bad-${count++}`);
  mkdirSync(dir, { recursive: true });
  if (c.yaml !== undefined) writeProject(dir, c.yaml);
  for (const [file, data] of Object.entries(c.files ?? {})) writeFileSync(join(dir, file), data);
  const run = await cli([...c.argv, '--json'], { cwd: dir, env });
  t.same(schemaErrors(run.json), [], name);
  t.match(
    { exitCode: run.exitCode, code: run.json.error?.code, context: run.json.error?.context },
    { exitCode: c.exitCode, code: c.code, context: c.context ?? {} },
    `${name}: ${run.stderr}`,
  );
  t.ok((run.json.error?.hint ?? '').length > 10, `${name}: there is a hint`);
  t.same(existsSync(join(dir, 'runs')) ? leftovers(join(dir, 'runs')) : [], [], `${name}: nothing half-written`);
  return run;
}

const idx = (shape: number[], data: number[]): Uint8Array => {
  const header = [0, 0, 8, shape.length, ...shape.flatMap((d) => [0, 0, d >> 8, d & 255])];
  return Uint8Array.from([...header, ...data]);
};
const IDX = TINY.replace(
  /data: .*/,
  'data: { source: idx, trainImages: a, trainLabels: b, testImages: a, testLabels: b }',
);
const images = idx(
  [4, 2, 2],
  Array.from({ length: 16 }, (_, i) => i * 10),
);
const labels = idx([4], [0, 1, 2, 3]);
const CSV = TINY.replace(/data: .*/, 'data: { source: csv, file: t.csv, labelColumn: y }').replace(/learn: .*/, '');

void t.test('the project file', async (t) => {
  await fails(t, 'no project', { argv: ['train'], exitCode: 3, code: 'CONFIG_NOT_FOUND' });
  await fails(t, 'unknown key', {
    yaml: `${TINY}budgte: {}\n`,
    argv: ['train'],
    exitCode: 3,
    code: 'CONFIG_UNKNOWN_KEY',
    context: { file: 'grapes.yaml', line: 12, column: 1 },
  });
  await fails(t, 'wrong type', {
    yaml: TINY.replace('epochs: 4', 'epochs: four'),
    argv: ['deploy'],
    exitCode: 3,
    code: 'CONFIG_TYPE',
  });
  await fails(t, 'unknown board in the file', {
    yaml: `${TINY}board: mps2-an385x\n`,
    argv: ['plan'],
    exitCode: 3,
    code: 'BOARD_UNKNOWN',
    context: { suggestion: String },
  });
  await fails(t, 'units and classes', {
    yaml: TINY.replace('units: 10', 'units: 9'),
    argv: ['train'],
    exitCode: 3,
    code: 'TRAIN_MODEL_MISMATCH',
  });
  await fails(t, 'learn without a section', {
    yaml: TINY.replace(/learn: .*/, ''),
    argv: ['learn'],
    exitCode: 3,
    code: 'CONFIG_NO_LEARN',
  });
});

void t.test('the data', async (t) => {
  const train = { argv: ['train'], yaml: IDX };
  await fails(t, 'missing IDX', { ...train, exitCode: 3, code: 'DATASET_FILE_MISSING' });
  await fails(t, 'wrong magic', {
    ...train,
    files: { a: labels, b: labels },
    exitCode: 3,
    code: 'DATASET_IDX_MAGIC',
  });
  await fails(t, 'truncated', {
    ...train,
    files: { a: images.subarray(0, 20), b: labels },
    exitCode: 3,
    code: 'DATASET_IDX_TRUNCATED',
  });
  await fails(t, 'not in the cache', {
    yaml: TINY.replace(/data: .*/, 'data: { source: mnist }'),
    argv: ['train'],
    exitCode: 3,
    code: 'DATASET_NOT_DOWNLOADED',
  });
  await fails(t, 'NaN in a CSV', {
    yaml: CSV,
    argv: ['train'],
    files: { 't.csv': 'a,b,y\n1,2,x\n3,NaN,z\n' },
    exitCode: 3,
    code: 'DATASET_CSV_NUMBER',
    context: { line: 3 },
  });
  await fails(t, 'import: unknown column', {
    argv: ['data', 'import', 't.csv', '--label-column', 'q'],
    files: { 't.csv': 'a,b,y\n1,2,x\n3,4,z\n' },
    exitCode: 3,
    code: 'DATASET_CSV_COLUMN',
  });
  await fails(t, 'import: an empty file', {
    argv: ['data', 'import', 'empty.csv'],
    files: { 'empty.csv': '' },
    exitCode: 3,
    code: 'DATASET_EMPTY',
  });
  await fails(t, 'import: three files', { argv: ['data', 'import', '1', '2', '3'], exitCode: 2, code: 'USAGE' });
  await fails(t, 'get: misspelt', { argv: ['data', 'get', 'minst'], exitCode: 2, code: 'USAGE' });
  await fails(t, 'get: wrong files', {
    argv: ['data', 'get', 'mnist', '--from', '.'],
    exitCode: 3,
    code: 'DATASET_FILE_MISSING',
  });
});

void t.test('import edits only the data section', async (t) => {
  const dir = writeProject(join(root, 'import'), `# mine\n${TINY}`);
  writeFileSync(join(dir, 'in.csv'), 'a,b,y\n1,2,x\n3,4,z\n2,2,x\n4,4,z\n1,1,x\n3,3,z\n');
  const run = await cli(['data', 'import', 'in.csv', '--yes', '--json'], { cwd: dir, env });
  t.same(schemaErrors(run.json), []);
  const text = readFileSync(join(dir, 'grapes.yaml'), 'utf8');
  t.match(text, /^# mine\nschemaVersion: 1/);
  t.match(text, /source: csv\n {2}file: data\/in.csv\n {2}labelColumn: y/);
  t.same(readdirSync(join(dir, 'data')), ['in.csv']);

  copyFileSync(join(packageRoot(), 'tests', 'vectors', 'data-files', 'set.npz'), join(dir, 'set.npz'));
  const arrays = await cli(['data', 'import', 'set.npz', '--yes', '--json'], { cwd: dir, env });
  t.match(arrays.json.result, { edited: true, summary: { inputShape: [2, 2], trainSamples: 4, testSamples: 2 } });
  const section = readFileSync(join(dir, 'grapes.yaml'), 'utf8');
  t.match(section, /data:\n {2}source: npz\n {2}file: data\/set.npz\n/);
  t.match(loadProject(dir, { cwd: dir, seed: null }).data, { source: 'npz', trainInputs: 'x_train' });
});

void t.test('training that diverges', async (t) => {
  await fails(t, 'diverges', {
    yaml: TINY.replace('learningRate: 0.1', 'learningRate: 100').replace('sgd,', 'momentum, momentum: 0.99,'),
    argv: ['train'],
    exitCode: 12,
    code: 'TRAIN_DIVERGED',
  });
});

void t.test('memory, ports and devices', { skip: skipUnless('cc') }, async (t) => {
  const dir = writeProject(join(root, 'good'));
  t.equal((await cli(['build'], { cwd: dir, env })).exitCode, 0);
  const run = await fails(t, 'budget', {
    in: dir,
    argv: ['plan', '--no-compile', '--budget', 'flash=200'],
    exitCode: 10,
    code: 'BUDGET_EXCEEDED',
    context: { memory: 'flash', limitBytes: 200 },
  });
  t.match(run.json.error?.message, /dense_0_weights/, 'names the largest tensor');
  await fails(t, 'budget in words', { in: dir, argv: ['plan', '--budget', 'rom=3'], exitCode: 2, code: 'USAGE' });
  const port = ['--port', join(root, 'no-such-port')];
  for (const verb of ['flash', 'verify', 'learn', 'monitor']) {
    await fails(t, `${verb}: no port`, { in: dir, argv: [verb, ...port], exitCode: 4, code: 'PORT_NOT_FOUND' });
  }
  await fails(t, 'pattern', {
    in: dir,
    argv: ['monitor', '--expect', '('],
    exitCode: 2,
    code: 'MONITOR_PATTERN_INVALID',
  });
  await fails(t, 'nothing to replay', {
    in: dir,
    argv: ['monitor', '--replay', 'none.jsonl'],
    exitCode: 2,
    code: 'MONITOR_RECORDING_MISSING',
  });
  await fails(t, 'expected line never comes', {
    in: dir,
    argv: ['monitor', '--steps', '5', '--expect', 'never this'],
    exitCode: 11,
    code: 'MONITOR_EXPECT_UNMET',
  });
});

void t.test('a missing compiler', async (t) => {
  const dir = writeProject(join(root, 'no-compiler'));
  await cli(['quantize'], { cwd: dir, env });
  const path = process.env['PATH'];
  process.env['PATH'] = join(root, 'empty');
  t.teardown(() => (process.env['PATH'] = path));
  await fails(t, 'no compiler', {
    in: dir,
    argv: ['build', '--board', 'mps2-an386'],
    exitCode: 8,
    code: 'TOOLCHAIN_MISSING',
  });
  const plan = await cli(['plan', '--json'], { cwd: dir, env });
  t.match(plan, { exitCode: 0, json: { memory: { flashBytes: null }, result: { sizes: null } } });
  t.match(plan.stderr, /planned, not compiled/);
});
