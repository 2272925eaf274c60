// Sets of recordings: archives, manifests, windows of sensor data, strokes; and the real sets where they are at hand.
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import t from 'tap';
import { downloadDataset } from '../../src/dataset/download.js';
import { openFileSet } from '../../src/dataset/file-set.js';
import { parseRecording } from '../../src/dataset/formats/recording.js';
import { importSensor } from '../../src/dataset/formats/sensor.js';
import { importStrokes, parseStrokes } from '../../src/dataset/formats/strokes.js';
import { parseTar } from '../../src/dataset/formats/tar.js';
import { sourceDigests } from '../../src/dataset/source-digests.js';
import { drawStroke, resampleStroke } from '../../src/dataset/stroke-forms.js';
import { isToolError } from '../../src/errors/tool-error.js';
import type { SensorSource, StrokesSource } from '../../src/ir/data-source.js';
import { datasetDigest } from '../../src/ir/dataset-digest.js';
import { silentProgress } from '../../src/util/progress.js';
import { Rng } from '../../src/util/rng.js';
import { sharedFolder } from '../shared.js';
import { refuses } from './refuses.js';
import { tarEntry, tarOf } from './tar-writer.js';

const text = (content: string): Buffer => Buffer.from(content);
const at = (projectDir: string) => ({ projectDir, cacheDir: projectDir, seed: 4, progress: silentProgress });

t.test('a tar archive: plain, prefixed, PAX and GNU names, folders', (test) => {
  const long = `${'d'.repeat(90)}/${'f'.repeat(90)}.csv`;
  const archive = Buffer.concat([
    tarEntry('./a/', '', { type: '5' }),
    tarEntry('./a/b.csv', 'one'),
    tarEntry('file.csv', 'two', { prefix: 'pre/fix' }),
    tarEntry('PaxHeader', `${String(long.length + 10)} path=${long}\n`, { type: 'x' }),
    tarEntry('cut', 'three'),
    tarEntry('././@LongLink', `g/${long}\0`, { type: 'L' }),
    tarEntry('cut', 'x'.repeat(513)),
    Buffer.alloc(1024),
  ]);
  const files = parseTar(archive, 'a.tar');
  test.same([...files.keys()], ['a/b.csv', 'pre/fix/file.csv', long, `g/${long}`]);
  test.equal(Buffer.from(files.get(long) ?? []).toString(), 'three');
  test.equal(files.get(`g/${long}`)?.length, 513);
  test.end();
});

t.test('tar archives that are refused', (test) => {
  const good = tarOf({ 'a.csv': '1,2\n' });
  const flipped = Buffer.from(good);
  flipped[3] ^= 1;
  const cases: [string, object, Uint8Array][] = [
    ['DATASET_ARCHIVE_DAMAGED', { offset: 0 }, Buffer.from('x,y\n1,2\n'.repeat(100))],
    ['DATASET_ARCHIVE_DAMAGED', { offset: 0 }, flipped],
    ['DATASET_ARCHIVE_DAMAGED', { offset: 0 }, good.subarray(0, 514)],
    [
      'DATASET_ARCHIVE_DAMAGED',
      { offset: 1024 },
      Buffer.concat([good.subarray(0, 1024), tarEntry('b', 'xyz').subarray(0, 512)]),
    ],
    ['DATASET_ARCHIVE_REFUSED', { offset: 0 }, tarEntry('../../etc/passwd', 'x')],
    ['DATASET_ARCHIVE_REFUSED', { offset: 0 }, tarEntry('a/../../b', 'x')],
    ['DATASET_ARCHIVE_REFUSED', { offset: 0 }, tarEntry('/etc/passwd', 'x')],
    ['DATASET_ARCHIVE_REFUSED', { offset: 0 }, tarEntry('c:\\x', 'x')],
    ['DATASET_ARCHIVE_REFUSED', { offset: 0 }, tarEntry('link', '', { type: '2' })],
  ];
  for (const [code, context, bytes] of cases) refuses(test, code, context, () => parseTar(bytes, 'a.tar'));
  test.end();
});

t.test('the parsers meet any bytes with a result or a code', (test) => {
  const rng = new Rng(11);
  const good = [
    tarOf({ 'a/b.csv': 'x,y\n1,2\n', 'c.json': '{}' }),
    text('x,y,z\n1,2.5,a\n-3e2,.5,b\n'),
    text('{"strokes":[{"label":"3","strokePoints":[{"x":0.5,"y":-1},{"x":1,"y":2}]}]}'),
  ];
  const parse = [
    (bytes: Uint8Array) => parseTar(bytes, 'fuzz'),
    (bytes: Uint8Array) => parseRecording(bytes, 'fuzz', { columns: ['x', 'y'], labelColumn: 'z' }),
    (bytes: Uint8Array) => parseStrokes(bytes, 'fuzz'),
  ];
  const seen = new Set<string>();
  for (let round = 0; round < 3000; round++) {
    const kind = round % 3;
    const bytes = Buffer.from(good[kind]);
    for (let k = rng.below(3); k > 0; k--) bytes[rng.below(kind === 0 ? 600 : bytes.length)] = rng.below(256);
    const cut = rng.below(3) === 0 ? bytes.subarray(0, rng.below(bytes.length + 1)) : bytes;
    try {
      parse[kind](cut);
      seen.add(`${String(kind)} whole`);
    } catch (error) {
      if (!isToolError(error) || !error.code.startsWith('DATASET_')) throw error;
      seen.add(error.code);
    }
  }
  for (const wanted of [
    '0 whole',
    '1 whole',
    '2 whole',
    'DATASET_ARCHIVE_DAMAGED',
    'DATASET_CSV_NUMBER',
    'DATASET_JSON_FORM',
  ]) {
    test.ok(seen.has(wanted), wanted);
  }
  test.end();
});

const SENSOR: SensorSource = {
  source: 'sensor',
  root: 'rec',
  manifest: { file: 'manifest.csv', fileColumn: 'file', labelColumn: 'label' },
  parts: null,
  classes: null,
  testFraction: 0.5,
  columns: ['x', 'y'],
  labelColumn: 'what',
  window: 3,
  stride: 2,
  statistics: null,
  normalize: 'none',
};
const FILES = {
  'manifest.csv': 'file,split,who\na.csv,train,1\nb.csv,test,2\nc.csv,val,1\nd.csv,late,2\n',
  'a.csv': 't,y,what,x\n0,10,go,1\n1,20,go,2\n2,30,stop,3\n3,40,stop,4\n4,50,stop,5\n5,60,go,6\n',
  'b.csv': 'x,y,what\r\n7,70,stop\r\n8,80,stop\r\n9,90,go\r\n',
  'c.csv': 'x,y,what\n1,1,go\n1,1,stop\n1,1,late\n',
  'd.csv': 'x,y,what\n0,0,go\n0,0,go\n0,0,go\n\n',
};

t.test('recordings become windows, split by the manifest', (test) => {
  const dir = test.testdir({ rec: FILES });
  const data = importSensor(SENSOR, at(dir));
  test.same(data.inputShape, [3, 2]);
  test.same(data.classNames, ['go', 'late', 'stop']);
  test.same(
    [...data.train.values],
    [1, 10, 2, 20, 3, 30, 3, 30, 4, 40, 5, 50],
    'columns by name, a window every 2 rows',
  );
  test.same([...data.train.labels], [0, 2], 'the most frequent label');
  test.same([...(data.validation?.labels ?? [])], [0], 'among equals the first class');
  test.same([...data.test.values], [7, 70, 8, 80, 9, 90]);
  test.same(Object.keys(data.extra), ['late']);

  writeFileSync(join(dir, 'rec.tgz'), gzipSync(tarOf(FILES)));
  const packed = importSensor({ ...SENSOR, root: 'rec.tgz' }, at(dir));
  test.equal(datasetDigest(packed), datasetDigest(data), 'an archive gives the same samples as a folder');
  test.not(datasetDigest({ ...data, extra: {} }), datasetDigest(data), 'the digest sees the extra parts');
  test.not(datasetDigest({ ...data, validation: null }), datasetDigest(data), 'and the validation samples');

  const before = sourceDigests(SENSOR, at(dir));
  test.same(data.provenance.inputs, { rec: before?.['root'] });
  writeFileSync(join(dir, 'rec', 'd.csv'), 'x,y,what\n0,0,go\n0,0,go\n0,0,stop\n');
  test.notSame(sourceDigests(SENSOR, at(dir)), before, 'a changed file in a folder is seen');
  test.end();
});

t.test('statistics of each channel instead of the windows', (test) => {
  const dir = test.testdir({ rec: FILES });
  const statistics = ['mean', 'deviation', 'range', 'meanChange'] as const;
  const source = { ...SENSOR, window: 2, stride: 4, statistics };
  const data = importSensor(source, at(dir));
  test.same(data.inputShape, [8]);
  // Rows (1, 10), (2, 20) and, four later, (5, 50), (6, 60): the first statistic of both channels first.
  test.same([...data.train.values], [1.5, 15, 0.5, 5, 1, 10, 1, 10, 5.5, 55, 0.5, 5, 1, 10, 1, 10]);
  const normal = importSensor({ ...source, normalize: 'standardize' }, at(dir));
  test.same(
    [...normal.train.values.subarray(0, 4)],
    [-1, -1, 0, 0],
    'each number by itself; a constant one is shifted',
  );
  test.end();
});

t.test('parts and classes by rules; columns by position; standardized by channel', (test) => {
  const numbers = Object.fromEntries(
    Object.entries(FILES).map(([name, content]) => [name, name.startsWith('m') ? content : '1, 100, 5\n3, 500, 5\n']),
  );
  const dir = test.testdir({ rec: numbers });
  const rules: SensorSource = {
    ...SENSOR,
    columns: [0, 1, 2],
    labelColumn: null,
    window: 2,
    parts: { train: { split: ['train', 'val'] }, test: { who: 2 }, both: { who: 2, split: 'late' } },
    classes: { second: { who: 2 }, first: { who: '1' } },
    normalize: 'standardize',
  };
  const data = importSensor(rules, at(dir));
  test.same(data.classNames, ['second', 'first'], 'in the order of the rules');
  test.same([...data.train.labels], [1, 1]);
  test.same([...data.test.labels], [0, 0]);
  test.equal(data.extra['both'].count, 1);
  test.equal(data.validation, null);
  test.same([...data.train.values.subarray(0, 6)], [-1, -1, 0, 1, 1, 0], 'a mean and a deviation a channel');

  const overlap = { ...rules, parts: { train: { who: 2 }, test: { split: 'late' } } };
  refuses(test, 'DATASET_PARTS_OVERLAP', { file: 'd.csv', part: 'test' }, () => importSensor(overlap, at(dir)));
  const unruled = { ...rules, classes: { first: { who: 1 } } };
  refuses(test, 'DATASET_LABEL_RANGE', { classes: ['first'] }, () => importSensor(unruled, at(dir)));
  const misspelt = { ...rules, parts: { train: { whom: 2 }, test: { split: 'late' } } };
  refuses(test, 'DATASET_CSV_COLUMN', { column: 'whom' }, () => importSensor(misspelt, at(dir)));
  test.end();
});

t.test('without a manifest: classes by folder, files drawn with the seed, none in two parts', (test) => {
  const rows = (v: number): string => `${String(v)}\n`.repeat(3);
  const folders = [0, 1, 2].map((c) => [`k${String(c)}`, { 'a.csv': rows(c), 'b.csv': rows(c), '.hidden.csv': 'x' }]);
  const dir = test.testdir({ rec: Object.fromEntries(folders) as Record<string, Record<string, string>> });
  const source: SensorSource = { ...SENSOR, manifest: null, columns: [0], labelColumn: null };
  const data = importSensor(source, at(dir));
  test.same(data.classNames, ['k0', 'k1', 'k2']);
  test.same([data.train.count, data.test.count], [3, 3]);
  for (const part of [data.train, data.test]) {
    for (let i = 0; i < part.count; i++) test.equal(part.values[i * 3], part.labels[i], 'label and folder agree');
  }
  test.same(importSensor(source, at(dir)).train, data.train, 'the same seed draws the same files');
  test.end();
});

t.test('recordings that are refused', (test) => {
  const cases: [string, object, Partial<typeof FILES>, Partial<SensorSource>][] = [
    ['DATASET_FILE_MISSING', { line: 2 }, { 'manifest.csv': 'file,split\nq.csv,train\n' }, {}],
    ['DATASET_CSV_COLUMN', { column: 'file' }, { 'manifest.csv': 'path,split\na.csv,train\n' }, {}],
    ['DATASET_CSV_COLUMN', { column: 'label' }, {}, { labelColumn: null }],
    ['DATASET_CSV_COLUMN', { column: 'x' }, { 'b.csv': 'y,what\n1,go\n' }, {}],
    ['DATASET_CSV_COLUMN', { column: 9 }, {}, { columns: [9], labelColumn: 0 }],
    ['DATASET_CSV_NUMBER', { line: 3, column: 'y', value: '' }, { 'b.csv': 'x,y,what\n1,2,go\n1,,go\n' }, {}],
    ['DATASET_CSV_SYNTAX', { line: 3 }, { 'b.csv': 'x,y,what\n1,2,go\n1,2\n' }, {}],
    ['DATASET_CSV_SYNTAX', { line: 2 }, { 'b.csv': 'x,y,what\n"1",2,go\n' }, {}],
    ['DATASET_EMPTY', { part: 'train', longest: 6 }, {}, { window: 7 }],
    ['DATASET_EMPTY', { part: 'test' }, { 'manifest.csv': 'file,split\na.csv,train\n' }, {}],
  ];
  for (const [code, context, files, options] of cases) {
    const dir = test.testdir({ rec: { ...FILES, ...files } });
    refuses(test, code, context, () => importSensor({ ...SENSOR, ...options }, at(dir)));
  }
  const dir = test.testdir({ rec: {} });
  refuses(test, 'DATASET_EMPTY', { ending: '.csv' }, () => importSensor({ ...SENSOR, manifest: null }, at(dir)));
  refuses(test, 'DATASET_FILE_MISSING', {}, () => importSensor({ ...SENSOR, root: 'nowhere' }, at(dir)));
  refuses(test, 'DATASET_UNKNOWN', { dataset: 'watch-hra' }, () => openFileSet('dataset:watch-hra', at(dir)));
  refuses(test, 'DATASET_NOT_DOWNLOADED', {}, () => openFileSet('dataset:watch-har', at(dir)));
  const cached = join(dir, 'datasets', 'watch-har');
  mkdirSync(cached, { recursive: true });
  writeFileSync(join(cached, 'watch-har-sw.tar.gz'), gzipSync(tarOf(FILES)));
  refuses(test, 'DATASET_DIGEST_MISMATCH', { dataset: 'watch-har' }, () => openFileSet('dataset:watch-har', at(dir)));
  test.end();
});

t.test('points on a stroke', (test) => {
  // Three points along a line of length 1 + 3, and one that is there twice: a hand that pauses.
  const stroke = [
    [0, 0],
    [1, 0],
    [1, 0],
    [1, 3],
  ] as const;
  test.same([...resampleStroke(stroke, 5, 'arc-length')], [0, 0, 1, 0, 1, 1, 1, 2, 1, 3]);
  test.same([...resampleStroke(stroke, 4, 'index')], [0, 0, 1, 0, 1, 0, 1, 3]);
  test.same([...resampleStroke(stroke, 7, 'index')], [0, 0, 0.5, 0, 1, 0, 1, 0, 1, 0, 1, 1.5, 1, 3]);
  test.same([...resampleStroke([[2, 5]], 2, 'arc-length')], [2, 5, 2, 5], 'a single point');
  test.end();
});

t.test('a stroke as a picture: centred, proportions kept, upright', (test) => {
  const [height, width] = [9, 15];
  const picture = drawStroke(
    [
      [0, 0],
      [0, 2],
      [1, 2],
    ],
    [height, width],
  ); // Γ
  const row = (y: number): number => picture.subarray(y * width, (y + 1) * width).filter((v) => v > 127).length;
  const column = (x: number): number =>
    Array.from({ length: height }, (_, y) => picture[y * width + x]).filter((v) => v > 127).length;
  const inked = Array.from({ length: height }, (_, y) => row(y));
  test.equal(inked.indexOf(Math.max(...inked)), 1, 'the bar is at the top');
  const columns = Array.from({ length: width }, (_, x) => column(x));
  test.ok(columns.indexOf(Math.max(...columns)) < width / 2, 'the stem is at the left');
  test.equal(row(0) + row(height - 1), 0, 'a margin');
  test.ok(drawStroke([[3, 3]], [5, 5])[12] > 0, 'a single point is a dot in the middle');
  test.end();
});

t.test('strokes split by position, and what is refused', (test) => {
  const stroke = (label: string, x: number): object => ({
    label,
    strokePoints: [
      { x, y: 0 },
      { x, y: 1 },
    ],
  });
  const files = {
    'b.json': JSON.stringify({ strokes: [stroke('b', 4), stroke('b', 5)] }),
    'a.json': JSON.stringify({ strokes: [stroke('a', 1), stroke('a', 2), stroke('a', 3)] }),
  };
  const source: StrokesSource = {
    source: 'strokes',
    root: 's',
    trainFraction: 0.67,
    form: { kind: 'points', count: 2, spacing: 'index' },
  };
  const data = importStrokes(source, at(test.testdir({ s: files })));
  test.same(data.inputShape, [2, 2]);
  test.same([...data.train.labels, ...data.test.labels], [0, 0, 1, 0, 1], 'the first two thirds of every file train');
  test.same(
    [0, 4, 8].map((i) => data.train.values[i]),
    [1, 2, 4],
  );
  const cases: [string, object, string][] = [
    ['DATASET_JSON_SYNTAX', {}, '{"strokes": ['],
    ['DATASET_JSON_FORM', { path: 'strokes' }, '[]'],
    ['DATASET_JSON_FORM', { path: 'strokes[0].label' }, '{"strokes": [{"label": 3}]}'],
    ['DATASET_JSON_FORM', { path: 'strokes[0].strokePoints' }, '{"strokes": [{"label": "3", "strokePoints": []}]}'],
    [
      'DATASET_JSON_FORM',
      { path: 'strokes[0].strokePoints[0]' },
      '{"strokes": [{"label": "3", "strokePoints": [{"x": 1}]}]}',
    ],
    ['DATASET_JSON_FORM', {}, '{"strokes": [{"label": "3", "strokePoints": [{"x": 1e300, "y": 0}]}]}'],
    ['DATASET_EMPTY', { part: 'train' }, '{"strokes": []}'],
  ];
  for (const [code, context, content] of cases) {
    refuses(test, code, context, () => importStrokes(source, at(test.testdir({ s: { 'a.json': content } }))));
  }
  test.end();
});

t.test('a data set without an address says so, and comes from a folder', async (test) => {
  const dir = test.testdir({});
  await test.rejects(downloadDataset('watch-har', dir), {
    code: 'DATASET_NO_ADDRESS',
    context: { dataset: 'watch-har' },
  });
  await test.rejects(downloadDataset('watch-har', dir, { from: dir }), { code: 'DATASET_FILE_MISSING' });
});

const real = sharedFolder('data');
t.test('the real sets', { skip: real === null ? 'the data sets are not beside the checkout' : false }, (test) => {
  const dir = test.testdir({ datasets: {} });
  for (const name of ['watch-har', 'magic-wand-digits']) {
    cpSync(join(real ?? '', name), join(dir, 'datasets', name), { recursive: true });
  }
  const source: SensorSource = {
    ...SENSOR,
    root: 'dataset:watch-har',
    columns: ['ax', 'ay', 'az', 'gx', 'gy', 'gz'],
    labelColumn: 'label',
    window: 104,
    stride: 52,
  };
  const har = importSensor(source, at(dir));
  // From the manifest's column `samples`: the sum of floor((samples − 104) / 52) + 1. (The set's own text says 3,096,
  // without the windows that end exactly where their recording does, of which there are two.)
  test.same([har.train.count, har.validation?.count, har.test.count], [3098, 402, 1206]);
  test.same(har.classNames, ['SEATED', 'SITTING_DOWN', 'STANDING_UP', 'TURNING', 'WALKING']);
  const wand: StrokesSource = {
    source: 'strokes',
    root: 'dataset:magic-wand-digits',
    trainFraction: 0.8,
    form: { kind: 'image', size: [16, 16] },
  };
  const digits = importStrokes(wand, at(dir));
  test.same([digits.train.count, digits.test.count, digits.classNames.join('')], [800, 200, '0123456789']);
  test.end();
});
