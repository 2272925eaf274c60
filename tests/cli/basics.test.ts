import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { loadProject } from '../../src/config/load.js';
import { TEMPLATES } from '../../src/cli/templates.js';
import { ERROR_CATALOGUE } from '../../src/errors/catalogue.js';
import { packageRoot } from '../../src/util/package-root.js';
import { cli } from './in-process.js';
import { TINY } from './project.js';

void t.test('help and version are text on standard output, exit code 0', async (t) => {
  const cwd = t.testdir();
  for (const argv of [['--help'], ['boards', '--help'], ['init', '-h'], ['--version']]) {
    const run = await cli(argv, { cwd });
    t.equal(run.exitCode, 0, argv.join(' '));
    t.equal(run.stderr, '');
    t.ok(run.stdout.length > 3);
  }
  t.match((await cli(['init', '--help'], { cwd })).stdout, /--project <dir>/, 'global options are shown everywhere');
  t.match((await cli(['--json', '--help'], { cwd })).json, { ok: true, result: { text: /Usage/ } });
});

void t.test('usage errors: exit code 2, also as JSON', async (t) => {
  const cwd = t.testdir();
  const cases = [
    [],
    ['trian'],
    ['boards'],
    ['boards', 'show'],
    ['boards', 'list', 'surplus'],
    ['--no-such-option'],
    ['boards', 'list', '--seed', 'x'],
    ['boards', 'list', '--seed', '-1'],
    ['boards', 'list', '--seed', '4294967296'],
    ['init', '--template', 'digitz'],
    ['explain', 'NO_SUCH_CODE'],
  ];
  for (const argv of cases) {
    const run = await cli(['--json', ...argv], { cwd });
    t.equal(run.exitCode, 2, argv.join(' '));
    t.match(run.json, { schemaVersion: 1, ok: false, error: { code: String, message: String, hint: String } });
    t.match(run.stderr, /^error [A-Z_]+: /, 'people get it too');
    t.equal((await cli(argv, { cwd })).stdout, '', 'without --json nothing is on standard output');
  }
  t.match((await cli(['trian'], { cwd })).stderr, /nknown command/);
});

void t.test('after Ctrl-C, what it broke on its way is not the error', async (t) => {
  const run = await cli(['--json', 'boards', 'show', 'nope'], { cwd: t.testdir(), signal: AbortSignal.abort() });
  t.equal(run.exitCode, 130);
  t.match(run.json, { ok: false, error: { code: 'INTERRUPTED' } });
});

void t.test('explain knows every code', async (t) => {
  const cwd = t.testdir();
  const all = (await cli(['explain', '--json'], { cwd })).json.result?.['codes'] as { code: string }[];
  t.same(
    all.map((entry) => entry.code),
    Object.keys(ERROR_CATALOGUE).sort(),
  );
  t.match((await cli(['explain', 'run-busy'], { cwd })).stdout, /RUN_BUSY: .*\n\n.*\n\nWhat to do/);
});

void t.test('boards: listed, shown, misspelt', async (t) => {
  const cwd = t.testdir();
  const list = await cli(['boards', 'list', '--json'], { cwd });
  t.match(list.json.result, {
    boards: [
      { id: 'host', flashBytes: null, kind: 'process', virtual: false },
      { id: 'mps2-an385', kind: 'emulator', virtual: true },
    ],
  });
  t.match((await cli(['boards', 'show', 'host', '--json'], { cwd })).json, {
    board: 'host',
    result: { board: { id: 'host' } },
  });
  t.match(await cli(['boards', 'show', 'hots', '--json'], { cwd }), {
    exitCode: 3,
    json: { ok: false, board: 'hots', error: { code: 'BOARD_UNKNOWN', context: { suggestion: 'host' } } },
  });
});

void t.test('boards of the project come first', async (t) => {
  const read = (path: string): Record<string, unknown> =>
    JSON.parse(readFileSync(join(packageRoot(), 'boards', path), 'utf8')) as Record<string, unknown>;
  const chip = read('chips/cmsdk-cm4f.json');
  const memory = (chip['memory'] as { kind: string }[]).map((m) => (m.kind === 'ram' ? { ...m, bytes: 16384 } : m));
  const own = t.testdir({
    'grapes.yaml': TINY.replace(/^board:.*\n/m, '') + 'board: small-m4\n',
    boards: {
      'small-m4.json': JSON.stringify({ ...read('mps2-an386.json'), name: 'Small', chip: 'small' }),
      'host.json': JSON.stringify({ ...read('host.json'), name: 'My computer' }),
      chips: { 'small.json': JSON.stringify({ ...chip, memory }) },
    },
  });
  const listed = await cli(['boards', 'list', '-C', own, '--json'], { cwd: t.testdirName });
  const boards = (listed.json.result as { boards: { id: string; name: string; ramBytes: number | null }[] }).boards;
  t.match(
    boards.filter(({ id }) => id === 'small-m4' || id === 'host'),
    [{ name: 'My computer' }, { name: 'Small', ramBytes: 16384 }],
  );
  t.equal(boards.filter(({ id }) => id === 'host').length, 1);
  t.match((await cli(['boards', 'show', 'small-m4'], { cwd: own })).stdout, '16,384');
  t.match((await cli(['plan', '--no-compile', '--json'], { cwd: own })).json, { ok: true, board: 'small-m4' });
  t.equal(
    (await cli(['boards', 'show', 'small-m4', '--json'], { cwd: packageRoot() })).json.error?.code,
    'BOARD_UNKNOWN',
  );
});

void t.test('init writes a project that loads, and overwrites nothing', async (t) => {
  const cwd = t.testdir({ 'my net 2': {} });
  for (const template of Object.keys(TEMPLATES)) {
    const run = await cli(['init', '--template', template, '-C', template, '--board', 'mps2-an386', '--seed', '5'], {
      cwd,
    });
    t.equal(run.exitCode, 0, run.stderr);
    t.match(loadProject(join(cwd, template), { cwd, seed: null }), { name: template, board: 'mps2-an386', seed: 5 });
    const text = readFileSync(join(cwd, template, 'grapes.yaml'), 'utf8');
    const schema = /^# yaml-language-server: \$schema=(.*)$/m.exec(text)?.[1] ?? '';
    t.ok(existsSync(join(cwd, template, schema)), 'editors find the schema');
  }
  const dir = join(cwd, 'digits');
  writeFileSync(join(dir, 'grapes.yaml'), 'mine');
  writeFileSync(join(dir, '.gitignore'), '*.log');
  t.match(await cli(['init', '--json'], { cwd: dir }), { exitCode: 2, json: { error: { code: 'INIT_EXISTS' } } });
  t.equal(readFileSync(join(dir, 'grapes.yaml'), 'utf8'), 'mine');
  t.equal((await cli(['init', '--yes'], { cwd: dir })).exitCode, 0);
  t.equal(readFileSync(join(dir, '.gitignore'), 'utf8'), '*.log\nruns/\n*.local.yaml\n');
  t.match(await cli(['init', '--json', '-C', 'a', '--name', 'No Good'], { cwd }), {
    exitCode: 3,
    json: { error: { code: 'CONFIG_VALUE' } },
  });
  t.notOk(existsSync(join(cwd, 'a')), 'nothing was written');
  t.equal((await cli(['init', '-C', 'my net 2'], { cwd })).exitCode, 0);
  t.equal(loadProject(join(cwd, 'my net 2'), { cwd, seed: null }).name, 'my_net_2');
});

void t.test('a recording is not replayed into itself', async (t) => {
  const event = '{"kind":"text"}\n';
  const cwd = t.testdir({ 'a.jsonl': event, 'b.jsonl': t.fixture('symlink', 'a.jsonl') });
  for (const file of ['a.jsonl', './a.jsonl', 'b.jsonl']) {
    const run = await cli(['monitor', '--replay', 'a.jsonl', '--record', file, '--json'], { cwd });
    t.match(run, { exitCode: 2, json: { error: { code: 'USAGE', context: { replay: 'a.jsonl' } } } }, file);
  }
  t.equal(readFileSync(join(cwd, 'a.jsonl'), 'utf8'), event, 'it has not grown');
});

void t.test('npm run grapes: paths are relative to where the user stands', async (t) => {
  const cwd = t.testdir({ elsewhere: {} });
  const env = { npm_package_name: 'grapes-mcu', npm_lifecycle_event: 'grapes', INIT_CWD: join(cwd, 'elsewhere') };
  await cli(['init', '-C', 'p'], { cwd, env });
  t.ok(existsSync(join(cwd, 'elsewhere', 'p', 'grapes.yaml')));
  await cli(['init', '-C', 'p'], { cwd, env: { ...env, npm_package_name: 'other' } });
  t.ok(existsSync(join(cwd, 'p', 'grapes.yaml')), "another package's script has its own working folder");
});
