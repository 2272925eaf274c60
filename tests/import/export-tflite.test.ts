// .tflite out: what was written is read back to the same integers.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { writeTflite, type NewTensor } from '../../src/import/tflite/write-model.js';
import { exportTflite } from '../../src/import/tflite/export-tflite.js';
import { importTflite } from '../../src/import/tflite/import-tflite.js';
import { graphToFiles } from '../../src/ir/graph-file.js';
import type { FullyConnectedOp, QuantizedGraph } from '../../src/ir/graph.js';
import { runInt8 } from '../../src/ir/interpret.js';
import type { Rounding } from '../../src/ir/requantize.js';
import { elementCount } from '../../src/ir/tensor.js';
import { validateGraph } from '../../src/ir/validate-graph.js';
import { sha256Hex } from '../../src/util/digest.js';
import { Rng } from '../../src/util/rng.js';
import { sharedFolder } from '../shared.js';
import { randomQuantizedGraph } from '../ir/graphs.js';
import { randomIntegerGraph } from '../ir/random-integer-graph.js';
import { seededInputs } from './seeded-inputs.js';

const models = sharedFolder('models/mlperf-tiny');
const skip = models === null ? 'the models of ../shared are not here' : false;

const read = (file: Uint8Array, rounding: Rounding = 'tflite'): QuantizedGraph =>
  importTflite(file, { name: 'net', toolVersion: '0', rounding });
/** All but where it came from, as it goes to disk. */
const contents = (graph: QuantizedGraph): string => {
  const { json, bin } = graphToFiles({ ...graph, provenance: { toolVersion: '', seed: null, inputs: {} } });
  return `${json}${sha256Hex(bin)}`;
};

void t.test('imported models, written and read again, are the same graphs', { skip }, async (t) => {
  for (const name of ['kws_ref_model', 'pretrainedResnet_quant', 'vww_96_int8', 'ad01_int8']) {
    const source = new Uint8Array(readFileSync(join(models!, `${name}.tflite`)));
    for (const rounding of ['tflite', 'single'] as const) {
      const graph = read(source, rounding);
      const file = exportTflite(graph, 'test');
      t.equal(contents(read(file, rounding)), contents(graph), `${name} ${rounding}`);
      t.equal(sha256Hex(exportTflite(graph, 'test')), sha256Hex(file), 'same graph, same bytes');
    }
  }
});

void t.test('random graphs: the same integers again, or an error with the ops that cannot be had', async (t) => {
  const rng = new Rng(31);
  let written = 0;
  for (let n = 0; n < 60; n++) {
    const graph = randomIntegerGraph(rng, n % 2 === 0 ? 'tflite' : 'single');
    // Their tables are random bytes, which no scales make.
    const tables = graph.ops.filter(({ kind }) => kind === 'lookup').map(({ name }) => `${name} (lookup): table`);
    if (tables.length > 0) {
      t.throws(() => exportTflite(graph, 'test'), { code: 'EXPORT_TFLITE_INEXPRESSIBLE', context: { ops: tables } });
      continue;
    }
    const again = read(exportTflite(graph, 'test'), graph.rounding);
    const input = seededInputs(3, elementCount(graph.tensors[graph.input].shape));
    for (const x of input) t.same(runInt8(again, x).output, runInt8(graph, x).output, `graph ${n}`);
    written++;
  }
  t.ok(written >= 15, `${written} written`);
});

void t.test('a dense layer with one weight scale, whose product of scales float32 would round', async (t) => {
  const rng = new Rng(5);
  let repeated = 0;
  for (let n = 0; n < 20; n++) {
    const graph = withOneScale(randomQuantizedGraph(rng, { sizes: [9, 7], activation: 'relu', bias: true }));
    const again = read(exportTflite(graph, 'test'));
    t.same((again.ops[0] as FullyConnectedOp).requantize, (graph.ops[0] as FullyConnectedOp).requantize);
    if (again.tensors[(again.ops[0] as FullyConnectedOp).weights].quant!.axis === 0) repeated++;
  }
  t.ok(repeated > 0, `${repeated} needed a scale for each output`);
});

/** Its first layer's weights and bias in the scale of the first output. */
function withOneScale(graph: QuantizedGraph): QuantizedGraph {
  const [op] = graph.ops as readonly FullyConnectedOp[];
  const one = <T>([first]: readonly T[]): readonly T[] => [first];
  const { multiplier, shift } = op.requantize!;
  const requantize = {
    ...op.requantize!,
    multiplier: multiplier.map(() => multiplier[0]),
    shift: shift.map(() => shift[0]),
  };
  const tensors = graph.tensors.map((tensor) => {
    if (tensor.id !== op.weights && tensor.id !== op.bias) return tensor;
    const { scale, zeroPoint } = tensor.quant!;
    return { ...tensor, quant: { scale: one(scale), zeroPoint: one(zeroPoint), axis: null } };
  });
  return validateGraph({ ...graph, tensors, ops: [{ ...op, requantize }] });
}

void t.test('clamps and paddings that TFLite does not have are named', async (t) => {
  const rng = new Rng(6);
  const graph = randomQuantizedGraph(rng, { sizes: [9, 7, 3], activation: 'none', bias: true });
  const [first, ...others] = graph.ops as readonly FullyConnectedOp[];
  const odd = { ...first, requantize: { ...first.requantize!, clampMin: -77, clampMax: 5 } };
  const op = `${first.name} (fully_connected): no activation clamps to [-77, 5]`;
  t.throws(() => exportTflite({ ...graph, ops: [odd, ...others] }, 'test'), {
    code: 'EXPORT_TFLITE_INEXPRESSIBLE',
    context: { ops: [op] },
  });
});

void t.test('copies are written as the transposition or slice that they are', async (t) => {
  const quantization = { scale: [0.5], zeroPoint: [3], axis: 0 };
  const at = (name: string, shape: readonly number[]): NewTensor => ({
    name,
    shape,
    type: 'int8',
    quantization,
    data: null,
  });
  const numbers = (name: string, values: readonly number[]): NewTensor => ({
    name,
    shape: [values.length],
    type: 'int32',
    quantization: null,
    data: new Uint8Array(Int32Array.from(values).buffer),
  });
  const tensors = [
    at('x', [1, 4, 5, 6]),
    numbers('order', [0, 3, 1, 2]),
    at('turned', [1, 6, 4, 5]),
    numbers('begin', [0, 1, 0, 1]),
    numbers('end', [1, 6, 4, 5]),
    numbers('step', [1, 2, 1, 2]),
    at('y', [1, 3, 4, 2]),
  ];
  const operators = [
    { code: 'TRANSPOSE', inputs: [0, 1], outputs: [2], options: { type: 'transpose', fields: [] } },
    { code: 'STRIDED_SLICE', inputs: [2, 3, 4, 5], outputs: [6], options: { type: 'strided_slice', fields: [] } },
  ] as const;
  const graph = read(writeTflite({ description: '', name: 'net', tensors, operators, inputs: [0], outputs: [6] }));
  t.same(
    graph.ops.map(({ kind }) => kind),
    ['strided_copy', 'strided_copy'],
  );
  const again = read(exportTflite(graph, 'test'));
  for (const x of seededInputs(3, 120)) t.same(runInt8(again, x).output, runInt8(graph, x).output);
});
