import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { packageRoot } from '../../src/util/package-root.js';
import { skipUnless } from '../lanes.js';
import { cli } from './in-process.js';
import { filesBelow, leftovers, TINY, writeProject } from './project.js';

const main = join(packageRoot(), 'dist', 'cli', 'main.js');
const skip = existsSync(main) ? false : 'dist is not built (npm run build)';
const skipCc = skip === false ? skipUnless('cc') : skip;
const root = t.testdir();
const env = { ...process.env, XDG_CACHE_HOME: join(root, 'cache'), NO_COLOR: '1' };
const LONG = TINY.replace('epochs: 4', 'epochs: 3000');

interface Ended {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the built tool; `onStderr` may send it a signal. */
function run(
  argv: string[],
  cwd: string,
  onStderr: (text: string, kill: (s: NodeJS.Signals) => void) => void,
): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [main, ...argv], { cwd, env });
    const out = { stdout: '', stderr: '' };
    let sent = false;
    child.stdout.setEncoding('utf8').on('data', (text: string) => (out.stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      out.stderr += text;
      // One signal only: a second Ctrl-C means "do not wait".
      onStderr(out.stderr, (signal) => (sent = sent || child.kill(signal)));
    });
    child.on('error', reject);
    child.on('close', (exitCode) => resolve({ exitCode, ...out }));
  });
}

/** Processes whose command line holds `text`. */
function processesWith(text: string): string[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name) && name !== String(process.pid));
  return pids.filter((pid) => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(text);
    } catch {
      return false;
    }
  });
}

void t.test('Ctrl-C while training: exit code 130, a checkpoint, and --resume goes on from it', { skip }, async (t) => {
  const dir = writeProject(join(root, 'train'), LONG);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    const ended = await run(['train', '--json'], dir, (text, kill) => text.includes('train ') && kill(signal));
    t.equal(ended.exitCode, 130, ended.stderr);
    t.match(JSON.parse(ended.stdout), { ok: false, error: { code: 'INTERRUPTED' } });
    t.same(leftovers(join(dir, 'runs')), []);
    t.ok(existsSync(join(dir, 'runs', 'latest', 'checkpoint', 'train.bin')), 'a checkpoint');
    t.notOk(existsSync(join(dir, 'runs', 'latest', 'train')), 'no half-made stage');
  }
  const resumed = await run(['train', '--resume'], dir, (text, kill) => text.includes('train ') && kill('SIGINT'));
  t.notMatch(resumed.stderr, /starting/);
  t.match(/epoch (\d+)\//.exec(resumed.stderr)?.[1], /^[1-9]\d+$/, 'far beyond the first epochs');
});

void t.test('a resumed training gives the bytes of an uninterrupted one', { skip }, async (t) => {
  const text = TINY.replace('epochs: 4', 'epochs: 60');
  const whole = writeProject(join(root, 'whole'), text);
  const cut = writeProject(join(root, 'cut'), text);
  await run(['train'], whole, () => undefined);
  // In-process, so that the cut falls into the middle for certain.
  const abort = new AbortController();
  const first = await cli(['train'], {
    cwd: cut,
    signal: abort.signal,
    onStderr: (line) => line.startsWith('train ') && abort.abort(),
  });
  t.equal(first.exitCode, 130, first.stderr);
  t.ok(existsSync(join(cut, 'runs', 'latest', 'checkpoint', 'train.bin')));
  await run(['train', '--resume'], cut, () => undefined);
  t.same(filesBelow(join(cut, 'runs')), filesBelow(join(whole, 'runs')));

  // More epochs are another run, which --resume begins where the finished one ended.
  for (const dir of [cut, whole]) writeProject(dir, text.replace('epochs: 60', 'epochs: 63'));
  const longer = await cli(['train', '--resume'], { cwd: cut });
  t.match(longer.stderr, /going on from \w+-[0-9a-f]{8}, which has the same options/);
  const fresh = await cli(['train', '--resume', '--seed', '9'], { cwd: cut });
  t.match(fresh.stderr, /no checkpoint to resume from/, 'another seed is another training');
  await cli(['train'], { cwd: whole });
  const latest = (dir: string): unknown => filesBelow(join(dir, 'runs', readlinkSync(join(dir, 'runs', 'latest'))));
  await cli(['train'], { cwd: cut });
  t.same(latest(cut), latest(whole), 'and gives the bytes of one that ran them all');
});

void t.test('Ctrl-C at build and on the board: nothing half-written, no process left', { skip: skipCc }, async (t) => {
  const dir = writeProject(join(root, 'board'), TINY.replace('steps: 60', 'steps: 200000'));
  for (const [argv, at] of [
    [['build'], /compile/],
    [['verify', '--samples', 'all'], /verify on host/],
    [['learn'], /learn on host/],
    [['monitor', '--json'], /connected/],
  ] as const) {
    const ended = await run([...argv], dir, (text, kill) => at.test(text) && kill('SIGINT'));
    // A quick stage may be over before the signal comes, or the process may be about to end (null).
    if (argv[0] === 'learn' || argv[0] === 'monitor') t.equal(ended.exitCode, 130, `${argv[0]}: ${ended.stderr}`);
    else t.ok([130, 0, null].includes(ended.exitCode), `${argv[0]}: ${ended.exitCode}`);
    t.same(leftovers(join(dir, 'runs')), [], argv[0]);
    t.same(processesWith(join(dir, 'runs')), [], `${argv[0]}: no board process left`);
  }
  t.notOk(existsSync(join(dir, 'runs', 'latest', 'learn', 'host')), 'no half-made stage');
});

void t.test('killed outright: the next start clears up and takes over', { skip }, async (t) => {
  const dir = writeProject(join(root, 'killed'), LONG);
  const ended = await run(['train'], dir, (text, kill) => text.includes('train ') && kill('SIGKILL'));
  t.equal(ended.exitCode, null);
  t.not(leftovers(join(dir, 'runs')).length, 0, 'SIGKILL leaves no time to clean');
  const id = readdirSync(join(dir, 'runs')).find((name) => name.startsWith('tiny-'))!;
  const next = await run(['quantize', '--no-deps'], dir, () => undefined);
  t.match(next.stderr, /STAGE_OUT_OF_DATE/);
  t.same(leftovers(join(dir, 'runs', id)), []);
});

void t.test('two at once in one run: the second says who is there', { skip }, async (t) => {
  const dir = writeProject(join(root, 'two'), LONG);
  let second: Ended | null = null;
  await run(['train'], dir, (text, kill) => {
    if (second !== null || !text.includes('train ')) return;
    second = { exitCode: 0, stdout: '', stderr: '' };
    void run(['train', '--json'], dir, () => undefined).then((ended) => {
      second = ended;
      kill('SIGINT');
    });
  });
  t.match(JSON.parse(second!.stdout), { ok: false, error: { code: 'RUN_BUSY', context: { pid: Number } } });
});

void t.test('a file size limit stands for a full disk', { skip }, async (t) => {
  const dir = writeProject(join(root, 'full'), TINY.replace('units: 12', 'units: 400'));
  const command = `ulimit -f 20; exec "$0" "$@"`;
  const limited = spawnSync('bash', ['-c', command, process.execPath, main, 'train', '--json'], { cwd: dir, env });
  const output = limited.stdout.toString();
  t.equal(limited.status, 1, limited.stderr.toString());
  t.match(JSON.parse(output), { ok: false, error: { code: 'DISK_WRITE_FAILED', context: { errno: 'EFBIG' } } });
  t.same(leftovers(join(dir, 'runs')), []);
  t.notOk(existsSync(join(dir, 'runs', 'latest', 'train')));
});

void t.test('a reader that leaves early is no fault', { skip }, async (t) => {
  const pipe = spawnSync('bash', ['-c', `"$0" "$1" explain | head -n 1`, process.execPath, main], { env });
  t.equal(pipe.status, 0);
  t.equal(pipe.stderr.toString(), '');
});

void t.test('a result that cannot be written is a fault', { skip: skip || !existsSync('/dev/full') }, async (t) => {
  const full = spawnSync('bash', ['-c', `"$0" "$1" explain > /dev/full`, process.execPath, main], { env });
  t.equal(full.status, 1);
  t.match(full.stderr.toString(), /^error DISK_WRITE_FAILED: .*no space left/i);
});
