// A layers model through the tool: written by one project, begun with by another, trained by either engine.
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
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

const LAYERS = /model:\n( {2}.*\n)+/;
const from = (rest = ''): string =>
  TINY.replace(LAYERS, `model: { from: net/model.json${rest} }\n`).replace('epochs: 4', 'epochs: 1');

void t.test('export --format tfjs, model.from', async (t) => {
  const one = writeProject(join(root, 'one'));
  const two = writeProject(join(root, 'two'), from());
  const missing = await grapes(two, 'train');
  t.match(missing.json, { ok: false, error: { code: 'IMPORT_FILE_MISSING' } });

  const exported = await grapes(one, 'export', '--format', 'tfjs', '--out', join(two, 'net'));
  t.match(exported.json.result, { format: 'tfjs', files: ['model.json', 'weights.bin'], learns: false });
  const again = await grapes(one, 'export', '--format', 'tfjs');
  t.same(
    again.json.stages.map(({ action }) => action),
    ['current', 'current'],
  );
  const trained = (await grapes(one, 'train')).json.accuracy.float!;

  const begun = await grapes(two, 'train');
  t.equal(begun.exitCode, 0, begun.stderr);
  const gone = begun.json.accuracy.float!;
  t.ok(gone > trained - 0.05, `${String(gone)} after one more epoch, ${String(trained)} before`);
  writeProject(two, from(', weights: false'));
  const fresh = (await grapes(two, 'train')).json;
  t.ok(fresh.accuracy.float! < gone - 0.1, `${String(fresh.accuracy.float)} after one epoch from drawn weights`);

  // Other weights are other inputs: nothing is taken as up to date.
  writeProject(two, from());
  const weights = readFileSync(join(two, 'net', 'weights.bin'));
  weights.writeFloatLE(0.25, 0);
  writeFileSync(join(two, 'net', 'weights.bin'), weights);
  const changed = await grapes(two, 'train');
  t.match(changed.json, { ok: true, stages: [{ stage: 'train', action: 'ran' }] });
  t.not(changed.json.run!.id, begun.json.run!.id);

  rmSync(join(two, 'net', 'weights.bin'));
  t.match((await grapes(two, 'train')).json, { error: { code: 'IMPORT_INVALID' } });
});

void t.test('a file for other data', async (t) => {
  const dir = writeProject(join(root, 'other'), from().replace('size: 7', 'size: 14'));
  await grapes(writeProject(join(root, 'one')), 'export', '--format', 'tfjs', '--out', join(dir, 'net'));
  const run = await grapes(dir, 'train');
  t.match(run.json, { ok: false, error: { code: 'TRAIN_MODEL_MISMATCH' } });
});

void t.test('from and layers exclude each other; one is needed', async (t) => {
  const both = TINY.replace('model:\n', 'model:\n  from: net/model.json\n');
  t.match((await grapes(writeProject(join(root, 'both'), both), 'train')).json, { error: { code: 'CONFIG_VALUE' } });
  const neither = TINY.replace(LAYERS, 'model: { bias: true }\n');
  const run = await grapes(writeProject(join(root, 'neither'), neither), 'train');
  t.match(run.json, { error: { code: 'CONFIG_MISSING_KEY', message: /"layers" is missing in model/ } });
});

void t.test('engine: tfjs trains alike', async (t) => {
  const short = TINY.replace('epochs: 4', 'epochs: 1');
  const wasm = await grapes(writeProject(join(root, 'wasm'), short), 'train');
  const tfjs = await grapes(writeProject(join(root, 'tfjs'), short.replace('epochs', 'engine: tfjs, epochs')), 'train');
  t.equal(tfjs.exitCode, 0, tfjs.stderr);
  t.match(tfjs.stderr, /Engine: tfjs 4\.\d+\.\d+, back end (tensorflow|wasm|cpu)/);
  const loss = ({ json }: CliRun): number =>
    (json.result as { report: { epochs: { trainLoss: number }[] } }).report.epochs[0].trainLoss;
  t.ok(Math.abs(loss(wasm) - loss(tfjs)) < 1e-4, `${String(loss(wasm))} and ${String(loss(tfjs))}`);
});
