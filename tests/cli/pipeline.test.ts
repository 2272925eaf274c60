import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { graphFromFiles } from '../../src/ir/graph-file.js';
import { RECORD_FILE } from '../../src/runs/stage-record.js';
import { sha256Hex } from '../../src/util/digest.js';
import { skipUnless } from '../lanes.js';
import { cli, type CliOptions, type CliRun } from './in-process.js';
import { filesBelow, leftovers, TINY, writeProject } from './project.js';
import { schemaErrors } from './schemas.js';

const skip = skipUnless('cc');
const root = t.testdir();
const env = { XDG_CACHE_HOME: join(root, 'cache') };
const project = writeProject(join(root, 'one'));

/** Runs in the first project with --json, and holds the output against the published schema. */
async function grapes(argv: readonly string[], options: Partial<CliOptions> = {}): Promise<CliRun> {
  const run = await cli([...argv, '--json'], { cwd: project, env, ...options });
  const errors = schemaErrors(run.json);
  if (errors.length > 0) throw new Error(`${argv.join(' ')}: ${errors.join('; ')}`);
  return run;
}

function actions(run: CliRun): Record<string, string> {
  return Object.fromEntries(run.json.stages.map(({ stage, action }) => [stage, action]));
}

void t.test('deploy brings everything up to date and the device agrees', { skip }, async (t) => {
  const run = await grapes(['deploy']);
  t.equal(run.exitCode, 0, run.stderr);
  t.match(run.json, {
    ok: true,
    command: 'deploy',
    board: 'host',
    project: 'tiny',
    run: { id: /^tiny-[0-9a-f]{8}$/ },
    verify: { samples: 100, mismatches: 0, mismatchedSamples: 0 },
    learn: { steps: null },
    memory: { flashBytes: null },
  });
  t.equal(run.json.accuracy.int8, run.json.accuracy.device);
  t.same(new Set(Object.values(actions(run))), new Set(['ran']));
  t.same(leftovers(join(project, 'runs')), []);
  const { 'report/host': page, ...again } = actions(await grapes(['deploy']));
  t.equal(page, 'ran', 'the page is written anew each time');
  t.same(new Set(Object.values(again)), new Set(['current']));
});

void t.test('every verb alone; text for people and JSON by its schema', { skip }, async (t) => {
  const verbs = ['train', 'quantize', 'evaluate', 'plan', 'plan --no-compile', 'export', 'build', 'flash', 'verify'];
  for (const verb of [...verbs, 'learn', 'monitor --steps 30', 'boards list', 'boards show host', 'explain']) {
    const run = await grapes(verb.split(' '));
    t.equal(run.exitCode, 0, `${verb}: ${run.stderr}`);
    const text = await cli(verb.split(' '), { cwd: project, env });
    t.ok(text.exitCode === 0 && text.stdout.length > 20 && !text.stdout.includes('undefined'), verb);
  }
  const demo = await grapes(['demo', 'digits', '-C', join(root, 'demo'), '--board', 'host']);
  t.match(demo.json, { ok: true, verify: { samples: 1000, mismatches: 0 }, learn: { weightMismatches: 0 } });
  t.ok(demo.json.learn.accuracyAfter! >= demo.json.learn.accuracyBefore! + 0.1);
  const learn = await grapes(['learn']);
  t.match(learn.json.learn, { steps: 60, weightMismatches: 0, accuracyBefore: Number, accuracyAfter: Number });
  t.match(actions(learn), { 'learn/host': 'current', 'build/host': 'current' });
  t.match((await grapes(['learn', '--steps', '20'])).json.learn, { steps: 20 });
  const page = join(root, 'page.html');
  const report = await grapes(['report', '--out', page]);
  t.match(report.json, { verify: { samples: 100, mismatches: 0 }, result: { report: page, learn: { steps: 20 } } });
  t.match(readFileSync(page, 'utf8'), /The world changes/, 'what the board said last');
  const out = join(root, 'c code');
  t.equal((await grapes(['export', '--out', out])).exitCode, 0);
  t.ok(existsSync(join(out, 'tiny.h')));
});

void t.test('only what depends on a change runs again', { skip }, async (t) => {
  const dir = writeProject(join(root, 'changes'));
  const all = await grapes(['deploy'], { cwd: dir });
  const after = async (from: string, to: string, argv = ['deploy']): Promise<CliRun> => {
    writeProject(dir, TINY.replace(from, to));
    return grapes(argv, { cwd: dir });
  };
  const current = { train: 'current', quantize: 'current', 'export/host': 'current', 'build/host': 'current' };
  t.match(actions(await after('samples: 100', 'samples: all')), { ...current, 'verify/host': 'ran' });
  t.match(actions(await after('samples: 50', 'samples: 60')), {
    train: 'current',
    quantize: 'ran',
    'build/host': 'ran',
  });
  t.match(actions(await after('learn: {', 'learn: { layers: 1,')), {
    train: 'current',
    'export/host': 'ran',
    'build/host': 'ran',
  });
  const other = await after('epochs: 4', 'epochs: 5');
  t.not(other.json.run?.id, all.json.run?.id, 'other training inputs, another run');
  t.match(actions(await grapes(['deploy', '--seed', '7'], { cwd: dir })), { train: 'ran' });
  writeProject(dir, TINY);
  t.match(actions(await grapes(['train', '--force'], { cwd: dir })), { train: 'ran' });
});

void t.test('--no-deps refuses and names the stage and the command', { skip }, async (t) => {
  const dir = writeProject(join(root, 'nodeps'));
  const argv = ['quantize', '--no-deps', '-C', dir];
  t.match(await grapes(argv, { cwd: root }), {
    exitCode: 2,
    json: { error: { code: 'STAGE_OUT_OF_DATE', context: { stage: 'train', command: `grapes train -C ${dir}` } } },
  });
  t.equal((await grapes(['train', '--no-deps'], { cwd: dir })).exitCode, 0);
  t.equal((await grapes(argv, { cwd: root })).exitCode, 0);
});

void t.test('the same inputs give the same bytes, wherever they stand', { skip }, async (t) => {
  const again = writeProject(join(root, 'elsewhere', 'second'));
  await grapes(['deploy']);
  await grapes(['learn']);
  await grapes(['deploy'], { cwd: again, env: { XDG_CACHE_HOME: join(root, 'cache2') } });
  await grapes(['learn'], { cwd: again, env: { XDG_CACHE_HOME: join(root, 'cache2') } });
  const id = (await grapes(['train'])).json.run!.id;
  const [a, b] = [project, again].map((dir) => filesBelow(join(dir, 'runs', id)));
  t.same(Object.keys(a), Object.keys(b));
  for (const file of Object.keys(a)) t.equal(a[file], b[file], file);
});

void t.test('a damaged firmware: mismatches are counted, located, and exit with 11', { skip }, async (t) => {
  const dir = writeProject(join(root, 'damaged'));
  await grapes(['build'], { cwd: dir });
  damageWeights(join(dir, 'runs', 'latest'));
  const verify = await grapes(['verify', '--samples', 'all'], { cwd: dir });
  t.equal(verify.exitCode, 11);
  t.match(verify.json, {
    ok: false,
    verify: { samples: 120 },
    error: { code: 'VERIFY_MISMATCH', context: { opIndex: 0 } },
  });
  t.ok(verify.json.verify.mismatches! > 0);
  t.match((await cli(['verify'], { cwd: dir, env })).stdout, /differing output bytes/, 'the report is still shown');
  t.match(actions(await grapes(['verify'], { cwd: dir })), { 'verify/host': 'ran' }, 'a failure is measured again');
  const learn = await grapes(['learn'], { cwd: dir });
  t.match([learn.exitCode, learn.json.error], [11, { code: 'LEARN_MISMATCH' }]);
  t.ok(learn.json.learn.weightMismatches! > 0);
});

/** A bit of some weights in the linked image, as a worn flash would have it; the records are made to agree. */
function damageWeights(runDir: string): void {
  const at = (path: string): string => join(runDir, path);
  const graph = graphFromFiles(readFileSync(at('quantize/model.json'), 'utf8'), readFileSync(at('quantize/model.bin')));
  const op = graph.ops[0];
  const weights = Buffer.from(graph.tensors[op.kind === 'fully_connected' ? op.weights : 0].data as Int8Array);
  const elf = readFileSync(at('build/host/firmware.elf'));
  const offset = elf.indexOf(weights.subarray(0, 24));
  if (offset < 0) throw new Error('the weights are not in the image as they are in the graph');
  for (let at = offset + 24; at < offset + weights.length; at += 7) elf[at] ^= 0x40;
  writeFileSync(at('build/host/firmware.elf'), elf);
  const edit = (path: string, change: (json: Record<string, unknown>) => void): void => {
    const json = JSON.parse(readFileSync(at(path), 'utf8')) as Record<string, unknown>;
    change(json);
    writeFileSync(at(path), `${JSON.stringify(json, null, 2)}\n`);
  };
  edit('build/host/image.json', (image) => (image['elfDigest'] = sha256Hex(elf)));
  edit(`build/host/${RECORD_FILE}`, (record) => {
    const outputs = record['outputs'] as Record<string, string>;
    outputs['firmware.elf'] = sha256Hex(elf);
    outputs['image.json'] = sha256Hex(readFileSync(at('build/host/image.json')));
  });
}
