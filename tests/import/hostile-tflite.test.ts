// Hostile .tflite files: every one ends with an error of ours, soon, without taking memory.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { isToolError } from '../../src/errors/tool-error.js';
import { importFloatTflite, isFloatTflite } from '../../src/import/tflite/import-float-tflite.js';
import { importTflite } from '../../src/import/tflite/import-tflite.js';
import { ADVISED } from '../../src/import/tflite/advice.js';
import { CONVERTERS } from '../../src/import/tflite/converters.js';
import { CheckedBuffer } from '../../src/import/tflite/checked-buffer.js';
import { MODEL, OPERATORS, SUBGRAPH } from '../../src/import/tflite/schema.js';
import { writeTflite, type NewModel, type NewTensor } from '../../src/import/tflite/write-model.js';
import { Rng } from '../../src/util/rng.js';
import { sharedFolder } from '../shared.js';
import { randomFloatTflite } from './random-float-tflite.js';
import { randomFurtherTflite, randomInt16Tflite, randomInt4Tflite, randomTflite } from './random-tflite.js';

const options = { name: 'net', toolVersion: '0', rounding: 'tflite' } as const;
const CODES = /^(IMPORT_TFLITE_(INVALID|UNSUPPORTED|UNSUPPORTED_OP)|GRAPH_INVALID|MODEL_INVALID)$/;

/** The code of the error; `imported` if there was none. Anything but an error of ours is thrown on. */
function outcome(file: Uint8Array): string {
  try {
    if (isFloatTflite(file)) importFloatTflite(file);
    else importTflite(file, options);
    return 'imported';
  } catch (error) {
    if (!isToolError(error)) throw error;
    return error.code;
  }
}

/** One to four changes: bits, bytes, whole words to extreme values. */
function damaged(rng: Rng, file: Uint8Array): Uint8Array {
  const out = file.slice();
  const view = new DataView(out.buffer);
  for (let n = 1 + rng.below(4); n > 0; n--) {
    const at = rng.below(out.length - 4);
    const words = [0, 1, 0x7fffffff, 0x80000000, 0xffffffff, out.length, rng.uint32()];
    switch (rng.below(3)) {
      case 0:
        out[at] ^= 1 << rng.below(8);
        break;
      case 1:
        out[at] = rng.below(256);
        break;
      default:
        view.setUint32(at & ~3, words[rng.below(words.length)], true);
    }
  }
  return rng.below(8) === 0 ? out.subarray(0, rng.below(out.length)) : out;
}

function attack(t: Test, rng: Rng, file: Uint8Array, count: number, outcomes: Map<string, number>): void {
  for (let n = 0; n < count; n++) {
    const hostile = damaged(rng, file);
    const started = performance.now();
    const code = outcome(hostile);
    const took = performance.now() - started;
    if (took > 5000) t.fail(`one file took ${took.toFixed(0)} ms`);
    if (code !== 'imported' && !CODES.test(code)) t.fail(code);
    outcomes.set(code, (outcomes.get(code) ?? 0) + 1);
  }
}

void t.test('random models, damaged at random', async (t) => {
  const rng = new Rng(50);
  const outcomes = new Map<string, number>();
  const before = process.memoryUsage();
  for (let seed = 0; seed < 40; seed++) {
    attack(t, rng, randomTflite(seed).file, 40, outcomes);
    attack(t, rng, randomFloatTflite(24 + seed), 20, outcomes);
    // Transposed convolutions, moves around dilated ones, gathers, packs, reversals, mirrored frames, computed shapes.
    attack(t, rng, randomFurtherTflite(seed).file, 40, outcomes);
    attack(t, rng, randomInt4Tflite(seed).file, 10, outcomes);
    attack(t, rng, randomInt16Tflite(seed).file, 10, outcomes);
  }
  const { file } = randomTflite(7);
  for (let length = 0; length < file.length; length += 7) {
    const code = outcome(file.subarray(0, length));
    // The last bytes only fill up to a multiple of 16.
    if (!CODES.test(code) && length < file.length - 16) t.fail(`cut to ${length} bytes: ${code}`);
  }
  const after = process.memoryUsage();
  t.ok(after.heapUsed + after.external - before.heapUsed - before.external < 600e6, 'memory stays');
  t.ok(outcomes.get('imported')! > 100 && outcomes.get('IMPORT_TFLITE_INVALID')! > 100, [...outcomes].join(' '));
});

const models = sharedFolder('models/mlperf-tiny');

void t.test('real models, damaged', { skip: models === null && 'the models of ../shared are not here' }, async (t) => {
  const rng = new Rng(51);
  const outcomes = new Map<string, number>();
  for (const name of ['kws_ref_model', 'kws_ref_model_float32']) {
    attack(t, rng, new Uint8Array(readFileSync(join(models!, `${name}.tflite`))), 60, outcomes);
  }
  t.ok(outcomes.size > 1, [...outcomes].join(' '));
});

const quantization = { scale: [0.5], zeroPoint: [0], axis: 0 };
const tensor = (name: string, more: Partial<NewTensor> = {}): NewTensor => ({
  name,
  shape: [1, 4],
  type: 'int8',
  quantization,
  data: null,
  ...more,
});
const model = (tensors: readonly NewTensor[], more: Partial<NewModel> = {}): Uint8Array =>
  writeTflite({
    description: '',
    name: 'net',
    tensors,
    operators: [{ code: 'RELU', inputs: [0], outputs: [1], options: null }],
    inputs: [0],
    outputs: [1],
    ...more,
  });
const scaled = (scale: number): NewTensor => tensor('x', { quantization: { ...quantization, scale: [scale] } });
const refused = (t: Test, file: Uint8Array, code: string, message: RegExp): void =>
  void t.throws(() => importTflite(file, options), { code, message });

void t.test('each kind of wrong model is named', async (t) => {
  t.equal(outcome(model([tensor('x'), tensor('y')])), 'imported');
  for (const scale of [0, -1, NaN, Infinity]) {
    refused(t, model([scaled(scale), tensor('y')]), 'IMPORT_TFLITE_INVALID', /'x' has the scale/);
  }
  const typed = (type: NewTensor['type']): Uint8Array => model([tensor('x', { type }), tensor('y', { type })]);
  refused(t, typed('uint8'), 'IMPORT_TFLITE_UNSUPPORTED', /'x' is uint8: models of uint8 are an older scheme/);
  t.equal(outcome(typed('int16')), 'imported');
  const off = { type: 'int16', quantization: { ...quantization, zeroPoint: [1] } } as const;
  refused(t, model([tensor('x', off), tensor('y', off)]), 'IMPORT_TFLITE_UNSUPPORTED', /zero point 1,/);
  refused(t, typed('float32'), 'IMPORT_TFLITE_UNSUPPORTED', /it is a float model/);
  refused(t, model([tensor('x'), tensor('y')], { inputs: [] }), 'IMPORT_TFLITE_UNSUPPORTED', /0 inputs and 1 outputs/);
  const batch = { shape: [8, 4] };
  refused(t, model([tensor('x', batch), tensor('y', batch)]), 'IMPORT_TFLITE_UNSUPPORTED', /batch size 8/);
  refused(t, model([tensor('x', { shape: [1, -1] }), tensor('y')]), 'IMPORT_TFLITE_UNSUPPORTED', /dynamic shape/);
  const huge = { shape: [1, 65536, 65536] };
  refused(t, model([tensor('x', huge), tensor('y', huge)]), 'IMPORT_TFLITE_UNSUPPORTED', /more than/);
  const zero = { quantization: { ...quantization, zeroPoint: [200] } };
  refused(t, model([tensor('x', zero), tensor('y')]), 'IMPORT_TFLITE_INVALID', /zero point 200/);
  refused(t, model([tensor('x', { quantization: null }), tensor('y')]), 'IMPORT_TFLITE_UNSUPPORTED', /not quantized/);
});

void t.test('sizes that only the file claims take no memory', async (t) => {
  const most = 2 ** 26;
  const bytes = new Uint8Array(4);
  const weights = Array.from({ length: 8 }, (_, k) => tensor(`w${k}`, { shape: [1, most], data: bytes }));
  const biases = Array.from({ length: 4 }, (_, k) => tensor(`b${k}`, { type: 'int32', shape: [1], data: bytes }));
  const states = [
    tensor('h', { shape: [1, 1] }),
    tensor('c', { shape: [1, 1], type: 'int16', quantization: { ...quantization, scale: [2 ** -11] } }),
  ];
  const tensors = [tensor('x', { shape: [1, 1, most] }), tensor('y'), ...weights, ...biases, ...states];
  const inputs = [0, 2, 3, 4, 5, 6, 7, 8, 9, -1, -1, -1, 10, 11, 12, 13, -1, -1, 14, 15, -1, -1, -1, -1];
  const lstm = { type: 'lstm', fields: [{ id: 0, kind: 'int8', value: 4 }] } as const;
  const sequence = [{ code: 'UNIDIRECTIONAL_SEQUENCE_LSTM', inputs, outputs: [1], options: lstm }];
  refused(t, model(tensors, { operators: sequence }), 'IMPORT_TFLITE_INVALID', /the weights 'w0' are \[1, 67108864\]/);
  // Right shapes of weights that are not there.
  const [units, width] = [2 ** 13, 2 ** 13];
  const missing = tensors.map((one, k) => (k >= 2 && k < 10 ? { ...one, shape: [units, width] } : one));
  missing[0] = tensor('x', { shape: [1, 1, width] });
  refused(t, model(missing, { operators: sequence }), 'IMPORT_TFLITE_INVALID', /'w0' has 4 bytes/);

  const images = [tensor('x', { shape: [1, 1, 1, 1] }), tensor('y', { shape: [1, most, 1, 1] })];
  const resize = { type: 'resize_bilinear', fields: [] } as const;
  const operators = [{ code: 'RESIZE_BILINEAR', inputs: [0], outputs: [1], options: resize }];
  const before = process.memoryUsage().rss;
  t.equal(outcome(model(images, { operators })), 'imported');
  t.ok(process.memoryUsage().rss - before < 2 ** 28, 'no list of all places');
});

/** All tensors become the first one: one entry of four bytes each. */
function allTheSame(file: Uint8Array): Uint8Array {
  const buffer = new CheckedBuffer(file);
  const field = (table: number, id: number): number => table + buffer.__offset(table, 4 + 2 * id);
  const subgraph = buffer.__indirect(buffer.__vector(field(buffer.readInt32(0), MODEL.subgraphs)));
  const list = field(subgraph, SUBGRAPH.tensors);
  const [start, count] = [buffer.__vector(list), buffer.__vector_len(list)];
  const first = buffer.__indirect(start);
  const out = file.slice();
  const view = new DataView(out.buffer);
  for (let k = 0; k < count; k++) view.setUint32(start + 4 * k, first - (start + 4 * k), true);
  return out;
}

void t.test('what is named again and again is refused before it is taken again and again', async (t) => {
  const few = Array.from({ length: 2000 }, (_, k) => tensor(`t${k}`));
  const long = tensor('long', { shape: Array.from({ length: 50_000 }, () => 1) });
  const started = performance.now();
  refused(t, allTheSame(model([long, ...few])), 'IMPORT_TFLITE_INVALID', /the same lists more than/);
  const named = tensor('n'.repeat(100_000));
  refused(t, allTheSame(model([named, ...few])), 'IMPORT_TFLITE_INVALID', /the same lists more than/);
  t.ok(performance.now() - started < 5000);
});

void t.test('weights that many operators share are counted for each', async (t) => {
  const size = 4096;
  const weights = tensor('w', { shape: [size, size], data: new Uint8Array(size * size) });
  const run = Array.from({ length: 18 }, (_, k) => tensor(`x${k}`, { shape: [1, size] }));
  const operators = run.slice(1).map((_, k) => {
    const options = { type: 'fully_connected', fields: [] } as const;
    return { code: 'FULLY_CONNECTED', inputs: [k + 1, 0, -1], outputs: [k + 2], options };
  });
  const file = model([weights, ...run], { operators, inputs: [1], outputs: [18] });
  refused(t, file, 'IMPORT_TFLITE_INVALID', /bytes of constants/);
});

void t.test('all operators without a counterpart are in one error, with layer and advice', async (t) => {
  const operators = ['RNN', 'RELU', 'LSTM', 'SVDF'].map((code, k) => ({
    code,
    inputs: [k],
    outputs: [k + 1],
    options: null,
  }));
  const file = model(
    ['x', 'a', 'b', 'c', 'd'].map((name) => tensor(name)),
    { operators, outputs: [4] },
  );
  t.throws(() => importTflite(file, options), {
    code: 'IMPORT_TFLITE_UNSUPPORTED_OP',
    context: { operators: ['RNN', 'LSTM', 'SVDF'], layers: ['a', 'c', 'd'] },
    message: /RNN \('a'\): LSTM layers.*LSTM \('c'\): LSTM layers.*SVDF \('d'\): train with conv/,
  });
});

void t.test('advice is given about operators that a model can name and that have no converter', async (test) => {
  const names = Object.values(OPERATORS);
  test.same(
    ADVISED.filter((code) => !names.includes(code)),
    [],
    'no other name can occur',
  );
  test.same(
    ADVISED.filter((code) => Object.hasOwn(CONVERTERS, code)),
    [],
  );
});
