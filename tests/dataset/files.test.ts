// IDX and CSV files: what is read, and what is refused with which code.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import t, { type Test } from 'tap';
import { isToolError } from '../../src/errors/tool-error.js';
import { importCsv } from '../../src/dataset/formats/csv.js';
import { importIdx, parseIdx } from '../../src/dataset/formats/idx.js';
import { loadDataset } from '../../src/dataset/load.js';
import type { Dataset } from '../../src/ir/dataset.js';
import { readSample } from '../../src/ir/dataset.js';
import type { DataSource } from '../../src/ir/options.js';
import { silentProgress } from '../../src/util/progress.js';
import { Rng } from '../../src/util/rng.js';
import { refuses } from './refuses.js';

function idx(shape: readonly number[], data: readonly number[]): Buffer {
  const header = Buffer.alloc(4 + 4 * shape.length);
  header.writeUInt32BE(0x0800 | shape.length);
  shape.forEach((d, axis) => header.writeUInt32BE(d, 4 + 4 * axis));
  return Buffer.concat([header, Buffer.from(data)]);
}

const IDX = {
  source: 'idx',
  trainImages: 'a.idx',
  trainLabels: 'b.idx',
  testImages: 'c.idx',
  testLabels: 'd.idx',
} as const;

const GOOD = {
  'a.idx': idx([3, 2, 2], [0, 255, 128, 1, 2, 3, 4, 5, 6, 7, 8, 9]),
  'b.idx': idx([3], [0, 1, 2]),
  'c.idx': gzipSync(idx([1, 2, 2], [9, 8, 7, 6])),
  'd.idx': idx([1], [2]),
};

function idxFolder(test: Test, changed: Record<string, Buffer | null>): string {
  const folder = test.testdir({});
  for (const [name, bytes] of Object.entries({ ...GOOD, ...changed })) {
    if (bytes !== null) writeFileSync(join(folder, name), bytes);
  }
  return folder;
}

t.test('IDX files become pictures, gzip or not', (test) => {
  const dataset = importIdx(IDX, idxFolder(test, {}));
  test.same(dataset.inputShape, [2, 2]);
  test.same(dataset.classNames, ['0', '1', '2']);
  test.same([...dataset.train.labels], [0, 1, 2]);
  const real = new Float32Array(4);
  readSample(dataset.train, 0, real);
  test.same([...real], [0, 1, Math.fround(128 * Math.fround(1 / 255)), Math.fround(1 / 255)]);
  test.same([...dataset.test.values], [9, 8, 7, 6]);
  test.equal(dataset.train.values.constructor, Uint8Array, 'no Buffer, whose slice shares memory');
  test.match(dataset.provenance.inputs, { 'a.idx': /^[0-9a-f]{64}$/, 'd.idx': /^[0-9a-f]{64}$/ });
  test.end();
});

t.test('IDX files that are refused', (test) => {
  const cases: [string, object, Record<string, Buffer | null>][] = [
    ['DATASET_FILE_MISSING', { file: /b\.idx$/ }, { 'b.idx': null }],
    ['DATASET_IDX_MAGIC', { offset: 0, found: '0x00000801', expected: '0x00000803' }, { 'a.idx': idx([3], [0, 1, 2]) }],
    [
      'DATASET_IDX_MAGIC',
      { found: '0x89504e47' },
      { 'a.idx': Buffer.from('\x89PNG and then some more bytes', 'latin1') },
    ],
    [
      'DATASET_IDX_TRUNCATED',
      { offset: 27, expectedBytes: 28, actualBytes: 27 },
      { 'a.idx': GOOD['a.idx'].subarray(0, 27) },
    ],
    ['DATASET_IDX_TRUNCATED', { expectedBytes: 16, actualBytes: 5 }, { 'a.idx': GOOD['a.idx'].subarray(0, 5) }],
    ['DATASET_IDX_TRUNCATED', { actualBytes: 0 }, { 'a.idx': Buffer.alloc(0) }],
    [
      'DATASET_IDX_TRAILING',
      { offset: 28, actualBytes: 29 },
      { 'a.idx': Buffer.concat([GOOD['a.idx'], Buffer.alloc(1)]) },
    ],
    ['DATASET_EMPTY', { shape: [0, 2, 2] }, { 'a.idx': idx([0, 2, 2], []) }],
    ['DATASET_COUNT_MISMATCH', { images: 3, labels: 2 }, { 'b.idx': idx([2], [0, 1]) }],
    ['DATASET_SHAPE_MISMATCH', { expected: [2, 2], found: [1, 4] }, { 'c.idx': idx([1, 1, 4], [9, 8, 7, 6]) }],
    ['DATASET_LABEL_RANGE', { sample: 0, offset: 8, label: 3, classes: 3 }, { 'd.idx': idx([1], [3]) }],
    ['DATASET_GZIP_DAMAGED', { file: /c\.idx$/ }, { 'c.idx': GOOD['c.idx'].subarray(0, 20) }],
  ];
  for (const [code, context, changed] of cases) {
    refuses(test, code, context, () => importIdx(IDX, idxFolder(test, changed)));
  }
  const names = { ...IDX, classNames: ['a', 'b'] };
  refuses(test, 'DATASET_LABEL_RANGE', { sample: 2, offset: 10, label: 2, classes: 2 }, () =>
    importIdx(names, idxFolder(test, {})),
  );
  const folder = idxFolder(test, { 'a.idx': null });
  mkdirSync(join(folder, 'a.idx'));
  refuses(test, 'DATASET_FILE_UNREADABLE', { errno: 'EISDIR' }, () => importIdx(IDX, folder));
  test.end();
});

t.test('the IDX parser meets any bytes with an array or a code', (test) => {
  const rng = new Rng(5);
  const allowed = /^DATASET_(IDX_(MAGIC|TRUNCATED|TRAILING)|EMPTY)$/;
  let parsed = 0;
  for (let round = 0; round < 4000; round++) {
    const shape = [rng.below(4), rng.below(4), rng.below(4)];
    const bytes = idx(
      shape,
      Array.from({ length: shape[0] * shape[1] * shape[2] }, () => rng.below(256)),
    );
    const damage = rng.below(4);
    for (let k = 0; k < damage; k++) bytes[rng.below(bytes.length)] = rng.below(256);
    const cut = rng.below(3) === 0 ? bytes.subarray(0, rng.below(bytes.length + 1)) : bytes;
    try {
      const array = parseIdx(cut, 'fuzz', 3);
      if (array.data.length !== array.shape.reduce((a, b) => a * b, 1))
        test.fail(`round ${String(round)}: wrong length`);
      parsed++;
    } catch (error) {
      if (!isToolError(error) || !allowed.test(error.code)) throw error;
    }
  }
  test.ok(parsed > 300, `${String(parsed)} of 4000 were whole`);
  test.end();
});

const CSV = { source: 'csv', file: 'a.csv', labelColumn: 'kind', testFraction: 0.25, normalize: 'none' } as const;
const CSV_TEXT = ['x,kind,y', '1,cat,-2', '2.5,dog,1e-3', '.5,cat,4', '"3",dog,5', ''].join('\n');

t.test('CSV files become rows of features', (test) => {
  const folder = test.testdir({ 'a.csv': CSV_TEXT, 'b.csv': 'kind,y,x\r\ndog,7,8\r\n' });
  const both = importCsv({ ...CSV, testFile: 'b.csv' }, folder, 1);
  test.same(both.classNames, ['cat', 'dog']);
  test.same(both.inputShape, [2]);
  test.same([...both.train.values], [1, -2, 2.5, Math.fround(1e-3), 0.5, 4, 3, 5]);
  test.same([...both.train.labels], [0, 1, 0, 1]);
  test.same([...both.test.values], [8, 7], 'columns are found by name');
  const split = importCsv(CSV, folder, 1);
  test.same([split.train.count, split.test.count], [3, 1]);
  test.same(importCsv(CSV, folder, 1), split, 'the same seed draws the same rows');
  const numbers = test.testdir({ 'a.csv': 'kind,x\n10,1\n9,2\n10,3\n' });
  test.same(importCsv({ ...CSV, testFile: 'a.csv' }, numbers, 1).classNames, ['9', '10']);
  test.end();
});

t.test('standardize: training mean 0, deviation 1; a constant feature is 0', (test) => {
  const folder = test.testdir({ 'a.csv': 'x,kind,c\n1,a,5\n2,b,5\n3,a,5\n6,b,5\n', 'b.csv': 'x,kind,c\n3,a,6\n' });
  const { train, test: held } = importCsv({ ...CSV, testFile: 'b.csv', normalize: 'standardize' }, folder, 1);
  const column = [0, 2, 4, 6].map((i) => train.values[i]);
  test.ok(Math.abs(column.reduce((a, b) => a + b, 0)) < 1e-6);
  test.ok(Math.abs(column.reduce((a, b) => a + b * b, 0) / 4 - 1) < 1e-6);
  test.same([...held.values], [0, 1], 'test samples use the training mean');
  test.end();
});

t.test('CSV files that are refused', (test) => {
  const cases: [string, object, string][] = [
    ['DATASET_CSV_NUMBER', { line: 3, column: 'y', value: 'NaN' }, 'x,kind,y\n1,cat,2\n1,dog,NaN\n'],
    ['DATASET_CSV_NUMBER', { line: 2, column: 'x', value: 'abc' }, 'x,kind,y\nabc,cat,2\n1,dog,2\n'],
    ['DATASET_CSV_NUMBER', { line: 2, column: 'x', value: '' }, 'x,kind,y\n,cat,2\n'],
    ['DATASET_CSV_NUMBER', { value: '0x10' }, 'x,kind,y\n0x10,cat,2\n'],
    ['DATASET_CSV_NUMBER', { value: '1e99' }, 'x,kind,y\n1e99,cat,2\n'],
    ['DATASET_CSV_COLUMN', { column: 'kind', columns: ['x', 'y'] }, 'x,y\n1,2\n'],
    ['DATASET_CSV_COLUMN', { column: 'x' }, 'x,kind,x\n1,cat,2\n'],
    ['DATASET_CSV_SYNTAX', { line: 3 }, 'x,kind,y\n1,cat,2\n1,cat\n'],
    [
      'DATASET_CSV_SYNTAX',
      { line: 3, reason: 'CSV_QUOTE_NOT_CLOSED' },
      'x,kind,y\n1,"c""t",2\n1,"dog,2\n3,cow,4\n5,cat,6\n',
    ],
    ['DATASET_EMPTY', { rows: 0 }, 'x,kind,y\n'],
    ['DATASET_EMPTY', { rows: 0 }, ''],
    ['DATASET_EMPTY', { part: 'test', rows: 1 }, 'x,kind,y\n1,cat,2\n'],
  ];
  for (const [code, context, text] of cases) {
    refuses(test, code, context, () => importCsv(CSV, test.testdir({ 'a.csv': text }), 1));
  }
  const folder = test.testdir({ 'a.csv': CSV_TEXT, 'b.csv': 'x,kind,y\n1,cow,2\n', 'c.csv': 'x,kind\n1,cat\n' });
  refuses(test, 'DATASET_LABEL_RANGE', { line: 2, label: 'cow' }, () =>
    importCsv({ ...CSV, testFile: 'b.csv' }, folder, 1),
  );
  refuses(test, 'DATASET_CSV_COLUMN', { column: 'y' }, () => importCsv({ ...CSV, testFile: 'c.csv' }, folder, 1));
  const many = ['x,kind', ...Array.from({ length: 257 }, (_, i) => `1,k${String(i)}`)].join('\n');
  refuses(test, 'DATASET_LABEL_RANGE', { classes: 257 }, () => importCsv(CSV, test.testdir({ 'a.csv': many }), 1));
  test.end();
});

t.test('loadDataset takes every kind of source', async (test) => {
  const folder = idxFolder(test, { 'a.csv': Buffer.from(CSV_TEXT) });
  const env = { projectDir: folder, cacheDir: folder, seed: 3, progress: silentProgress };
  const load = (source: DataSource): Promise<Dataset> => loadDataset(source, env);
  const digits = await load({ source: 'synthetic-digits', size: 7, trainSamples: 20, testSamples: 10 });
  test.same([digits.train.count, digits.test.count, digits.inputShape], [20, 10, [7, 7]]);
  test.equal((await load(IDX)).train.count, 3);
  test.equal((await load(CSV)).train.count, 3);
  await test.rejects(load({ source: 'mnist' }), { code: 'DATASET_NOT_DOWNLOADED', context: { dataset: 'mnist' } });
});
