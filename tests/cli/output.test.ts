import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { TextBuffer, type CliIo } from '../../src/cli/io.js';
import { ProgressRenderer } from '../../src/cli/output/progress.js';
import { styleFor } from '../../src/cli/output/style.js';
import { table, thousands } from '../../src/cli/output/text.js';
import { parseBudget } from '../../src/cli/parse-budget.js';
import { seconds } from '../../src/cli/option-parsers.js';
import { cliPage } from '../../src/cli/reference/cli-page.js';
import { errorsPage } from '../../src/cli/reference/errors-page.js';
import { packageRoot } from '../../src/util/package-root.js';

class Terminal extends TextBuffer {
  override readonly isTTY = true;
}

function world(stderr: TextBuffer): { io: CliIo; clock: { ms: number } } {
  const clock = { ms: 0 };
  const signal = new AbortController().signal;
  return { io: { stdout: new TextBuffer(), stderr, env: {}, cwd: '/', now: () => clock.ms, signal }, clock };
}

void t.test('progress: plain lines now and then, with the time left', async (t) => {
  const { io, clock } = world(new TextBuffer());
  const progress = new ProgressRenderer(io, false);
  for (let i = 0; i <= 200; i++) {
    clock.ms = i * 100;
    progress.update('train', i, 200, `loss ${200 - i}`);
  }
  progress.note('a note');
  const lines = (io.stderr as TextBuffer).text.split('\n');
  t.ok(lines.length >= 4 && lines.length <= 8, `${lines.length} lines for 20 seconds`);
  t.match(lines[1], /^train {3}\d+% {2}\d+ s left {2}loss \d+$/);
  t.match(lines.at(-3), /^train {2}100% {2}in 20 s {2}loss 0$/);
  t.equal(lines.at(-2), 'a note');
});

void t.test('progress: an hour of work leaves some tens of plain lines', async (t) => {
  const { io, clock } = world(new TextBuffer());
  const progress = new ProgressRenderer(io, false);
  for (let i = 0; i <= 3600; i++) {
    clock.ms = i * 1000;
    progress.update('verify', i, 3600);
  }
  const lines = (io.stderr as TextBuffer).text.split('\n').length;
  t.ok(lines > 20 && lines < 50, `${lines} lines`);
});

void t.test('progress: one redrawn line on a terminal, nothing when quiet', async (t) => {
  const terminal = world(new Terminal());
  const progress = new ProgressRenderer(terminal.io, false);
  for (let i = 0; i <= 100; i++) {
    terminal.clock.ms = i * 30;
    progress.update('verify', i, 100);
  }
  const { text } = terminal.io.stderr as TextBuffer;
  t.equal(text.split('\n').length, 2, 'one line in the end');
  t.match(text, /\[#{10}\.{10}\]/);
  const quiet = world(new TextBuffer());
  new ProgressRenderer(quiet.io, true).update('verify', 1, 1);
  t.equal((quiet.io.stderr as TextBuffer).text, '');
});

void t.test('colour: NO_COLOR before FORCE_COLOR before the terminal', async (t) => {
  const red = (stream: TextBuffer, env: Record<string, string>): boolean => styleFor(stream, env).red('x') !== 'x';
  t.equal(red(new Terminal(), {}), true);
  t.equal(red(new TextBuffer(), {}), false);
  t.equal(red(new Terminal(), { NO_COLOR: '1' }), false);
  t.equal(red(new TextBuffer(), { FORCE_COLOR: '1' }), true);
  t.equal(red(new Terminal(), { FORCE_COLOR: '1', NO_COLOR: '1' }), false);
  t.equal(red(new Terminal(), { TERM: 'dumb' }), false);
});

void t.test('tables, numbers, budgets, times', async (t) => {
  t.equal(
    table([
      ['a', 'n'],
      ['long', 5],
      [styleFor(new Terminal(), {}).red('r'), null],
    ]).split('\n')[1],
    'long  5',
  );
  t.equal(thousands(1234567), '1,234,567');
  t.equal(thousands(null), '-');
  t.same(parseBudget('flash=64k, RAM=16384,stack=1.5kB'), { flashBytes: 65536, ramBytes: 16384, stackBytes: 1536 });
  t.same(parseBudget('flash=1M'), { flashBytes: 1048576 });
  for (const bad of ['', 'flash', 'flash=', 'flash=-1', 'rom=3', 'flash=0', 'flash=1,,ram=2']) {
    t.throws(() => parseBudget(bad), { code: 'USAGE' }, bad);
  }
  t.equal(seconds('500ms'), 0.5);
  t.equal(seconds('2m'), 120);
  t.throws(() => seconds('soon'));
});

void t.test('the generated pages are fresh (npm run docs)', async (t) => {
  const page = (name: string): string => readFileSync(join(packageRoot(), 'docs', name), 'utf8');
  t.equal(page('cli.md'), cliPage());
  t.equal(page('errors.md'), errorsPage());
});
