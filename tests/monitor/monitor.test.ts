import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { ToolError } from '../../src/errors/tool-error.js';
import type { TelemetryEvent } from '../../src/ir/telemetry.js';
import { parsePattern } from '../../src/monitor/expect.js';
import { LiveMetrics } from '../../src/monitor/metrics.js';
import { monitor, type MonitorOptions } from '../../src/monitor/monitor.js';
import { Recorder } from '../../src/monitor/recorder.js';
import { PlainView } from '../../src/monitor/render/plain.js';
import { fit, visibleLength } from '../../src/util/terminal/fit.js';
import { LiveArea } from '../../src/util/terminal/live-area.js';
import { ruler } from '../../src/util/terminal/ruler.js';
import { sparkline } from '../../src/util/terminal/sparkline.js';
import { FakeTerminal } from '../fakes/terminal.js';
import { TtyView } from '../../src/monitor/render/tty.js';
import type { MonitorView } from '../../src/monitor/render/view.js';
import { replay } from '../../src/monitor/replay.js';
import { watch, type WatchOptions } from '../../src/monitor/watch.js';
import { Rng } from '../../src/util/rng.js';
import { FakeDevice } from '../fakes/fake-device.js';
import { randomQuantizedGraph } from '../ir/graphs.js';

const graph = randomQuantizedGraph(new Rng(1), { sizes: [4, 3], activation: 'relu', bias: true });
const ESC = '\u001b';
const blind: MonitorView = { show: () => undefined, end: () => undefined };
const step = (n: number, atMs: number, loss = 1, correct = true): TelemetryEvent => {
  const layers = [{ min: 1, mean: 1.5, max: 2 }];
  return { type: 'step', atMs, step: n, loss, correct, ticks: 77, layers };
};
const text = (line: string, atMs = 0): TelemetryEvent => ({ type: 'text', atMs, line });

async function* from(events: readonly TelemetryEvent[]): AsyncGenerator<TelemetryEvent> {
  yield* events;
}
const options = (change: Partial<MonitorOptions> = {}): MonitorOptions => ({
  view: blind,
  recorder: null,
  expect: null,
  fail: null,
  timeoutMs: null,
  ...change,
});
/** A source that never ends by itself. */
async function* endless(signal: AbortSignal, first: readonly TelemetryEvent[]): AsyncGenerator<TelemetryEvent> {
  yield* first;
  await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}

void t.test('expect, fail and timeout: what each ends with', async (t) => {
  const lines = [text('boot'), step(1, 5, 0.25), text('done: 0 faults')];
  const met = await monitor(() => from(lines), options({ expect: /^step 1 loss 0\.2500/ }));
  t.match(met, { reason: 'matched', events: 2 });
  t.match(await monitor(() => from(lines), options()), { reason: 'ended', events: 3 });
  await t.rejects(
    monitor(() => from(lines), options({ expect: /never/ })),
    { code: 'MONITOR_EXPECT_UNMET' },
  );
  await t.rejects(
    monitor(() => from(lines), options({ fail: /fault/, expect: /done/ })),
    {
      code: 'MONITOR_FAIL_MATCHED',
      context: { line: 'done: 0 faults' },
    },
  );
  const quiet = (signal: AbortSignal) => endless(signal, lines);
  await t.rejects(monitor(quiet, options({ expect: /never/, timeoutMs: 20 })), { code: 'MONITOR_TIMEOUT' });
  t.match(await monitor(quiet, options({ timeoutMs: 20 })), { reason: 'timeout' });
  t.match(await monitor(quiet, options({ fail: /never/, timeoutMs: 20 })), { reason: 'timeout' });
  const ctrlC = new AbortController();
  setTimeout(() => ctrlC.abort(), 10);
  t.match(await monitor(quiet, options({ signal: ctrlC.signal, expect: /never/ })), { reason: 'interrupted' });
  const global = /boot/g;
  t.match(await monitor(() => from([text('boot')]), options({ expect: global })), { reason: 'matched' });
  t.match(await monitor(() => from([text('boot')]), options({ expect: global })), { reason: 'matched' });
  t.throws(() => parsePattern('expect', '('), { code: 'MONITOR_PATTERN_INVALID' });
});

void t.test('a recording gives the same events back, in their rhythm', async (t) => {
  const path = join(t.testdir(), 'deep', 'run.jsonl');
  const events: TelemetryEvent[] = [
    { type: 'state', atMs: 0, state: 'connected' },
    step(1, 10, 2.5, false),
    { type: 'link', atMs: 12, lostFrames: 1, badFrames: 0 },
    text('snowman ☃ "quoted"\u0007', 40),
  ];
  await monitor(() => from(events), options({ recorder: new Recorder(path) }));
  const waits: number[] = [];
  const sleep = async (ms: number): Promise<void> => void waits.push(ms);
  const back: TelemetryEvent[] = [];
  for await (const event of replay(path, { speed: 2, sleep })) back.push(event);
  t.same(back, events);
  t.same(waits, [5, 1, 14]);

  appendFileSync(path, '{"type":"text","atMs":50,"li');
  back.length = 0;
  for await (const event of replay(path, { speed: Infinity, sleep })) back.push(event);
  t.same(back, events, 'a last line cut off by a crash is left out');

  const more = new Recorder(path);
  more.write(text('again'));
  more.close();
  more.close();
  t.match(readFileSync(path, 'utf8').split('\n').at(-2), '"again"', 'the cut-off line is closed first');
  await t.rejects(
    async () => {
      for await (const _ of replay(path, { speed: Infinity, sleep })) continue;
    },
    { code: 'MONITOR_RECORDING_INVALID', context: { line: 5 } },
  );
  const missing = replay(`${path}.gone`, { speed: 1, sleep });
  await t.rejects(missing.next(), { code: 'MONITOR_RECORDING_MISSING', context: { errno: 'ENOENT' } });
  t.throws(() => new Recorder(join(path, 'x.jsonl')), { code: 'DISK_WRITE_FAILED' });
  for (const bad of ['7', 'null', '{}', '{"type":"step","atMs":1}', '{"type":"state","atMs":1,"state":"odd"}']) {
    writeFileSync(path, `${bad}\n`);
    await t.rejects(replay(path, { speed: 1, sleep }).next(), { code: 'MONITOR_RECORDING_INVALID' }, bad);
  }
  writeFileSync(path, `${JSON.stringify(step(1, 0, NaN))}\n`);
  const { value } = (await replay(path, { speed: 1, sleep }).next()) as { value: { loss: number } };
  t.ok(Number.isNaN(value.loss), 'a loss that is not finite survives as NaN');
});

void t.test('running numbers', async (t) => {
  const m = new LiveMetrics();
  t.match(m.snapshot(), { state: 'waiting', step: null, accuracy: null, stepsPerSecond: null });
  for (let n = 1; n <= 2000; n++) m.add(step(n, 4 * n, n <= 1900 ? 2 : 1, n > 1900 && n % 2 === 0));
  const s = m.snapshot();
  t.equal(s.accuracy, 0.5, 'over the last hundred');
  t.equal(Math.round(s.stepsPerSecond!), 250);
  t.ok(s.loss! > 1 && s.loss! < 1.01);
  t.ok(s.lossTrend.length >= 120 && s.lossTrend.length < 240);
  t.equal(s.lossTrend[0], 2);
  m.add({ type: 'link', atMs: 1, lostFrames: 3, badFrames: 1 });
  m.add({ type: 'state', atMs: 2, state: 'reset' });
  m.add(step(1, 9000, 5, false));
  t.match(m.snapshot(), { state: 'reset', resets: 1, lostFrames: 3, loss: 5, accuracy: 0, lossTrend: [5] });
});

void t.test('plain view: text at once, numbers once a second', async (t) => {
  let out = '';
  const view = new PlainView((s) => (out += s));
  const events = [text('hello'), ...Array.from({ length: 250 }, (_, n) => step(n + 1, 10 * n, 0.5))];
  await monitor(() => from(events), options({ view }));
  const lines = out.trimEnd().split('\n');
  t.equal(lines.length, 5);
  t.equal(lines[0], 'hello');
  t.match(lines[2], /^step 101 {2}loss 0\.5000 {2}accuracy 100\.0 % {2}100\.0 steps\/s {2}m1 1\.00\.\.1\.50\.\.2\.00$/);
  t.match(lines[4], /^step 250 /, 'the last step is always shown');
});

void t.test('terminal view: at most ten pictures a second, no line wraps, nothing steers the terminal', async (t) => {
  const frames: Record<number, string[]> = {};
  for (const [columns, color] of [
    [100, true],
    [40, false],
    [20, false],
  ] as const) {
    const terminal = new FakeTerminal(columns, 24);
    let clock = 0;
    const view = new TtyView({ ...terminal.port(() => clock), title: 'digits on host', color });
    const metrics = new LiveMetrics();
    for (let n = 1; n <= 1000; n++) {
      clock = n;
      const event = n === 500 ? text('\u001b[2Jboo'.padEnd(300, '!')) : step(n, n, 1 / n, n % 3 > 0);
      metrics.add(event);
      view.show(event, metrics.snapshot());
    }
    t.equal(terminal.isCursorHidden, true);
    view.end(metrics.snapshot());
    t.equal(terminal.isCursorHidden, false);
    t.same([terminal.row, terminal.column], [terminal.lines.length, 0], 'the prompt comes below');
    const pictures = terminal.written.split('loss').length - 1;
    t.ok(pictures >= 8 && pictures <= 13, `${pictures} pictures in one second`);
    t.equal(new RegExp(`${ESC}\\[[0-9]+m`).test(terminal.written), color);
    t.equal(terminal.wraps, 0);
    frames[columns] = terminal.lines;
  }
  t.same(frames[100], [
    `·[2Jboo${'!'.repeat(91)}…`,
    'digits on host · connected',
    'step                    1000  1000 steps/s',
    `loss                  0.0010  █▂▂▂${'▁'.repeat(56)}`,
    `last 100              67.0 %  ${'▆'.repeat(60)}`,
    'factor layer 1         1.500  ━━━━━━━━━━━━━━━●━━━━━━━━━━━━━━ 1.00 to 2.00',
    '0 frames lost, 0 damaged',
  ]);
  t.same(frames[40].slice(1), [
    'digits on host · connected',
    'step              1000  1000 steps/s',
    `loss            0.0010  █▂▂${'▁'.repeat(12)}`,
    `last 100        67.0 %  ${'▆'.repeat(15)}`,
    'layer 1          1.500  ━━━━━━━●━━━━━━━',
    '0 frames lost, 0 damaged',
  ]);
  t.same(frames[20].slice(1), [
    'digits on host · c…',
    'step           1000',
    'loss         0.0010',
    'last 100     67.0 %',
    'layer 1       1.500',
    '0 frames lost, 0 d…',
  ]);
});

void t.test('sparklines, rulers, and text that fits', async (t) => {
  t.equal(sparkline([0, 1, 2, 3, 4, 5, 6, 7], 8), '▁▂▃▄▅▆▇█');
  t.equal(sparkline([1, 1, NaN], 8), '▁▁ ');
  t.equal(sparkline([0, 0, 1, 1], 2, 0, 1), '▁█');
  t.equal(sparkline([], 8), '');
  t.equal(sparkline([1, 2], 0), '');
  const spread = { min: 1, mean: 1.5, max: 2 };
  t.equal(ruler(spread, 1, 2, 9), '━━━━●━━━━');
  t.equal(ruler({ ...spread, q1: 1.25, q3: 1.75 }, 1, 2, 9), '──━━●━━──');
  t.equal(ruler({ min: 1.25, mean: 1.25, max: 9 }, 1, 2, 9), '··●━━━━━━', 'beyond the end is at the end');
  t.equal(ruler(spread, 1, 2, 4), '');
  t.equal(ruler(spread, 1, 2, 20), '━'.repeat(10) + '●' + '━'.repeat(9));
  t.equal(ruler(spread, 1, 2, 21), '━━━━●━━━ 1.00 to 2.00');
  t.equal(fit('abc', 3), 'abc');
  t.equal(fit('abcd', 3), 'ab…');
  t.equal(fit('abcd', 0), '');
  t.equal(visibleLength(`${ESC}[1m▁█${ESC}[22m`), 2);
});

void t.test('a live area: narrower windows, low windows, a typed ^C, text above', async (t) => {
  const terminal = new FakeTerminal(20, 6);
  let lines: string[] = [];
  let clock = 0;
  const area = new LiveArea(
    terminal.port(() => clock),
    () => lines,
  );
  area.close();
  t.equal(terminal.written, '', 'nothing to show, nothing to leave');
  terminal.write('before\n');
  lines = ['one', 'x'.repeat(19), 'three'];
  area.refresh();
  terminal.write('^C');
  area.above('above');
  t.same(terminal.lines, ['before', 'above', ...lines]);
  lines = ['a', 'b'];
  clock = 99;
  area.refresh();
  t.match(terminal.lines, ['before', 'above', 'one'], 'too soon for another picture');
  await new Promise((resolve) => setTimeout(resolve, 20));
  t.same(terminal.lines, ['before', 'above', 'a', 'b'], 'it comes a little later, and erases what was longer');
  lines = ['0123456789', 'b'];
  area.above('wide');
  terminal.resize(5);
  lines = ['c', 'd'];
  area.above('again');
  t.same(terminal.lines.slice(-3), ['again', 'c', 'd'], 'lines that the window has broken are gone');
  t.equal(terminal.lines.filter((line) => line.startsWith('0') || line.startsWith('5')).length, 0);
  terminal.resize(20);
  lines = Array.from({ length: 9 }, (_, i) => `line ${String(i)}`);
  area.close();
  t.same(terminal.lines.slice(-5), ['line 0', 'line 1', 'line 2', 'line 3', '… 5 more lines']);
  t.equal(terminal.isCursorHidden, false);
});

void t.test('watching: driven to the end, reopened after a reset and a pulled plug', async (t) => {
  const waits: number[] = [];
  const base = (change: Partial<WatchOptions>): WatchOptions => ({
    open: async () => ({ device: new FakeDevice(graph), close: async () => undefined }),
    drive: null,
    telemetryEverySteps: 1,
    now: () => 0,
    sleep: async (ms) => void waits.push(ms),
    signal: new AbortController().signal,
    ...change,
  });
  const seen = async (opts: WatchOptions, stop?: (event: TelemetryEvent) => void): Promise<string[]> => {
    const out: string[] = [];
    for await (const event of watch(opts)) {
      out.push(event.type === 'state' ? event.state : event.type === 'text' ? event.line : event.type);
      stop?.(event);
    }
    return out;
  };

  let closed = 0;
  const close = async (): Promise<void> => void closed++;
  const device = new FakeDevice(graph);
  const open = async () => ({ device, close });
  const drive = async (): Promise<void> => {
    device.emitText('booted');
    device.emitTelemetry({ step: 1, loss: 1, correct: true, ticks: 1, layers: [] });
    Object.assign(device.link, { lostFrames: 2 });
  };
  t.same(await seen(base({ open, drive })), ['connected', 'booted', 'step', 'link']);
  t.equal(closed, 1);
  t.equal(device.telemetryEvery, 1);

  const gone = (code: string) => new ToolError(code, 'gone');
  const control = new AbortController();
  let opened = 0;
  const flaky: WatchOptions['open'] = async () => {
    opened++;
    if (opened === 3) throw gone('PORT_NOT_FOUND');
    if (opened === 4) throw gone('PORT_BUSY');
    const device = new FakeDevice(graph);
    setTimeout(() => device.emitState(opened === 1 ? 'reset' : 'disconnected'), 1);
    return { device, close };
  };
  const states = await seen(base({ open: flaky, signal: control.signal }), () => opened === 5 && control.abort());
  t.same(states, ['connected', 'reset', 'connected', 'disconnected', 'connected']);
  t.same(waits, [250, 250, 500, 1000], 'waits longer after each failure, and starts short again');
  t.equal(closed, 4);

  await t.rejects(seen(base({ open: () => Promise.reject(gone('PORT_NOT_FOUND')) })), { code: 'PORT_NOT_FOUND' });
  await t.rejects(seen(base({ drive: () => Promise.reject(gone('INPUT_MISMATCH')) })), { code: 'INPUT_MISMATCH' });
  let second = false;
  const busy: WatchOptions['open'] = async () => {
    if (second) throw gone('FIRMWARE_MODEL_MISMATCH');
    second = true;
    return { device: new FakeDevice(graph), close };
  };
  const lost = (): Promise<void> => Promise.reject(gone('DEVICE_RESET'));
  await t.rejects(
    seen(base({ open: busy, drive: lost })),
    { code: 'FIRMWARE_MODEL_MISMATCH' },
    'waiting does not cure that',
  );
});
