// Convolutions whose dilation the converter writes as SPACE_TO_BATCH_ND and BATCH_TO_SPACE_ND around them: the same bytes as
// those that say it themselves, which TFLite Micro's vectors hold.
import t from 'tap';
import { importTflite } from '../../src/import/tflite/import-tflite.js';
import { writeTflite, type NewOperator, type NewTensor } from '../../src/import/tflite/write-model.js';
import { runInt8 } from '../../src/ir/interpret.js';
import { elementCount } from '../../src/ir/tensor.js';
import { seededInputs } from './seeded-inputs.js';

const options = { name: 'net', toolVersion: '0', rounding: 'tflite' } as const;

function outputsOf(file: Uint8Array): number[][] {
  const graph = importTflite(file, options);
  t.equal(graph.ops.filter(({ kind }) => kind === 'conv_2d').length, 1);
  const size = elementCount(graph.tensors[graph.input].shape);
  return seededInputs(4, size).map((x) => [...runInt8(graph, x).output]);
}

const activation = (name: string, shape: readonly number[], scale: number): NewTensor => {
  return { name, shape, type: 'int8', quantization: { scale: [scale], zeroPoint: [7], axis: 0 }, data: null };
};
const integers = (shape: readonly number[], values: readonly number[]): NewTensor => {
  const data = new Uint8Array(Int32Array.from(values).buffer);
  return { name: 'numbers', shape, type: 'int32', quantization: null, data };
};
const kernel = (shape: readonly number[]): NewTensor => {
  const data = Uint8Array.from({ length: elementCount(shape) }, (_, k) => (k * 37 + 11) & 255);
  return { name: 'weights', shape, type: 'int8', quantization: { scale: [0.01], zeroPoint: [0], axis: 0 }, data };
};

/** Padding 0 is `same`, 1 `valid`. */
function convolution(padding: number, dilation: readonly [number, number]): NewOperator['options'] {
  const ints = [1, 1].map((value, k) => ({ id: 1 + k, kind: 'int32' as const, value }));
  const dilations = [dilation[1], dilation[0]].map((value, k) => ({ id: 4 + k, kind: 'int32' as const, value }));
  return { type: 'conv_2d', fields: [{ id: 0, kind: 'int8', value: padding }, ...ints, ...dilations] };
}

function model(tensors: readonly NewTensor[], operators: readonly NewOperator[], output: number): Uint8Array {
  return writeTflite({ description: '', name: 'net', tensors, operators, inputs: [0], outputs: [output] });
}

void t.test('images', async (t) => {
  const plain = model(
    [activation('x', [1, 9, 11, 3], 0.02), kernel([4, 3, 3, 3]), activation('y', [1, 9, 11, 4], 0.05)],
    [{ code: 'CONV_2D', inputs: [0, 1, -1], outputs: [2], options: convolution(0, [2, 3]) }],
    2,
  );
  // 9 + 4 rows make 14, which two batches share: the last is cropped; 11 + 6 columns make 18 of three.
  const moved = model(
    [
      activation('x', [1, 9, 11, 3], 0.02),
      kernel([4, 3, 3, 3]),
      activation('spread', [1, 7, 6, 3], 0.02),
      activation('convolved', [1, 5, 4, 4], 0.05),
      activation('y', [1, 9, 11, 4], 0.05),
      integers([2], [2, 3]),
      integers([2, 2], [2, 3, 3, 4]),
      integers([2, 2], [0, 1, 0, 1]),
    ],
    [
      { code: 'SPACE_TO_BATCH_ND', inputs: [0, 5, 6], outputs: [2], options: null },
      { code: 'CONV_2D', inputs: [2, 1, -1], outputs: [3], options: convolution(1, [1, 1]) },
      { code: 'BATCH_TO_SPACE_ND', inputs: [3, 5, 7], outputs: [4], options: null },
    ],
    4,
  );
  t.same(outputsOf(moved), outputsOf(plain));
});

void t.test('sequences, as Conv1D writes them, dilated before its start alone', async (t) => {
  const moved = model(
    [
      activation('x', [1, 10, 3], 0.02),
      kernel([4, 1, 3, 3]),
      activation('spread', [1, 7, 3], 0.02),
      activation('image', [1, 1, 7, 3], 0.02),
      activation('convolved', [1, 1, 5, 4], 0.05),
      activation('sequence', [1, 5, 4], 0.05),
      activation('y', [1, 10, 4], 0.05),
      integers([1], [2]),
      integers([1, 2], [4, 0]),
      integers([1, 2], [0, 0]),
      integers([], [1]),
    ],
    [
      { code: 'SPACE_TO_BATCH_ND', inputs: [0, 7, 8], outputs: [2], options: null },
      { code: 'EXPAND_DIMS', inputs: [2, 10], outputs: [3], options: { type: 'expand_dims', fields: [] } },
      { code: 'CONV_2D', inputs: [3, 1, -1], outputs: [4], options: convolution(1, [1, 1]) },
      { code: 'RESHAPE', inputs: [4], outputs: [5], options: { type: 'reshape', fields: [] } },
      { code: 'BATCH_TO_SPACE_ND', inputs: [5, 7, 9], outputs: [6], options: null },
    ],
    6,
  );
  const plain = model(
    [
      activation('x', [1, 1, 10, 3], 0.02),
      kernel([4, 1, 3, 3]),
      integers([4, 2], [0, 0, 0, 0, 4, 0, 0, 0]),
      activation('padded', [1, 1, 14, 3], 0.02),
      activation('y', [1, 1, 10, 4], 0.05),
    ],
    [
      { code: 'PAD', inputs: [0, 2], outputs: [3], options: { type: 'pad', fields: [] } },
      { code: 'CONV_2D', inputs: [3, 1, -1], outputs: [4], options: convolution(1, [1, 2]) },
    ],
    4,
  );
  t.same(outputsOf(moved), outputsOf(plain));
});
