import t from 'tap';
import { accuracyReport, argmax } from '../../src/ir/accuracy.js';
import { graphDigest, graphFromFiles, graphToFiles } from '../../src/ir/graph-file.js';
import type { Graph } from '../../src/ir/graph.js';
import { runFloat, runInt8 } from '../../src/ir/interpret.js';
import { quantizeInput } from '../../src/ir/quantize-input.js';
import { GRAPH_CHECKS, validateGraph } from '../../src/ir/validate-graph.js';
import { Rng } from '../../src/util/rng.js';
import { randomFloatGraph, randomQuantizedGraph } from './graphs.js';

const OPTIONS = { sizes: [7, 5, 4, 3], activation: 'tanh', bias: true } as const;
const float = randomFloatGraph(new Rng(1), OPTIONS);
const int8 = randomQuantizedGraph(new Rng(1), OPTIONS);

void t.test('accuracy: confusion matrix, classes without samples, ties of argmax', async (t) => {
  const report = accuracyReport([0, 0, 1, 1], [0, 1, 1, 1], 3);
  t.same(report, {
    samples: 4,
    accuracy: 0.75,
    perClass: [0.5, 1, 0],
    confusion: [
      [1, 1, 0],
      [0, 2, 0],
      [0, 0, 0],
    ],
  });
  t.equal(accuracyReport([], [], 2).accuracy, 0);
  t.equal(argmax(Int8Array.of(3, 7, 7, -1)), 1);
  t.equal(argmax(Int8Array.of(-128, -128)), 0);
});

void t.test('graphs survive the disk: same bytes, same digest, same results', async (t) => {
  for (const graph of [float, int8]) {
    const { json, bin } = graphToFiles(graph);
    const back = graphFromFiles(json, bin);
    t.same(graphToFiles(back), { json, bin });
    t.equal(graphDigest(back), graphDigest(graph));
    t.same(back, graph);
  }
  const x = Int8Array.from({ length: 7 }, (_, i) => 40 * i - 128);
  const { json, bin } = graphToFiles(int8);
  t.same(runInt8(graphFromFiles(json, bin) as typeof int8, x).output, runInt8(int8, x).output);
  t.not(graphDigest({ ...int8, name: 'other' }), graphDigest(int8));
  t.equal(graphDigest({ ...int8, provenance: { ...int8.provenance, seed: 9 } }), graphDigest(int8));
});

void t.test('a damaged file is refused', async (t) => {
  const { json, bin } = graphToFiles(int8);
  const flipped = bin.slice();
  flipped[5] ^= 1;
  for (const [j, b] of [
    [json, flipped],
    [json, bin.subarray(4)],
    [json.slice(0, 100), bin],
    ['null', bin],
    ['{}', bin],
    [json.replace('"schemaVersion":1', '"schemaVersion":2'), bin],
    [json.replace('"offset":0', '"offset":4096'), bin],
    [json.replace('"offset":0', '"offset":-4'), bin],
    [json.replace('"ops":[', '"opz":['), bin],
  ] as const) {
    t.throws(() => graphFromFiles(j, b), { code: 'GRAPH_CORRUPT' });
  }
});

void t.test('every rule of a graph has a check that names it', async (t) => {
  type Change = [check: string, change: (g: Graph) => unknown];
  const tensor = (g: Graph, name: string, change: object): Graph => ({
    ...g,
    tensors: g.tensors.map((x) => (x.name === name ? { ...x, ...change } : x)),
  });
  const op = (g: Graph, name: string, change: object): Graph => ({
    ...g,
    ops: g.ops.map((x) => (x.name === name ? ({ ...x, ...change } as typeof x) : x)),
  });
  const requantize = (g: Graph, change: object): Graph => {
    const first = g.ops[0];
    return op(g, first.name, {
      requantize: { ...(first.kind === 'fully_connected' ? first.requantize : {}), ...change },
    });
  };
  const data = (g: Graph, name: string) => g.tensors.find((x) => x.name === name)!;
  const quant = (g: Graph, name: string, change: object): Graph =>
    tensor(g, name, { quant: { ...data(g, name).quant, ...change } });
  const wrong: Change[] = [
    ['header', (g) => ({ ...g, name: 'Has Space' })],
    ['header', (g) => ({ ...g, ops: [] })],
    ['header', (g) => ({ ...g, classNames: ['one'] })],
    ['header', (g) => ({ ...g, input: 99 })],
    ['tensor-form', (g) => tensor(g, 'w1', { id: 0 })],
    ['tensor-form', (g) => tensor(g, 'w1', { shape: [5, 0] })],
    ['tensor-form', (g) => tensor(g, 'w1', { dtype: 'int32' })],
    ['tensor-data', (g) => tensor(g, 'w1', { data: new Int8Array(3) })],
    ['tensor-data', (g) => tensor(g, 'b1', { data: null })],
    ['tensor-data', (g) => tensor(g, 'y1', { data: new Int8Array(5) })],
    ['op-operands', (g) => op(g, 'dense1', { weights: 0 })],
    ['op-operands', (g) => op(g, 'dense1', { kind: 'conv_2d' })],
    ['op-operands', (g) => op(g, 'tanh1', { table: 77 })],
    ['execution-order', (g) => ({ ...g, ops: [...g.ops].reverse() })],
    ['execution-order', (g) => ({ ...g, ops: [...g.ops, g.ops[0]] })],
    ['op-shapes', (g) => tensor(g, 'w1', { shape: [7, 5] })],
    ['op-shapes', (g) => tensor(g, 't1', { shape: [1], data: new Int8Array(1) })],
    ['quantization', (g) => tensor(g, 'y1', { quant: null })],
    ['quantization', (g) => quant(g, 'y1', { scale: [0.1] })],
    ['quantization', (g) => quant(g, 'y1', { scale: [0] })],
    ['quantization', (g) => quant(g, 'y1', { zeroPoint: [128] })],
    ['quantization', (g) => quant(g, 'w1', { zeroPoint: [0, 0, 1, 0, 0] })],
    ['quantization', (g) => quant(g, 'w1', { scale: [1] })],
    ['widths', (g) => tensor(g, 'y1', { dtype: 'int16', quant: { ...data(g, 'y1').quant!, zeroPoint: [0] } })],
    ['requantize', (g) => requantize(g, { multiplier: [2 ** 31, 2 ** 30, 2 ** 30, 2 ** 30, 2 ** 30] })],
    ['requantize', (g) => requantize(g, { shift: [31, 0, 0, 0, 0] })],
    ['requantize', (g) => requantize(g, { shift: [0] })],
    ['requantize', (g) => requantize(g, { clampMin: 5, clampMax: 4 })],
    ['requantize', (g) => requantize(g, { zeroPoint: (data(g, 'y1').quant!.zeroPoint[0] + 1) % 100 })],
    ['requantize', (g) => op(g, 'dense1', { activation: 'tanh' })],
    ['requantize', (g) => quant(g, 'b1', { scale: [1, 1, 1, 1, 1] })],
    ['accumulator', (g) => tensor(g, 'b1', { data: new Int32Array(5).fill(2 ** 31 - 1) })],
    ['accumulator', (g) => requantize(g, { shift: [20, 0, 0, 0, 0] })],
  ];
  for (const [check, change] of wrong) {
    t.throws(
      () => validateGraph(change(int8) as Graph),
      { code: 'GRAPH_INVALID', context: { check } },
      change.toString(),
    );
  }
  t.same([...new Set(wrong.map(([check]) => check))], GRAPH_CHECKS);
  t.throws(() => validateGraph(tensor(float, 'w1', { data: new Float32Array(35).fill(NaN) })), {
    code: 'GRAPH_INVALID',
    context: { check: 'tensor-data', tensor: 'w1' },
  });
  t.equal(validateGraph(float), float);
  t.equal(validateGraph(int8), int8);
});

void t.test('the first ops alone leave the same tensors as a whole run', async (t) => {
  const x = Int8Array.from({ length: 7 }, (_, i) => 30 * i - 100);
  const whole = runInt8(int8, x);
  t.equal(whole.tensors.size, int8.ops.length + 1);
  for (let k = 0; k <= int8.ops.length; k++) {
    const part = runInt8(int8, x, k);
    const id = k === 0 ? int8.input : int8.ops[k - 1].output;
    t.same(part.output, whole.tensors.get(id));
    t.equal(part.tensors.size, k + 1);
  }
  const real = Float32Array.from({ length: 7 }, (_, i) => i / 7);
  t.same(runFloat(float, real, 2).output, runFloat(float, real).tensors.get(float.ops[1].output));
});

void t.test('input quantization: ties away from zero, clamps, refuses NaN and wrong lengths', async (t) => {
  const tensors = int8.tensors.map((x) =>
    x.id === int8.input ? { ...x, quant: { scale: [0.5], zeroPoint: [10], axis: null } } : x,
  );
  const graph = { ...int8, tensors };
  const q = quantizeInput(graph, Float32Array.of(0, 0.25, -0.25, 0.24, 1000, -1000, 1));
  t.same([...q], [10, 11, 9, 10, 127, -128, 12]);
  t.throws(() => quantizeInput(graph, new Float32Array(7).fill(NaN)), { code: 'INPUT_NON_FINITE' });
  t.throws(() => quantizeInput(graph, new Float32Array(6)), { code: 'INPUT_MISMATCH' });
});
