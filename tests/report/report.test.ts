import { crc32 as zlibCrc32, inflateSync } from 'node:zlib';
import t from 'tap';
import { loadBoard } from '../../src/boards/load.js';
import { planNetwork } from '../../src/ir/plan-network.js';
import { TRAIN_DEFAULTS } from '../../src/ir/train-defaults.js';
import { memoryTable } from '../../src/ir/memory-table.js';
import { shortTensorName, type MemoryPlan } from '../../src/ir/memory-plan.js';
import type { EpochMetrics, LayerSpread } from '../../src/ir/report.js';
import { bytes, integer, percent, points, rate, real } from '../../src/report/format.js';
import { escape, html } from '../../src/report/html.js';
import { renderReport } from '../../src/report/page.js';
import { lineChart } from '../../src/report/plots/line-chart.js';
import { greyPng } from '../../src/report/plots/png.js';
import { niceScale } from '../../src/report/plots/scale.js';
import type { ReportData } from '../../src/report/report-data.js';
import { renderSummary } from '../../src/report/summary.js';
import { renderTrainingPage, type TrainingPageData } from '../../src/report/training-page.js';
import { sampleData } from './sample-data.js';

const data = sampleData();
const page = renderReport(data);
/** The page with its markup taken out. */
const textOf = (markup: string): string => markup.replace(/<style>[^]*<\/style>/, '').replace(/<[^>]*>/g, ' ');
const failed: ReportData = {
  ...data,
  verify: {
    ...data.verify!,
    mismatches: 7,
    mismatchedSamples: 3,
    firstMismatch: { sample: 41, element: 2, expected: -3, actual: 5 },
    firstDivergence: { sample: 41, opIndex: 1, opName: 'dense<2>', element: 6, expected: 11, actual: 12 },
    verdict: 'fail',
  },
};
const bare: ReportData = {
  ...data,
  board: loadBoard('host'),
  train: null,
  quantize: null,
  network: null,
  optimize: null,
  plan: null,
  sizes: null,
  verify: null,
  learn: null,
  pictures: null,
};

/** Names of tags that are opened and not closed, or closed and not open; attributes must be quoted, & must be a name. */
function faults(markup: string): string[] {
  const open: string[] = [];
  const wrong: string[] = [];
  const empty = new Set(['meta', 'img']);
  const body = markup.replace(/<style>[^]*?<\/style>/, '').replace('<!doctype html>', '');
  for (const [tag, close, name, attributes, self] of body.matchAll(
    /<(\/?)([\w-]+)((?:\s+[\w-]+="[^"<]*")*)\s*(\/?)>/g,
  )) {
    if (close === '/') {
      if (open.pop() !== name) wrong.push(tag);
    } else if (self !== '/' && !empty.has(name)) open.push(name);
    const names = [...attributes.matchAll(/\s([\w-]+)="/g)].map((m) => m[1]);
    if (new Set(names).size < names.length) wrong.push(`twice: ${tag}`);
  }
  const rest = body.replace(/<(\/?)([\w-]+)((?:\s+[\w-]+="[^"<]*")*)\s*(\/?)>/g, '');
  if (/[<>]/.test(rest)) wrong.push(/.{0,20}[<>].{0,20}/.exec(rest)![0]);
  for (const [amp] of body.matchAll(/&(?!amp;|lt;|gt;|quot;|#39;).{0,8}/g)) wrong.push(amp);
  return [...wrong, ...open];
}

void t.test('the page is well formed, stands alone and needs no script', async (t) => {
  for (const each of [page, renderReport(failed), renderReport(bare)]) {
    t.same(faults(each), []);
    t.notMatch(each, /<script|<link|<iframe|@import|url\(|javascript:/i);
    for (const [, target] of each.matchAll(/(?:src|href)="([^"]*)"/g)) t.match(target, /^data:image\/png;base64,/);
    t.notMatch(each.replace(/data:[^"]*/g, ''), /https?:/);
    t.notMatch(each, /undefined|NaN|\[object|Infinity/);
  }
  t.equal(renderReport(sampleData()), page, 'same data, same bytes');
  t.match(page, 'prefers-color-scheme:dark');
  t.match(page, '@media print');
  const pictures = [...page.matchAll(/<svg\s[^>]*aria-label="([^"]+)"/g)];
  t.ok(pictures.length >= 8 && pictures.every(([, label]) => label.length > 10), 'every plot says what it shows');
});

void t.test('the page of a training run', async (t) => {
  const dense = (units: number) => ({ type: 'dense', units, activation: 'relu', dropout: 0 }) as const;
  const model = { bias: true, layers: [{ type: 'flatten' } as const, dense(32), dense(16), dense(10)] };
  const report = data.train!;
  const training: TrainingPageData = {
    title: 'digits & <more>',
    toolVersion: '9.8.7',
    plan: planNetwork(model, [14, 14]),
    options: { ...TRAIN_DEFAULTS, optimizer: { type: 'nag', learningRate: 0.025, momentum: 0.9 } },
    classNames: data.classNames,
    report,
  };
  const whole = renderTrainingPage(training);
  const off = report.epochs.slice(0, 1).map((e) => ({ ...e, factors: [], responsibilities: [] }));
  const slowing = report.epochs.map((e) => ({ ...e, learningRate: 1 / e.epoch }));
  const variants = [
    whole,
    renderTrainingPage({ ...training, report: { ...report, epochs: off, test: { ...report.test, samples: 0 } } }),
    renderTrainingPage({ ...training, report: { ...report, epochs: slowing } }),
    renderTrainingPage({ ...training, report: { ...report, epochs: [] } }),
  ];
  for (const each of variants) {
    t.same(faults(each), []);
    t.notMatch(each, /<script|<link|url\(|https?:|undefined|NaN|\[object|Infinity/);
  }
  t.equal(renderTrainingPage(training), whole, 'same data, same bytes');
  const text = textOf(whole);
  for (const shown of ['hidden_1', 'hidden_2', '0.025', 'Nesterov', '14 × 14', integer(report.parameters)]) {
    t.match(text, shown);
  }
  t.equal([...whole.matchAll(/class="band /g)].length, 8, 'two bands in each of two pictures of two layers');
  t.notMatch(variants[1], 'What GRAPES does', 'off: nothing to tell');
  t.notMatch(variants[1], 'Right and wrong answers', 'no test samples, no confusion');
  t.match(variants[2], 'Learning rate from 1 to');
  t.notMatch(whole, 'Learning rate from', 'a constant rate is no curve');
  const rule = { ...TRAIN_DEFAULTS.grapes, factor: 'constant', constant: 1.5 } as const;
  t.match(renderTrainingPage({ ...training, options: { ...training.options, grapes: rule } }), 'every factor is 1.5');
});

void t.test('the curves of a training page are those of the run', async (t) => {
  const dense = (units: number) => ({ type: 'dense', units, activation: 'relu', dropout: 0 }) as const;
  const spread = (layer: string, from: number, step: number): LayerSpread => ({
    ...{ layer, min: from, q1: from + step, median: from + 2 * step, q3: from + 3 * step, max: from + 4 * step },
    ...{ mean: from + 2.5 * step, count: 8 },
  });
  // Layer k's numbers differ from those of the others, and each of them from the next. 0 and 10 fix the axis.
  const epochs = [1, 2].map((epoch): EpochMetrics => ({
    ...{ epoch, learningRate: 0.1, trainLoss: epoch === 1 ? 10 : 0, trainAccuracy: 0.5 },
    ...{ validationLoss: epoch === 1 ? 5 : 2, validationAccuracy: 0.75 },
    factors: [spread('hidden_1', 1, 0.125), spread('hidden_2', 1.5, 0.0625)],
    responsibilities: [spread('hidden_1', 0, 2.5), spread('hidden_2', epoch === 1 ? 0 : 8, epoch === 1 ? 2.5 : 0.25)],
  }));
  const training: TrainingPageData = {
    ...{ title: 'curves', toolVersion: '9.8.7', classNames: data.classNames, options: TRAIN_DEFAULTS },
    plan: planNetwork({ bias: true, layers: [dense(32), dense(16), dense(10)] }, [196]),
    report: { ...data.train!, epochs },
  };
  const whole = renderTrainingPage(training);

  /** Heights of all points of each band and line of a picture, as values of its axis from `low` to `high`. */
  const drawn = (markup: string, title: RegExp, low: number, high: number): number[][] => {
    const found = [...markup.matchAll(/<svg class="plot"[^>]*aria-label="([^"]*)"[^]*?<\/svg\s*>/g)];
    const picture = found.find(([, label]) => title.test(label))![0];
    return [...picture.matchAll(/class="(?:band|line) [^"]*"\s+d="([^"]*)"/g)].map(([, path]) =>
      [...path.matchAll(/[\d.]+ ([\d.]+)/g)].map(
        ([, y]) => Math.round((low + ((258 - Number(y)) / 232) * (high - low)) * 1000) / 1000,
      ),
    );
  };
  const near = (seen: number[][], wanted: number[][], what: string): void => {
    t.same(
      seen.map((line) => line.length),
      wanted.map((line) => line.length),
      what,
    );
    const worst = Math.max(...seen.flat().map((v, i) => Math.abs(v - wanted.flat()[i])));
    t.ok(worst < 0.01, `${what}: off by ${String(worst)}`);
  };
  const fan = ({ min, q1, median, q3, max }: LayerSpread, last: LayerSpread): number[][] => [
    [max, last.max, last.min, min],
    [q3, last.q3, last.q1, q1],
    [median, last.median],
  ];
  for (const [k, layer] of ['hidden_1', 'hidden_2'].entries()) {
    const [a, b] = epochs;
    near(drawn(whole, RegExp(`factors of ${layer}`), 1, 2), fan(a.factors[k], b.factors[k]), `factors of ${layer}`);
    near(
      drawn(whole, RegExp(`Responsibilities of ${layer}`), 0, 10),
      fan(a.responsibilities[k], b.responsibilities[k]),
      `responsibilities of ${layer}`,
    );
  }
  near(drawn(whole, /^Training loss/, 0, 10), [[10, 0], [5, 2]], 'losses'); // prettier-ignore
  for (const constant of [1.5, 4]) {
    const grapes = { ...TRAIN_DEFAULTS.grapes, factor: 'constant', constant } as const;
    const level = { ...spread('hidden_1', constant, 0) };
    const flat = epochs.map((e) => ({ ...e, factors: [level] }));
    const page = renderTrainingPage({
      ...training,
      options: { ...TRAIN_DEFAULTS, grapes },
      report: { ...training.report, epochs: flat },
    });
    near(
      drawn(page, /factors of hidden_1/, 0, Math.max(2, constant)),
      fan(level, level),
      `constant ${String(constant)}`,
    );
  }

  const parameters = 196 * 32 + 32 + 32 * 16 + 16 + 16 * 10 + 10;
  const together = />together<[^]*?<\/tr/.exec(whole)![0];
  t.ok(together.includes(`>${integer(parameters)}<`), 'parameters of all layers');

  const lossOnly = epochs.map((e) => ({ ...e, trainAccuracy: null, validationAccuracy: null }));
  const reconstructing = renderTrainingPage({ ...training, report: { ...training.report, epochs: lossOnly } });
  t.match(reconstructing, 'Mean squared error of the reconstruction');
  t.notMatch(reconstructing, 'Training accuracy reaches');
  t.match(whole, 'Training accuracy reaches');
  t.notMatch(whole, 'Mean squared error');

  t.match(whole, 'with GRAPES (propagating)');
  t.notMatch(whole, /without GRAPES|stopped early/);
  const off = { ...TRAIN_DEFAULTS, grapes: { ...TRAIN_DEFAULTS.grapes, mode: 'off' } } as const;
  const early = renderTrainingPage({ ...training, options: off, report: { ...training.report, stoppedEarly: true } });
  t.match(early, 'without GRAPES');
  t.notMatch(early, 'with GRAPES');
  t.match(early, 'stopped early; the weights of epoch 22 were kept');
});

void t.test('the numbers are there', async (t) => {
  const text = textOf(page);
  const v = data.verify!;
  const l = data.learn!;
  for (const number of [
    percent(v.device!.accuracy, 2),
    percent(v.float!.accuracy, 2),
    percent(l.accuracyBefore),
    percent(l.accuracyAfter),
    points(l.accuracyAfter - l.accuracyBefore),
    points(l.originalAfter - l.originalBefore),
    integer(41301),
    integer(405999),
    bytes(19864),
    bytes(38912),
    '764 B',
    '38.2 dB',
    'no noise',
    'US patent 12020162 B2',
    'ab'.repeat(32),
    'turned by 35°',
  ]) {
    t.ok(text.includes(number), number);
  }
  const map = /<svg\s[^>]*aria-label="Confusion matrix of the device[^]*?<\/svg\s*>/.exec(page)![0];
  const shown = [...map.matchAll(/<text\s+class="cell[^"]*"[^>]*>(\d+)<\/text\s*>/g)].reduce(
    (n, [, c]) => n + Number(c),
    0,
  );
  t.equal(shown, 1000, 'every sample is somewhere in the matrix');
});

void t.test('failures, missing stages and hostile names', async (t) => {
  const text = textOf(renderReport(failed));
  t.match(text, 'Fail');
  t.match(text, 'dense&lt;2&gt;');
  t.match(text, 'element 6: expected 11, got 12');
  t.notMatch(page, 'Fail');
  const hollow = textOf(renderReport(bare));
  t.notMatch(hollow, 'Confusion');
  t.match(hollow, 'US patent 12020162 B2');
  t.match(hollow, 'not been verified');
  t.match(renderSummary({ ...bare, verify: null, learn: null }, false), 'not verified yet');
  const plain = { ...bare, sizes: data.sizes, verify: { ...data.verify!, float: null, int8: null, device: null } };
  const imported: ReportData = { ...plain, learnSpec: null, classNames: [] };
  const drawn = textOf(renderReport(imported));
  t.match(drawn, `All ${integer(1000)} drawn inputs`);
  t.match(drawn, integer(1000 * 10), 'output bytes compared');
  t.match(drawn, bytes(19864), 'sizes without a training');
  t.notMatch(drawn, /Accuracy|US patent/, 'nothing was judged, nothing learns with GRAPES');
  t.same(faults(renderReport(imported)), []);
  t.notMatch(renderSummary(imported, false), 'accuracy');
  const hostile = renderReport({
    ...data,
    title: '</title><script>alert(1)</script>',
    notes: ['"quoted" & \u0001'],
    classNames: data.classNames.map(() => `'"><u>`),
  });
  t.same(faults(hostile), []);
  t.notMatch(hostile, /<script|<u>/);
  t.equal(escape(`<a href="x">'&\u0000`), '&lt;a href=&quot;x&quot;&gt;&#39;&amp;\ufffd');
  t.equal(html`${[html`<i></i>`, null, false, 'a<', 3]}`.text, '<i></i>a&lt;3');
});

const LONG = `${'model/activation/Relu;'.repeat(8)}model/conv2d/Conv2D1`;
const streamed: MemoryPlan = {
  ...data.plan!,
  arenaBytes: 30 * 1024,
  ops: ['conv_a', 'conv_b', 'conv_c'],
  peak: { opIndex: 1, opName: 'conv_b', bytes: 30 * 1024, largest: [] },
  tensors: [
    { tensorId: 0, name: 'input', offset: 0, bytes: 10240, firstOp: -1, lastOp: 0 },
    { tensorId: 1, name: LONG, offset: 5120, bytes: 20480, firstOp: 0, lastOp: 2 },
    { tensorId: 2, name: 'rows<1>', offset: 25600, bytes: 5120, rows: 3, firstOp: 1, lastOp: 2 },
    { tensorId: 3, name: 'logits', offset: 0, bytes: 10, firstOp: 2, lastOp: 3 },
  ],
  blocks: [{ firstOp: 1, lastOp: 2, rowsPerTurn: 1, turns: 12 }],
};

void t.test('the arena picture has axes, names, windows and what overlaps', async (t) => {
  const whole = renderReport({ ...data, plan: streamed });
  t.same(faults(whole), []);
  const chart = /<svg\s[^>]*aria-label="The arena over time[^]*?<\/figcaption/.exec(whole)![0];
  const words = textOf(chart);
  for (const name of ['10 KiB', '30 KiB', '0 conv_a', '2 conv_c', 'window of rows', 'row by row', 'used-up input']) {
    t.ok(words.includes(name), name);
  }
  t.match(words, 'ops 1 to 2 take turns row by row');
  const labels = [...chart.matchAll(/<text class="cell halo"[^>]*>([^<]*)</g)].map(([, name]) => name);
  t.same(
    labels.sort(),
    ['conv_a', 'input', 'rows&lt;1&gt;'],
    'the op in place of a path; none in a box too low for it',
  );
  // Five columns of 178 px, 340 px of height: conv_a takes over the upper half of the input while op 0 runs.
  const [, hatched] = [...chart.matchAll(/<path d="(M[^"]*)" style="stroke:var\(--a\)/g)].map(([, d]) => d);
  const xs = [...hatched.matchAll(/[ML]([\d.]+) /g)].map(([, x]) => Number(x));
  const ys = [...hatched.matchAll(/[ML][\d.]+ ([\d.]+)/g)].map(([, y]) => Number(y));
  t.same([Math.min(...xs), Math.max(...xs)], [240, 418]);
  t.ok(Math.abs(Math.min(...ys) - (406 - 340 / 3)) < 8 && Math.abs(Math.max(...ys) - (406 - 340 / 6)) < 8);

  const apart = streamed.tensors.map((b, i) => ({ ...b, offset: i * 10240, bytes: 64 }));
  const plain = renderReport({ ...data, plan: { ...streamed, blocks: [], tensors: apart } });
  t.notMatch(plain, /Hatched|row by row|used-up/);
  const many = Array.from({ length: 120 }, (_, i) => `op_number_${String(i)}`);
  const dense = renderReport({ ...data, plan: { ...streamed, ops: many } });
  t.same(faults(dense), []);
  t.notMatch(textOf(dense), 'op_number_1', 'no room for names: indices');
  t.equal(shortTensorName(streamed, LONG), 'conv_a');
  t.equal(shortTensorName({ tensors: [], ops: [] }, LONG), 'Conv2D1');
  t.equal(shortTensorName(streamed, 'dense_1/weights'), 'dense_1/weights');
});

void t.test('the network on the device: ops, MACs, what the exact passes took out', async (t) => {
  const words = textOf(page).replace(/[ \n]+/g, ' ');
  for (const shown of ['4 → 3', `${integer(8000)} → ${integer(6944)} (−13.2 %)`, '4 dead channels of 1 op']) {
    t.ok(words.includes(shown), shown);
  }
  t.match(words, 'flatten_1: gone into their neighbours');
  t.match(words, 'two, as TensorFlow Lite');
  const network = { ops: 3, rounding: 'single' } as const;
  const same = { before: 5, after: 5 };
  const none = { ...data.optimize!, macs: same, weightBytes: same, removedOps: [], removedChannels: [] };
  const untouched = textOf(renderReport({ ...data, network, optimize: none }));
  t.match(untouched, 'there was nothing to remove');
  t.match(untouched, 'single: one');
});

void t.test('the summary is aligned and tells the same', async (t) => {
  const plain = renderSummary(data, false);
  t.notMatch(plain, '\u001b');
  t.match(renderSummary(data, true), '\u001b');
  const rows = plain.split('\n').slice(1, -1);
  const ends = rows.map((row) => /^ {2}(.*?\S) {2,}(\S.*?)(?: {2}\S.*)?$/.exec(row)).map((m) => m![2]);
  t.ok(ends.includes(percent(data.verify!.device!.accuracy, 2)));
  const column = (row: string): number => row.indexOf(' KiB') + 4;
  t.equal(new Set(rows.filter((row) => row.includes(' KiB')).map(column)).size, 1);
  t.match(renderSummary(failed, false).split('\n')[0], /fail$/);
  t.match(renderSummary(bare, false), 'host');
  t.match(renderSummary({ ...data, notes: ['another board'] }, false), 'another board');
});

void t.test('plots: ticks, clamping, gaps and nothing at all', async (t) => {
  t.same(niceScale(0.13, 0.97, [0, 100]).ticks, [0, 0.2, 0.4, 0.6, 0.8, 1]);
  t.same(niceScale(-3, 40, [0, 1]).ticks, [-10, 0, 10, 20, 30, 40]);
  const flat = niceScale(5, 5, [100, 0]);
  t.ok(flat.low <= 5 && flat.high > 5 && flat.ticks.length > 1);
  const chart = { title: 'a title', xLabel: 'x', yLabel: 'y', yFormat: (v: number) => real(v) };
  const series = (...points: (readonly [number, number])[]) => [{ name: 'one', tone: 'a' as const, points }];
  t.match(lineChart({ ...chart, series: [] }).text, 'nothing was recorded');
  t.match(lineChart({ ...chart, series: series([1, 2]) }).text, '<circle');
  const gap = lineChart({ ...chart, series: series([1, 2], [2, NaN], [3, 4]) }).text;
  t.notMatch(gap, 'NaN');
  const over = lineChart({ ...chart, yRange: [0, 1], series: series([0, 0], [1, 50]) }).text;
  t.equal(/d="M52 258L[\d.]+ ([\d.]+)"/.exec(over)?.[1], '26', 'what lies beyond the axis stops at its end');
});

void t.test('numbers for people', async (t) => {
  t.equal(integer(1234567), '1\u202f234\u202f567');
  t.equal(integer(999), '999');
  t.equal(bytes(1023), '1023 B');
  t.equal(bytes(1536), '1.5 KiB');
  t.equal(bytes(3 * 1024 * 1024), '3.0 MiB');
  t.equal(points(0.1234), '+12.3 points');
  t.equal(points(-0.05), '−5.0 points');
  t.equal(points(-0.0005), '−0.05 points');
  t.equal(points(0.0004), '+0.04 points');
  t.equal(points(-0.00001), '0.0 points');
  t.equal(rate(0.3456), '0.35');
  t.equal(rate(1234.4), '1\u202f234');
  t.equal(real(0.30000000000000004), '0.3');
});

void t.test('a picture is a PNG that any decoder reads', async (t) => {
  const pixels = Uint8Array.from({ length: 300 * 260 }, (_, i) => (i * 7) & 255);
  const png = Buffer.from(greyPng(pixels, 300, 260));
  t.equal(png.subarray(1, 4).toString(), 'PNG');
  const chunks = new Map<string, Buffer>();
  for (let at = 8; at < png.length;) {
    const length = png.readUInt32BE(at);
    const body = png.subarray(at + 4, at + 8 + length);
    chunks.set(body.subarray(0, 4).toString(), body.subarray(4));
    if (typeof zlibCrc32 === 'function') t.equal(png.readUInt32BE(at + 8 + length), zlibCrc32(body));
    at += 12 + length;
  }
  t.same([...chunks.keys()], ['IHDR', 'IDAT', 'IEND']);
  const rows = inflateSync(chunks.get('IDAT')!);
  t.equal(rows.length, 260 * 301);
  t.equal(rows[301], 0);
  t.ok(rows.subarray(302, 602).equals(pixels.subarray(300, 600)));
});

void t.test('the model is told from the firmware around it', async (t) => {
  const { sizes } = sampleData();
  const rows = memoryTable(sizes!);
  t.same(
    rows.map(({ name, flashBytes, ramBytes, stackBytes }) => [name, flashBytes, ramBytes, stackBytes]),
    [
      ['code', 3400, null, null],
      ['constants', 7620, null, null],
      ['arena', null, 29700, null],
      ['a call of digits_infer', null, null, 136],
      ['a call of digits_learn_step', null, null, 276],
      ['the model', 11020, 29700, 276],
      ['protocol', 6844, 8900, null],
      ['board support', 2000, 312, null],
      ['the firmware', sizes!.flash!.bytes, sizes!.ram!.bytes, sizes!.stack!.bytes],
    ],
  );
  t.same(memoryTable({ ...sizes!, flash: null, ram: null }), [], 'a process has no sizes of its own');
  t.match(textOf(page), /a call of digits_infer\s+136 B\s+a call of digits_learn_step\s+276 B\s+the model\s+10\.8 KiB/);
  t.match(renderSummary(data, false), /compiled, 10\.8 KiB of it the model's/);
});
