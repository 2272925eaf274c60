// `grapes import`: a project around a .tflite model, through the commands that follow.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { randomFloatTflite } from '../import/random-float-tflite.js';
import { randomTflite } from '../import/random-tflite.js';
import { skipUnless } from '../lanes.js';
import { sharedFolder } from '../shared.js';
import { cli } from './in-process.js';
import { schemaErrors } from './schemas.js';

const root = t.testdir();
const env = { XDG_CACHE_HOME: join(root, 'cache') };
const models = sharedFolder('models/mlperf-tiny');
const skip = models === null ? 'the models of ../shared are not here' : false;
const at = { cwd: root, env };

/** Seed of a random model with two inputs and two outputs. */
const TWO_OF_EACH = 148;

interface Edges {
  readonly inputs: readonly { readonly shape: readonly number[]; readonly offset: number }[];
  readonly outputs: Edges['inputs'];
  readonly inputShape: readonly number[];
  readonly outputShape: readonly number[];
}

void t.test('a model of MLPerf Tiny, from the file to the board', { skip }, async (t) => {
  const model = join(models!, 'ad01_int8.tflite');
  const made = await cli(['import', model, '--out', 'ad', '--json'], at);
  t.equal(made.exitCode, 0, made.stderr);
  t.same(schemaErrors(made.json), []);
  t.match(made.json, { project: 'ad01_int8', board: 'host', result: { dir: join(root, 'ad') } });
  t.match(made.json.result, { model: { name: 'ad01_int8', macs: 264192, outputShape: [640], arenaBytes: 768 } });
  t.same(readFileSync(join(root, 'ad', 'ad01_int8.tflite')), readFileSync(model));

  const exported = await cli(['export', '-C', 'ad', '--format', 'tflite', '--out', 'back', '--json'], at);
  t.same(schemaErrors(exported.json), []);
  t.match(exported.json.result, { format: 'tflite', files: ['ad01_int8.tflite'], learns: false });
  const back = await cli(['import', 'back/ad01_int8.tflite', '--out', 'ad2', '--json'], at);
  t.match(back.json.result, { model: { macs: 264192, outputShape: [640], arenaBytes: 768 } }, back.stderr);

  const report = await cli(['report', '-C', 'ad', '--board', 'mps2-an386', '--json'], at);
  t.equal(report.exitCode, 0, report.stderr);
  t.same(schemaErrors(report.json), []);
  t.match(report.json, { accuracy: { device: null }, result: { verify: null, learn: null } });
  t.match(readFileSync((report.json.result as { report: string }).report, 'utf8'), 'not been verified');

  for (const rounding of ['tflite', 'single']) {
    const dir = `ad-${rounding}`;
    await cli(['import', model, '--out', dir, '--rounding', rounding], at);
    const deployed = await cli(['deploy', '-C', dir, '--samples', '5', '--json'], at);
    if (skipUnless('cc') !== false) continue;
    t.equal(deployed.exitCode, 0, deployed.stderr);
    t.same(schemaErrors(deployed.json), []);
    t.match(deployed.json, {
      accuracy: { float: null, int8: null, device: null },
      verify: { samples: 5, mismatches: 0 },
    });
  }
  for (const verb of ['train', 'evaluate', 'learn']) {
    const refused = await cli([verb, '-C', 'ad', '--json'], at);
    t.match(refused.json.error?.code, verb === 'learn' ? 'CONFIG_NO_LEARN' : 'PROJECT_IMPORTED', verb);
    t.same(schemaErrors(refused.json), []);
  }
});

void t.test('several inputs and outputs are one vector each, and the command says which place is whose', async (t) => {
  writeFileSync(join(root, 'two.tflite'), randomTflite(TWO_OF_EACH).file);
  const made = await cli(['import', 'two.tflite', '--json'], at);
  t.equal(made.exitCode, 0, made.stderr);
  t.same(schemaErrors(made.json), []);
  const { inputs, outputs, inputShape, outputShape } = (made.json.result as { model: Edges }).model;
  for (const [edges, shape] of [
    [inputs, inputShape],
    [outputs, outputShape],
  ] as const) {
    t.equal(edges.length, 2);
    const sizes = edges.map((edge) => edge.shape.reduce((n, d) => n * d, 1));
    t.same([edges[0].offset, edges[1].offset, sizes[0] + sizes[1]], [0, sizes[0], shape[0]]);
  }
  if (skipUnless('cc') !== false) return;
  const deployed = await cli(['deploy', '-C', 'two', '--samples', '5', '--json'], at);
  t.match(deployed.json, { verify: { samples: 5, mismatches: 0 } }, deployed.stderr);
});

void t.test('a float model is quantized once there is data', async (t) => {
  writeFileSync(join(root, 'real.tflite'), randomFloatTflite(3, [7, 7, 1], 10));
  const made = await cli(['import', 'real.tflite', '--out', 'real', '--json'], at);
  t.equal(made.exitCode, 0, made.stderr);
  t.same(schemaErrors(made.json), []);
  t.match(made.json.result, { model: { kind: 'float32', outputShape: [10], arenaBytes: null } });
  const missing = await cli(['quantize', '-C', 'real', '--json'], at);
  t.match(missing.json.error, { code: 'DATA_NONE', message: /float model.*`data:`/, hint: /data import/ });
  const deploy = await cli(['deploy', '-C', 'real', '--json'], at);
  t.match(deploy.json.error, { code: 'DATA_NONE', context: { model: 'real.tflite' } });
  const occupied = await cli(['import', 'real.tflite', '--out', 'real', '--json'], at);
  t.match(occupied.json.error, { code: 'INIT_EXISTS', hint: /--out DIR/ });

  const project = join(root, 'real', 'grapes.yaml');
  t.match(readFileSync(project, 'utf8'), /# data: \{ source: npz, file: \S+ \}/);
  const data = 'data: { source: synthetic-digits, size: 7, trainSamples: 100, testSamples: 40 }';
  writeFileSync(project, readFileSync(project, 'utf8').replace(/# data: .*/, data));
  const quantized = await cli(['quantize', '-C', 'real', '--json'], at);
  t.equal(quantized.exitCode, 0, quantized.stderr);
  t.same(schemaErrors(quantized.json), []);
  const exported = await cli(['export', '-C', 'real', '--format', 'tflite', '--out', 'int8', '--json'], at);
  t.equal(exported.exitCode, 0, exported.stderr);
  const float = await cli(['export', '-C', 'real', '--format', 'tflite', '--float', '--out', 'float', '--json'], at);
  t.match(float.json.result, { format: 'tflite', files: ['real_float32.tflite'] }, float.stderr);
  const real = await cli(['import', 'float/real_float32.tflite', '--out', 'float-again', '--json'], at);
  t.match(real.json.result, { model: { kind: 'float32', outputShape: [10] } }, real.stderr);
  const wrong = await cli(['export', '-C', 'real', '--float', '--json'], at);
  t.match(wrong.json.error, { code: 'USAGE', message: /--float is for --format tflite/ });
  const again = await cli(['import', 'int8/real.tflite', '--out', 'int8-again', '--json'], at);
  t.match(again.json.result, { model: { kind: 'int8', outputShape: [10] } }, again.stderr);
});

void t.test('what cannot be imported leaves no project behind', async (t) => {
  writeFileSync(join(root, 'junk.tflite'), Buffer.alloc(100, 7));
  const junk = await cli(['import', 'junk.tflite', '--out', 'junk', '--json'], at);
  t.equal(junk.json.error?.code, 'IMPORT_TFLITE_INVALID');
  t.equal(junk.exitCode, 3);
  const absent = await cli(['import', 'absent.tflite', '--json'], at);
  t.match(absent.json.error, { code: 'IMPORT_FILE_MISSING', context: { file: join(root, 'absent.tflite') } });
  t.equal(absent.exitCode, 3);
  mkdirSync(join(root, 'folder.tflite'));
  const folder = await cli(['import', 'folder.tflite', '--json'], at);
  t.match(folder.json.error, { code: 'IMPORT_FILE_UNREADABLE', message: /is a folder/ });
  const name = await cli(['import', 'junk.tflite', '--name', 'Not C', '--json'], at);
  t.equal(name.json.error?.code, 'CONFIG_VALUE');
  t.notOk(existsSync(join(root, 'junk')));
});
