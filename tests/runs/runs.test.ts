import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import t from 'tap';
import { RunFolder } from '../../src/runs/run-folder.js';
import type { Stage } from '../../src/runs/stage.js';

interface Fake extends Stage {
  runs: number;
}

function stage(change: Partial<Stage> = {}): Fake {
  const fake: Fake = {
    id: 'train',
    version: 1,
    options: { epochs: 3 },
    inputs: { data: 'aa' },
    seed: 1,
    runs: 0,
    run: async (output) => {
      fake.runs++;
      output.write('graph.bin', new Uint8Array([1, 2, 3]));
      output.writeJson('deep/report.json', { epochs: 3 });
    },
    ...change,
  };
  return fake;
}

function everything(dir: string): Record<string, string> {
  const files = readdirSync(dir, { recursive: true, withFileTypes: true }).filter((e) => e.isFile());
  return Object.fromEntries(
    files.map((f) => [join(f.parentPath, f.name), readFileSync(join(f.parentPath, f.name), 'hex')]),
  );
}

void t.test('a stage runs again only when its key or its files changed', async (t) => {
  const run = RunFolder.open(t.testdir(), 'net-00000000');
  t.teardown(() => run.close());
  const first = stage();
  t.match(await run.bring(first), { action: 'ran' });
  const again = stage();
  t.match(await run.bring(again), { action: 'current' });
  t.equal(again.runs, 0);

  const changes: Partial<Stage>[] = [
    { options: { epochs: 4 } },
    { inputs: { data: 'bb' } },
    { version: 2 },
    { seed: 2 },
  ];
  for (const change of changes) {
    t.equal(run.current(stage(change)), null, JSON.stringify(change));
    t.match(await run.bring(stage(change)), { action: 'ran' }, JSON.stringify(change));
  }
  t.match(await run.bring(stage()), { action: 'ran' });
  t.match(await run.bring(stage(), { force: true }), { action: 'ran' });

  writeFileSync(join(run.stageDir('train'), 'graph.bin'), 'spoilt');
  t.match(await run.bring(stage()), { action: 'ran' }, 'a spoilt output');
  rmSync(join(run.stageDir('train'), 'deep'), { recursive: true });
  t.match(await run.bring(stage()), { action: 'ran' }, 'a missing output');
  writeFileSync(join(run.stageDir('train'), 'provenance.json'), '{"schemaVersion":1,"key":"x","outputs":null}');
  t.match(await run.bring(stage()), { action: 'ran' }, 'a spoilt record');
  t.match(await run.bring(stage({ repeatable: false })), { action: 'ran' }, 'a stage that asks a board');
});

void t.test('the same inputs give the same bytes; volatile files do not count', async (t) => {
  const dirs = [t.testdir({ a: {}, b: {} }) + '/a', join(t.testdirName, 'b')];
  const results: string[] = [];
  const files = [];
  for (const [i, dir] of dirs.entries()) {
    const run = RunFolder.open(dir, 'net-00000000');
    const timed = stage({
      volatileFiles: ['timing.json'],
      run: async (output) => {
        output.writeJson('report.json', { accuracy: 1 });
        output.writeJson('timing.json', { seconds: i });
      },
    });
    const result = await run.bring(timed);
    results.push(result.digest);
    files.push(readFileSync(join(result.dir, 'provenance.json'), 'utf8'));
    run.close();
  }
  t.equal(results[0], results[1]);
  t.equal(files[0], files[1]);
  t.notMatch(files[0], /\/|timing/, 'neither a path nor a volatile file in the record');
});

void t.test('a failed or interrupted stage leaves what was there before', async (t) => {
  const run = RunFolder.open(t.testdir(), 'net-00000000');
  t.teardown(() => run.close());
  await run.bring(stage());
  const before = everything(run.dir);
  const failing = stage({
    options: 'other',
    run: async (output) => {
      output.write('graph.bin', 'half');
      throw new Error('boom');
    },
  });
  await t.rejects(run.bring(failing), { message: 'boom' });
  t.same(everything(run.dir), before);

  const abort = new AbortController();
  const interrupted = stage({
    options: 'other',
    run: async (output) => {
      output.write('graph.bin', 'half');
      abort.abort(new Error('stop'));
    },
  });
  await t.rejects(run.bring(interrupted, { signal: abort.signal }), { message: 'stop' });
  t.same(everything(run.dir), before);
});

void t.test('--no-deps refuses and says which stage', async (t) => {
  const run = RunFolder.open(t.testdir(), 'net-00000000');
  t.teardown(() => run.close());
  const refuse = { command: 'grapes train' };
  await t.rejects(run.bring(stage(), { refuse }), {
    code: 'STAGE_OUT_OF_DATE',
    context: { stage: 'train', made: false, command: 'grapes train' },
  });
  await run.bring(stage());
  t.match(await run.bring(stage(), { refuse }), { action: 'current' });
  await t.rejects(run.bring(stage({ seed: 9 }), { refuse }), { code: 'STAGE_OUT_OF_DATE', context: { made: true } });
});

void t.test('one process at a time; a dead one does not count', async (t) => {
  const dir = t.testdir();
  const run = RunFolder.open(dir, 'net-00000000');
  t.throws(() => RunFolder.open(dir, 'net-00000000'), { code: 'RUN_BUSY', context: { pid: process.pid } });
  t.same(readdirSync(run.dir), ['.lock'], 'nothing but the lock');
  run.close();
  t.notOk(existsSync(run.dir), 'empty again');
  const lock = join(dir, 'net-00000000', '.lock');
  const ended = spawnSync(process.execPath, ['-e', '']).pid;
  const leftBehind = [
    JSON.stringify({ pid: ended, start: '1', host: hostname() }),
    JSON.stringify({ pid: process.pid, start: 'before', host: hostname() }),
    '',
  ];
  for (const content of leftBehind) {
    mkdirSync(dirname(lock), { recursive: true });
    writeFileSync(lock, content);
    RunFolder.open(dir, 'net-00000000').close();
    t.notOk(existsSync(lock), content);
  }
  mkdirSync(dirname(lock));
  writeFileSync(lock, JSON.stringify({ pid: ended, start: '1', host: 'elsewhere' }));
  t.throws(() => RunFolder.open(dir, 'net-00000000'), { code: 'RUN_BUSY', context: { host: 'elsewhere' } });
});

void t.test('what dead processes left is cleared, what living ones write is not', async (t) => {
  const dir = t.testdir();
  const ended = spawnSync(process.execPath, ['-e', '']).pid;
  const inRun = (path: string): string => join(dir, 'net-00000000', path);
  for (const path of [`.train.${ended}.tmp`, `build/.host.${ended}.tmp`, `.quantize.${ended}.old`, '.plan.1.tmp']) {
    mkdirSync(inRun(path), { recursive: true });
    writeFileSync(join(inRun(path), 'x'), 'x');
  }
  mkdirSync(inRun('train'), { recursive: true });
  mkdirSync(inRun('checkpoint'));
  writeFileSync(inRun(`checkpoint/train.bin.${ended}.tmp`), 'half a checkpoint');
  writeFileSync(inRun('checkpoint/train.bin'), 'a checkpoint');
  RunFolder.open(dir, 'net-00000000').close();
  t.notOk(existsSync(inRun(`checkpoint/train.bin.${ended}.tmp`)), 'a file that was being replaced');
  t.ok(existsSync(inRun('checkpoint/train.bin')));
  t.notOk(existsSync(inRun(`.train.${ended}.tmp`)));
  t.notOk(existsSync(inRun(`build/.host.${ended}.tmp`)));
  t.ok(existsSync(inRun('quantize/x')), 'a folder whose replacement never came is put back');
  t.ok(existsSync(inRun('.plan.1.tmp')), 'process 1 is alive');
  t.equal(readlinkSync(join(dir, 'latest')), 'net-00000000');
  const other = RunFolder.open(dir, 'other-00000000');
  await other.bring(stage());
  other.close();
  t.equal(readlinkSync(join(dir, 'latest')), 'other-00000000');
});

void t.test('a run in which nothing was made leaves no trace', (t) => {
  const dir = t.testdir();
  const runs = join(dir, 'runs');
  const fail = (id: string): void => {
    const run = RunFolder.open(runs, id);
    t.equal(readlinkSync(join(runs, 'latest')), id, 'while it works');
    run.close();
    t.notOk(existsSync(join(runs, id)));
  };
  fail('net-00000000');
  t.same(readdirSync(runs), []);
  const kept = RunFolder.open(runs, 'kept-00000000');
  writeFileSync(join(kept.dir, 'checkpoint'), 'x');
  kept.close();
  fail('net-00000000');
  t.equal(readlinkSync(join(runs, 'latest')), 'kept-00000000', 'the one before is the latest again');
  t.same(readdirSync(runs).sort(), ['kept-00000000', 'latest']);
  t.end();
});

void t.test('a full disk leaves no half artefact', async (t) => {
  const dir = t.testdir();
  if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', dir]).status !== 0) {
    t.comment('skipped: a small tmpfs cannot be mounted here; tests/cli covers a file size limit instead');
    return;
  }
  try {
    const run = RunFolder.open(dir, 'net-00000000');
    await run.bring(stage());
    const before = everything(run.dir);
    const huge = stage({ options: 'other', run: async (output) => output.write('graph.bin', new Uint8Array(200_000)) });
    await t.rejects(run.bring(huge), { code: 'DISK_WRITE_FAILED', context: { errno: 'ENOSPC' } });
    t.same(everything(run.dir), before);
    t.match(await run.bring(stage()), { action: 'current' });
    run.close();
  } finally {
    spawnSync('umount', [dir]);
  }
});
