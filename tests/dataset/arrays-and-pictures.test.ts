// NumPy arrays and picture folders, against files that NumPy and Pillow wrote.
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { importImageFolder } from '../../src/dataset/formats/image-folder.js';
import { decodeImage } from '../../src/dataset/formats/image.js';
import { parseNpy } from '../../src/dataset/formats/npy.js';
import { importNumpy } from '../../src/dataset/formats/numpy.js';
import { resize } from '../../src/dataset/resize.js';
import { sourceDigests } from '../../src/dataset/source-digests.js';
import { isToolError } from '../../src/errors/tool-error.js';
import type { ImageFolderSource, NpySource, NpzSource } from '../../src/ir/data-source.js';
import { packageRoot } from '../../src/util/package-root.js';
import { silentProgress } from '../../src/util/progress.js';
import { Rng } from '../../src/util/rng.js';
import { refuses } from './refuses.js';

interface Expected {
  readonly by: string;
  readonly arrays: Readonly<Record<string, { type: string; shape: number[]; values: number[] }>>;
  readonly pictures: Readonly<
    Record<string, { size: [number, number]; grey: number[] | null; colour: number[] | null; box: number[] | null }>
  >;
}

const FOLDER = join(packageRoot(), 'tests', 'vectors', 'data-files');
const read = (name: string): Uint8Array => new Uint8Array(readFileSync(join(FOLDER, name)));
const EXPECTED = JSON.parse(Buffer.from(read('expected.json')).toString()) as Expected;
const at = (projectDir: string) => ({ projectDir, cacheDir: projectDir, seed: 4, progress: silentProgress });

t.test(`arrays of every type (${EXPECTED.by})`, (test) => {
  for (const [name, { type, shape, values }] of Object.entries(EXPECTED.arrays)) {
    const array = parseNpy(read(`${name}.npy`), name);
    test.same([array.type, array.shape], [type, shape], name);
    test.same(
      Array.from({ length: array.count }, (_, i) => array.at(i)),
      values,
      name,
    );
  }
  for (const version of ['2', '3'])
    test.same([...parseNpy(read(`array-version-${version}.npy`), 'v').bytes], [0, 1, 2, 3, 4, 5]);
  test.end();
});

/** A .npy file with any header. */
function npy(header: string, data: Buffer, version = 1): Buffer {
  const start = Buffer.from(`\x93NUMPY${String.fromCharCode(version)}\0`, 'latin1');
  const length = Buffer.alloc(version === 1 ? 2 : 4);
  length.writeUInt16LE(header.length);
  return Buffer.concat([start, length, Buffer.from(header), data]);
}

function arrayOf(type: string, shape: readonly number[], data: Buffer): Buffer {
  return npy(`{'descr': '${type}', 'fortran_order': False, 'shape': (${shape.join(', ')},), }\n`, data);
}

t.test('arrays that are refused', (test) => {
  const good = arrayOf('|u1', [2, 3], Buffer.alloc(6));
  const cases: [string, object, Uint8Array][] = [
    ['DATASET_NPY_DAMAGED', { offset: 0 }, Buffer.from('PK\x03\x04 this is a zip')],
    ['DATASET_NPY_DAMAGED', { offset: 0 }, Buffer.alloc(0)],
    ['DATASET_NPY_DAMAGED', { offset: 6 }, npy('{}', Buffer.alloc(0), 4)],
    ['DATASET_NPY_DAMAGED', { offset: 8 }, good.subarray(0, 40)],
    ['DATASET_NPY_DAMAGED', {}, good.subarray(0, good.length - 1)],
    ['DATASET_NPY_DAMAGED', {}, Buffer.concat([good, Buffer.alloc(1)])],
    ['DATASET_NPY_DAMAGED', {}, npy("{'descr': '<f4', 'fortran_order': False}", Buffer.alloc(0))],
    ['DATASET_NPY_TYPE', { type: '<U1' }, read('objects.npy')],
    ['DATASET_NPY_TYPE', { order: 'fortran' }, read('fortran.npy')],
    ['DATASET_NPY_TYPE', { type: '<c8' }, arrayOf('<c8', [1, 1], Buffer.alloc(8))],
  ];
  for (const [code, context, bytes] of cases) refuses(test, code, context, () => parseNpy(bytes, 'a.npy'));
  const rng = new Rng(8);
  let whole = 0;
  for (let round = 0; round < 2000; round++) {
    const bytes = Buffer.from(good);
    for (let k = rng.below(3); k > 0; k--) bytes[rng.below(bytes.length)] = rng.below(256);
    try {
      parseNpy(rng.below(3) === 0 ? bytes.subarray(0, rng.below(bytes.length + 1)) : bytes, 'fuzz');
      whole++;
    } catch (error) {
      if (!isToolError(error) || !error.code.startsWith('DATASET_NPY_')) throw error;
    }
  }
  test.ok(whole > 300 && whole < 1900, `${String(whole)} of 2000 were read`);
  test.end();
});

const NPZ: NpzSource = {
  source: 'npz',
  file: 'set.npz',
  trainInputs: 'x_train',
  trainLabels: 'y_train',
  testInputs: 'x_test',
  testLabels: 'y_test',
  inputScale: null,
  normalize: 'none',
};

t.test('an .npz file and .npy files as samples', (test) => {
  const data = importNumpy(NPZ, at(FOLDER));
  test.same(
    [data.inputShape, data.classNames],
    [
      [2, 2],
      ['0', '1', '2'],
    ],
  );
  test.same([...data.train.labels, ...data.test.labels], [0, 1, 2, 1, 2, 0], 'labels may be a column');
  test.same([...data.test.values], [0, 1, 2, 3, 4, 5, 6, 7]);
  test.same([data.test.values.constructor, data.test.scale], [Uint8Array, Math.fround(1 / 255)], 'bytes stay bytes');
  test.same(data.provenance.inputs, { 'set.npz': sourceDigests(NPZ, at(FOLDER))?.['file'] });
  refuses(test, 'DATASET_NPZ_DAMAGED', { array: 'x', known: ['x_train', 'y_train', 'x_test', 'y_test'] }, () =>
    importNumpy({ ...NPZ, testInputs: 'x' }, at(FOLDER)),
  );
  const dir = test.testdir({ 'set.npz': readFileSync(join(FOLDER, 'set.npz')).subarray(0, 300) });
  refuses(test, 'DATASET_NPZ_DAMAGED', { bytes: 300 }, () => importNumpy(NPZ, at(dir)));

  const floats = (...v: number[]): Buffer => Buffer.from(Float32Array.from(v).buffer);
  const files = {
    'x.npy': arrayOf('<f4', [2, 2], floats(1, 2, 3, 6)),
    'y.npy': arrayOf('|u1', [2], Buffer.from([1, 0])),
  };
  const source: NpySource = {
    source: 'npy',
    trainInputs: 'x.npy',
    trainLabels: 'y.npy',
    testInputs: 'x.npy',
    testLabels: 'y.npy',
    validationInputs: 'x.npy',
    validationLabels: 'y.npy',
    inputScale: null,
    normalize: 'standardize',
  };
  const table = importNumpy(source, at(test.testdir(files)));
  test.same([...table.train.values], [-1, -1, 1, 1]);
  test.equal(table.validation?.count, 2);
  const cases: [string, object, Partial<Record<keyof typeof files | 'z.npy', Buffer>>, Partial<NpySource>][] = [
    ['DATASET_NPY_TYPE', { type: 'f4' }, { 'y.npy': arrayOf('<f4', [2], floats(0, 1)) }, {}],
    ['DATASET_NPY_TYPE', {}, { 'y.npy': arrayOf('|u1', [2, 2], Buffer.alloc(4)) }, {}],
    ['DATASET_LABEL_RANGE', { sample: 1, label: -1 }, { 'y.npy': arrayOf('|i1', [2], Buffer.from([0, 255])) }, {}],
    ['DATASET_LABEL_RANGE', { sample: 0, label: 1 }, {}, { classNames: ['a'] }],
    ['DATASET_COUNT_MISMATCH', { samples: 2, labels: 1 }, { 'y.npy': arrayOf('|u1', [1], Buffer.from([0])) }, {}],
    ['DATASET_SHAPE_MISMATCH', {}, { 'z.npy': arrayOf('<f4', [2, 1], floats(1, 2)) }, { testInputs: 'z.npy' }],
    ['DATASET_SHAPE_MISMATCH', {}, { 'x.npy': arrayOf('<f4', [2], floats(1, 2)) }, {}],
    ['DATASET_EMPTY', {}, { 'x.npy': arrayOf('<f4', [0, 2], floats()) }, {}],
    ['DATASET_NPY_VALUE', { sample: 1 }, { 'x.npy': arrayOf('<f4', [2, 2], floats(1, 2, NaN, 4)) }, {}],
    ['DATASET_FILE_MISSING', {}, {}, { testLabels: 'q.npy' }],
  ];
  for (const [code, context, changed, options] of cases) {
    const folder = test.testdir({ ...files, ...changed });
    refuses(test, code, context, () => importNumpy({ ...source, ...options }, at(folder)));
  }
  test.end();
});

t.test(`pictures of every kind (${EXPECTED.by})`, (test) => {
  for (const [name, { size, grey, colour, box }] of Object.entries(EXPECTED.pictures)) {
    // Two JPEG decoders may differ in the last bits.
    const near = name.endsWith('.jpg') ? 3 : 0;
    const largest = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
      Array.from(a).reduce((most, v, i) => Math.max(most, Math.abs(v - b[i])), a.length === b.length ? 0 : 999);
    const picture = decodeImage(read(name), name, 3);
    test.same([picture.height, picture.width], size, name);
    if (colour !== null) test.ok(largest(picture.values, colour) <= near, `${name}: colours`);
    if (grey !== null) test.ok(largest(decodeImage(read(name), name, 1).values, grey) <= near, `${name}: grey`);
    // Pillow rounds its filter weights to 22 bits, and after each axis.
    if (box !== null) test.ok(largest(resize(picture, 3, 4).values, box) <= 1 + near, `${name}: mean over areas`);
  }
  const deep = decodeImage(read('grey-16-bit.png'), 'a', 1);
  test.same(deep.values, decodeImage(read('grey.png'), 'a', 1).values, '16 bits');
  const alpha = decodeImage(read('alpha.png'), 'a', 3).values;
  const solid = decodeImage(read('colour.png'), 'a', 3).values;
  test.ok(
    alpha.every((v, i) => Math.abs(v - solid[i] * (128 / 255)) <= 0.51),
    'half transparent is half as bright',
  );
  const one = { height: 1, width: 1, channels: 3, values: Uint8Array.of(10, 150, 250) };
  test.same([...resize(one, 2, 2).values], [10, 150, 250, 10, 150, 250, 10, 150, 250, 10, 150, 250]);
  const ramp = { height: 1, width: 2, channels: 1, values: Uint8Array.of(0, 100) };
  test.same([...resize(ramp, 1, 4).values], [0, 25, 75, 100], 'linear where it grows');
  const three = { height: 3, width: 1, channels: 1, values: Uint8Array.of(30, 60, 240) };
  test.same([...resize(three, 2, 1).values], [40, 180], 'parts of a pixel count in part');
  test.end();
});

t.test('pictures that are refused, and any bytes', (test) => {
  const png = read('colour.png');
  const jpg = read('colour.jpg');
  const huge = Uint8Array.from(png);
  huge.fill(0x7f, 16, 24);
  for (const bytes of [
    Buffer.from('GIF89a…'),
    Buffer.alloc(0),
    png.subarray(0, 60),
    png.subarray(0, 8),
    huge,
    jpg.subarray(0, 200),
  ]) {
    refuses(test, 'DATASET_IMAGE_DAMAGED', { bytes: bytes.length }, () => decodeImage(bytes, 'a.png', 3));
  }
  const rng = new Rng(2);
  let whole = 0;
  for (let round = 0; round < 400; round++) {
    const bytes = Uint8Array.from(round % 2 === 0 ? png : jpg);
    for (let k = 1 + rng.below(3); k > 0; k--) bytes[rng.below(bytes.length)] = rng.below(256);
    try {
      decodeImage(bytes, 'fuzz', 1);
      whole++;
    } catch (error) {
      if (!isToolError(error) || error.code !== 'DATASET_IMAGE_DAMAGED') throw error;
    }
  }
  test.ok(whole > 5 && whole < 390, `${String(whole)} of 400 were read`);
  test.end();
});

t.test('a folder of pictures', (test) => {
  const dir = test.testdir({});
  const put = (from: string, to: string): void => {
    mkdirSync(join(dir, to, '..'), { recursive: true });
    copyFileSync(join(FOLDER, from), join(dir, to));
  };
  for (const n of [1, 2]) put('grey.png', `train/b/${String(n)}.png`);
  for (const n of [1, 2]) put('colour.jpg', `train/a/deep/${String(n)}.JPG`);
  put('colour.png', 'test/a/1.png');
  writeFileSync(join(dir, 'train/readme.txt'), 'not a picture');
  const source: ImageFolderSource = {
    source: 'image-folder',
    train: 'train',
    test: 'test',
    testFraction: 0.5,
    size: [3, 4],
    channels: 3,
  };
  const data = importImageFolder(source, at(dir));
  test.same(
    [data.inputShape, data.classNames, [...data.train.labels]],
    [
      [3, 4, 3],
      ['a', 'b'],
      [0, 0, 1, 1],
    ],
  );
  const colour = resize(decodeImage(read('colour.png'), 'a', 3), 3, 4).values;
  test.same(data.test.values, colour);
  test.same(data.provenance.inputs, {
    train: sourceDigests(source, at(dir))?.['train'],
    test: sourceDigests(source, at(dir))?.['test'],
  });
  const { test: _without, ...undivided } = source;
  const drawn = importImageFolder({ ...undivided, channels: 1 }, at(dir));
  test.same([drawn.train.count, drawn.test.count, drawn.inputShape], [2, 2, [3, 4]]);
  put('grey.png', 'test/c/1.png');
  refuses(test, 'DATASET_LABEL_RANGE', { label: 'c' }, () => importImageFolder(source, at(dir)));
  refuses(test, 'DATASET_EMPTY', {}, () => importImageFolder({ ...source, train: 'train/b' }, at(dir)));
  writeFileSync(join(dir, 'train/a/0.png'), 'broken');
  refuses(test, 'DATASET_IMAGE_DAMAGED', { file: /0\.png$/ }, () => importImageFolder(source, at(dir)));
  test.end();
});
