// The live picture of a training, frame by frame, on terminals of several widths; and that it changes no byte of the result.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { TextBuffer, type CliIo } from '../../src/cli/io.js';
import { watched } from '../../src/cli/output/training-view.js';
import { ProgressRenderer } from '../../src/cli/output/progress.js';
import { runCli } from '../../src/cli/run-cli.js';
import type { EpochMetrics } from '../../src/ir/report.js';
import type { TrainingState } from '../../src/train/training-state.js';
import { FakeTerminal } from '../fakes/terminal.js';
import { cli } from './in-process.js';
import { TINY, writeProject } from './project.js';

const ESC = String.fromCharCode(27);
const COLOUR = new RegExp(`${ESC}\\[[0-9;]+m`);
const globals = { quiet: false } as never;

/** After `part` of 10 epochs of 1,000 samples in batches of 10: the loss halves with each epoch. */
function stateAt(part: number, change: Partial<TrainingState> = {}): TrainingState {
  const samples = Math.round(part * 10_000);
  const loss = 2 ** -(10 * part);
  const accuracy = 0.5 + part / 2;
  return {
    epoch: Math.min(10, 1 + Math.floor(10 * part)),
    epochs: 10,
    step: samples / 10,
    steps: 1000,
    samples,
    totalSamples: 10_000,
    learningRate: 0.05,
    loss,
    accuracy,
    recentLoss: loss,
    recentAccuracy: accuracy,
    modulations: () => [
      { layerName: 'dense_0', factors: Float32Array.of(1, 1.25, 1.5, 1.75, 2), responsibilities: new Float32Array(5) },
      { layerName: 'the_hidden_layer_two', factors: Float32Array.of(2, 2), responsibilities: new Float32Array(2) },
    ],
    ...change,
  };
}

const validated = (epoch: number): EpochMetrics =>
  ({ epoch, validationLoss: 0.5 / epoch, validationAccuracy: 0.9 + epoch / 100 }) as EpochMetrics;

function world(columns: number, env: Record<string, string> = {}) {
  const terminal = new FakeTerminal(columns, 24);
  const clock = { ms: 0 };
  const signal = new AbortController().signal;
  const io: CliIo = { stdout: new TextBuffer(), stderr: terminal, env, cwd: '/', now: () => clock.ms, signal };
  return { terminal, clock, io, context: { io, globals, progress: new ProgressRenderer(io, false) } };
}

/** The frame in the middle and the last one. */
async function frames(columns: number, change: Partial<TrainingState> = {}, env: Record<string, string> = {}) {
  const { terminal, clock, context } = world(columns, env);
  let middle: string[] = [];
  await watched(context, 'digits', async ({ onState, onEpoch }) => {
    for (let n = 1; n <= 100; n++) {
      clock.ms = 120 * n;
      if (n % 10 === 0) onEpoch?.(validated(n / 10));
      onState?.(stateAt(n / 100, change));
      if (n === 55) middle = terminal.lines;
      if (n === 55) t.ok(terminal.isCursorHidden);
    }
  });
  t.equal(terminal.isCursorHidden, false);
  t.equal(terminal.wraps, 0);
  t.same([terminal.row, terminal.column], [terminal.lines.length, 0]);
  return { middle, last: terminal.lines, terminal };
}

void t.test('80 columns', async (t) => {
  const { middle, last, terminal } = await frames(80);
  t.match(terminal.written, COLOUR);
  t.same(middle, [
    'digits · epoch 6/10 · 5.4 s left',
    'done                    55 %  ████████████████░░░░░░░░░░░░░░',
    'step                     550  of 1,000, 833 samples/s',
    'learning rate           0.05',
    'loss                 0.02210  ████▇▇▇▇▇▇▇▆▆▆▆▆▆▆▅▅▅▅▅▅▅▄▄▄▄▄▄▄▃▃▃▃▃▃▃▂▂▂▂▂▂▁▁▁▁',
    'accuracy             77.50 %  ▁▁▁▁▂▂▂▂▂▂▂▃▃▃▃▃▃▃▄▄▄▄▄▄▄▅▅▅▅▅▅▅▆▆▆▆▆▆▆▇▇▇▇▇▇████',
    'val. loss             0.1000  █▅▃▂▁',
    'val. accuracy        95.00 %  ▁▃▅▆█',
    'factor dense_0         1.500  ───────━━━━━━━━●━━━━━━━─────── 1.00 to 2.00',
    'factor the_hidde…      2.000  ·····························● 2.00 to 2.00',
  ]);
  t.same(last.slice(0, 3), [
    'digits · epoch 10/10 · in 12 s',
    'done                   100 %  ██████████████████████████████',
    'step                   1,000  of 1,000, 833 samples/s',
  ]);
});

void t.test('40 and 100 columns, and hardly any', async (t) => {
  t.same((await frames(40)).middle, [
    'digits · epoch 6/10 · 5.4 s left',
    'done              55 %  ████████░░░░░░░',
    'step               550',
    'rate              0.05',
    'loss           0.02210  ██▇▇▆▅▅▅▄▄▃▂▂▂▁',
    'accuracy       77.50 %  ▁▁▂▂▃▄▄▄▅▅▆▇▇▇█',
    'val. loss       0.1000  █▅▃▂▁',
    'val. acc.      95.00 %  ▁▃▅▆█',
    'dense_0          1.500  ────━━━●━━━━───',
    'the_hidden…      2.000  ··············●',
  ]);
  const wide = (await frames(100)).middle;
  t.match(wide[4], /^loss {17}0\.02210 {2}█[█▇▆▅▄▃▂▁]{53}▁$/, 'one block a state while there are not more');
  for (const columns of [1, 5, 12, 20, 33]) {
    const { last } = await frames(columns);
    t.equal(last.filter((line) => Array.from(line).length >= Math.max(2, columns)).length, 0, `${columns} columns`);
  }
});

void t.test('an autoencoder without held-out samples, GRAPES off, no colours', async (t) => {
  const { terminal, clock, context } = world(80, { NO_COLOR: '1' });
  const change = { accuracy: null, recentAccuracy: null, modulations: () => [] };
  await watched(context, 'fan', async ({ onState, onEpoch }) => {
    onEpoch?.({ ...validated(1), validationLoss: null, validationAccuracy: null });
    onState?.(stateAt(0.1, change));
    clock.ms = 500;
    onState?.(stateAt(0.2, { ...change, learningRate: 0.05 / 3 }));
  });
  t.notMatch(terminal.written, COLOUR);
  t.same(terminal.lines, [
    'fan · epoch 3/10',
    'done                    20 %  ██████░░░░░░░░░░░░░░░░░░░░░░░░',
    'step                     200  of 1,000',
    'learning rate        0.01667',
    'loss                  0.2500  █▁',
  ]);
});

void t.test('a note scrolls above; a failure gives the cursor back', async (t) => {
  const { terminal, clock, context } = world(80);
  const failing = watched(context, 'digits', async ({ progress, onState }) => {
    progress?.note('Engine: other.');
    onState?.(stateAt(0.5));
    progress?.note('Hardly learned.');
    clock.ms = 200;
    onState?.(stateAt(0.6));
    throw new Error('diverged');
  });
  await t.rejects(failing, { message: 'diverged' });
  t.equal(terminal.isCursorHidden, false);
  t.same(terminal.lines.slice(0, 4), ['Engine: other.', 'Hardly learned.', 'digits · epoch 7/10', terminal.lines[3]]);
  t.match(terminal.lines[3], /^done +60 %/);
});

void t.test('no picture: quiet, a dumb terminal, no terminal', async (t) => {
  const told = async (context: Parameters<typeof watched>[0]): Promise<boolean> =>
    watched(context, 'x', async ({ onState, progress }) => {
      t.equal(progress === context.progress, onState === undefined);
      return onState !== undefined;
    });
  const { context } = world(80);
  t.equal(await told(context), true);
  t.equal(await told({ ...context, globals: { quiet: true } as never }), false);
  t.equal(await told(world(80, { TERM: 'dumb' }).context), false);
  t.equal(await told({ ...context, io: { ...context.io, stderr: new TextBuffer() } }), false);
});

void t.test(
  'grapes train on a terminal: a picture, and the same bytes; an interrupt gives the cursor back',
  async (t) => {
    const root = t.testdir();
    const env = { XDG_CACHE_HOME: join(root, 'cache') };
    const on = async (name: string, abort: AbortController, stop: string): Promise<[FakeTerminal, number]> => {
      const terminal = new FakeTerminal(80, 24);
      const stderr = {
        isTTY: true,
        columns: 80,
        rows: 24,
        write: (text: string) => {
          terminal.write(text);
          if (stop !== '' && text.includes(stop)) abort.abort(new Error('stop'));
        },
      };
      const dir = writeProject(join(root, name), name === 'long' ? TINY.replace('epochs: 4', 'epochs: 9000') : TINY);
      const io = {
        stdout: new TextBuffer(),
        stderr,
        env,
        cwd: dir,
        now: () => performance.now(),
        signal: abort.signal,
      };
      return [terminal, await runCli(['train'], io)];
    };
    const [terminal, exitCode] = await on('seen', new AbortController(), '');
    t.equal(exitCode, 0);
    t.match(terminal.lines.join('\n'), /tiny · epoch 4\/4 · in .*\ndone +100 %[^]*\nfactor dense_0 +1\.\d+ .*\d$/);
    t.equal(terminal.isCursorHidden, false);
    const plain = await cli(['train'], { cwd: writeProject(join(root, 'unseen')), env });
    t.notMatch(plain.stderr, ESC);
    t.match(plain.stderr, /^train {2}100% {2}.*epoch 4\/4, loss \d\.\d{4}$/m);
    t.match(plain.stdout, /every epoch: runs\/tiny-[0-9a-f]{8}\/train\/training\.html\n$/);
    const model = (name: string): string =>
      readFileSync(join(root, name, 'runs', 'latest', 'train', 'model.bin'), 'hex');
    t.equal(model('seen'), model('unseen'));

    const [stopped, code] = await on('long', new AbortController(), 'epoch 2');
    t.equal(code, 130);
    t.equal(stopped.isCursorHidden, false);
    t.match(stopped.lines.at(-2), /^error INTERRUPTED/);
  },
);
