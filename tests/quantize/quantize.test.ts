import t from 'tap';
import type { Samples } from '../../src/ir/dataset.js';
import type { FloatGraph, FullyConnectedOp, QuantizedGraph } from '../../src/ir/graph.js';
import { graphToFiles } from '../../src/ir/graph-file.js';
import { runFloat, runInt8 } from '../../src/ir/interpret.js';
import { tanhf } from '../../src/ir/learn/math-f32.js';
import type { QuantizeOptions } from '../../src/ir/options.js';
import { quantizeInput } from '../../src/ir/quantize-input.js';
import { validateGraph } from '../../src/ir/validate-graph.js';
import { MinMaxObserver } from '../../src/quantize/observers/minmax.js';
import { PercentileObserver } from '../../src/quantize/observers/percentile.js';
import { foldBatchNorm } from '../../src/quantize/passes/fold-batch-norm.js';
import { splitLookups } from '../../src/quantize/passes/split-lookups.js';
import { quantize } from '../../src/quantize/quantize.js';
import { completeQuantizeReport } from '../../src/quantize/report.js';
import { asymmetricInt8 } from '../../src/quantize/schemes/activations.js';
import { symmetricWeights } from '../../src/quantize/schemes/weights.js';
import { Rng } from '../../src/util/rng.js';
import { randomFloatGraph } from '../ir/graphs.js';
import { L, layered, OPTIONS, randomSamples, withConstant } from './layered.js';

const dense = (graph: QuantizedGraph, k: number): FullyConnectedOp => graph.ops[k] as FullyConnectedOp;

/** Largest difference of the logits from the float network, in steps of the output. */
function worstSteps(float: FloatGraph, int8: QuantizedGraph, samples: Samples): number {
  let worst = 0;
  for (let n = 0; n < samples.count; n++) {
    const x = samples.values.slice(n * samples.inputSize, (n + 1) * samples.inputSize) as Float32Array;
    const real = runFloat(float, x).output;
    const { scale, zeroPoint } = int8.tensors[int8.output].quant!;
    runInt8(int8, quantizeInput(int8, x)).output.forEach((q, o) => {
      worst = Math.max(worst, Math.abs(real[o] / scale[0] - (q - zeroPoint[0])));
    });
  }
  return worst;
}

void t.test('int8 stays near float for random networks', async (t) => {
  for (const activation of ['relu', 'tanh', 'none'] as const) {
    for (const bias of [true, false]) {
      for (const weights of ['per-channel', 'per-tensor'] as const) {
        const float = randomFloatGraph(new Rng(7), { sizes: [20, 16, 9, 3], activation, bias });
        const samples = randomSamples(3, 100, 20);
        const { output, report } = quantize(float, samples, { ...OPTIONS, weights });
        const worst = worstSteps(float, output, samples);
        t.ok(worst < 8, `${activation}, bias ${bias}, ${weights}: ${worst.toFixed(2)} steps`);
        t.equal(report.layers.length, activation === 'tanh' ? 5 : 3);
        for (const layer of report.layers) t.ok(layer.sqnrDb! > 25, `${layer.name}: ${layer.sqnrDb} dB`);
      }
    }
  }
});

void t.test('per-channel weights beat one scale for all when rows differ in size', async (t) => {
  const float = withConstant(
    randomFloatGraph(new Rng(2), { sizes: [20, 16, 3], activation: 'relu', bias: true }),
    'w1',
    (w, i) => w * 2 ** -(Math.floor(i / 20) % 8),
  );
  const even = withConstant(float, 'w2', (w, i) => w * 2 ** (i % 8));
  const samples = randomSamples(3, 100, 20);
  const sqnr = (weights: QuantizeOptions['weights']): number =>
    quantize(even, samples, { ...OPTIONS, weights }).report.layers.at(-1)!.sqnrDb!;
  t.ok(sqnr('per-channel') > sqnr('per-tensor') + 3, `${sqnr('per-channel')} dB against ${sqnr('per-tensor')} dB`);
  const { output } = quantize(even, samples, { ...OPTIONS, weights: 'per-tensor' });
  t.equal(output.tensors[dense(output, 0).weights].quant!.scale.length, 1);
  t.equal(dense(output, 0).requantize!.multiplier.length, 16, 'requantization has an entry an output all the same');
});

void t.test('same inputs, same bytes; another seed, other samples', async (t) => {
  const float = randomFloatGraph(new Rng(7), { sizes: [6, 5, 3], activation: 'tanh', bias: true });
  const samples = randomSamples(3, 400, 6);
  const json = (seed: number): string => graphToFiles(quantize(float, samples, { ...OPTIONS, seed }).output).json;
  t.equal(json(1), json(1));
  t.not(json(1), json(2));
});

void t.test('no layer shifts left, zero is exact, relu clamps at the zero point', async (t) => {
  const float = randomFloatGraph(new Rng(9), { sizes: [12, 8, 3], activation: 'relu', bias: true });
  const { output } = quantize(float, randomSamples(4, 50, 12), OPTIONS);
  for (const op of [dense(output, 0), dense(output, 1)]) {
    t.ok(op.requantize!.shift.every((s) => s <= 0));
    t.ok(op.requantize!.multiplier.every((m) => m >= 2 ** 30));
  }
  t.equal(dense(output, 0).requantize!.clampMin, dense(output, 0).requantize!.zeroPoint);
  t.equal(dense(output, 0).requantize!.zeroPoint, -128, 'a relu output starts at 0');
  t.equal(quantizeInput(output, new Float32Array(12))[0], output.tensors[output.input].quant!.zeroPoint[0]);
});

void t.test('all-zero channels, layers and samples', async (t) => {
  const float = randomFloatGraph(new Rng(9), { sizes: [12, 8, 3], activation: 'relu', bias: true });
  const samples = randomSamples(4, 50, 12);
  const zeroRow = withConstant(float, 'w1', (w, i) => (i < 12 ? 0 : w));
  const positive = withConstant(zeroRow, 'b1', () => 0.19);
  const { output } = quantize(positive, samples, OPTIONS);
  const y = dense(output, 0).output;
  const { scale } = output.tensors[y].quant!;
  const got = runInt8(output, quantizeInput(output, samples.values.slice(0, 12) as Float32Array)).tensors.get(y)![0];
  t.ok(Math.abs(scale[0] * (got + 128) - 0.19) <= 0.51 * scale[0], 'a channel of zeros gives its bias');

  for (const bias of [true, false]) {
    let zeros = randomFloatGraph(new Rng(9), { sizes: [4, 3, 2], activation: 'relu', bias });
    for (const name of ['w1', 'w2']) zeros = withConstant(zeros, name, () => 0);
    if (bias) for (const name of ['b1', 'b2']) zeros = withConstant(zeros, name, (_, i) => i);
    const input = randomSamples(1, 5, 4, 2);
    t.ok(worstSteps(zeros, quantize(zeros, input, OPTIONS).output, input) <= 0.51, `only zeros, bias ${bias}`);
  }
  const still = { ...randomSamples(1, 5, 12), values: new Float32Array(60) };
  t.ok(worstSteps(float, quantize(float, still, OPTIONS).output, still) < 1.5, 'samples that are all 0');
});

void t.test('a bias that dwarfs its weights sets the scale', async (t) => {
  const c = {
    weights: Float32Array.of(1e-7, -1e-7, 0.5, 1),
    bias: Float32Array.of(1000, 0.1),
    channels: 2,
    channelAxis: 0,
  };
  const q = symmetricWeights(c, 0.01, { granularity: 'per-channel', bits: 8, scale: 'range' });
  t.ok(Math.abs(q.bias![0]) <= 2 ** 30 && q.bias![0] > 2 ** 29);
  t.same([...q.weights.subarray(2)], [64, 127]);
  t.ok(Math.abs(q.bias![1] * q.biasQuant!.scale[1] - 0.1) < q.biasQuant!.scale[1]);
  const one = symmetricWeights(c, 0.01, { granularity: 'per-tensor', bits: 8, scale: 'range' });
  t.equal(one.weightQuant.scale.length, 1);
  t.same(one.weightQuant.scale, [Math.fround(1 / 127)]);
});

void t.test('ranges: zero inside and exact, empty, one-sided', async (t) => {
  t.same(asymmetricInt8({ min: 0, max: 255 }), { scale: [1], zeroPoint: [-128], axis: null });
  t.same(asymmetricInt8({ min: -255, max: -10 }), { scale: [1], zeroPoint: [127], axis: null });
  t.same(asymmetricInt8({ min: 5, max: 5 }).zeroPoint, [-128]);
  t.same(asymmetricInt8({ min: 0, max: 0 }), { scale: [1 / 128], zeroPoint: [-128], axis: null });
  t.same(asymmetricInt8({ min: -1, max: 1 }), { scale: [Math.fround(2 / 255)], zeroPoint: [-1], axis: null });
});

void t.test('observers: extremes, percentiles to one percent, the full range at 100', async (t) => {
  const rng = new Rng(6);
  const values = Float32Array.from({ length: 20000 }, () => rng.normal());
  values[77] = 1000;
  const range = (o: MinMaxObserver | PercentileObserver): { min: number; max: number } => {
    o.observe(values.subarray(0, 9000));
    o.observe(values.subarray(9000));
    return o.range();
  };
  t.equal(range(new MinMaxObserver()).max, 1000);
  t.same(range(new PercentileObserver(100)), range(new MinMaxObserver()));
  const { min, max } = range(new PercentileObserver(98));
  const sorted = [...values].sort((a, b) => a - b);
  t.ok(Math.abs(min / sorted[200] - 1) < 0.01 && Math.abs(max / sorted[19799] - 1) < 0.01, `${min} to ${max}`);
  const inside = sorted.filter((v) => v >= min && v <= max).length / sorted.length;
  t.ok(inside >= 0.98, `${inside} kept`);
  t.same(new MinMaxObserver().range(), { min: 0, max: 0 });
  t.same(new PercentileObserver(99).range(), { min: 0, max: 0 });
});

void t.test('percentile calibration saturates outliers and says so', async (t) => {
  const float = randomFloatGraph(new Rng(9), { sizes: [12, 8, 3], activation: 'none', bias: true });
  const samples = randomSamples(4, 200, 12);
  (samples.values as Float32Array)[5] = 500;
  const percentile = {
    ...OPTIONS,
    calibration: { ...OPTIONS.calibration, method: 'percentile' as const, percentile: 99 },
  };
  const [wide, narrow] = [OPTIONS, percentile].map((o) => quantize(float, samples, o));
  t.ok(narrow.output.tensors[0].quant!.scale[0] < 0.05 * wide.output.tensors[0].quant!.scale[0]);
  t.ok(narrow.report.layers[0].saturation > 0);
});

void t.test('tanh becomes a table: the pass computes the same, the table is the function', async (t) => {
  const float = randomFloatGraph(new Rng(9), { sizes: [12, 8, 3], activation: 'tanh', bias: true });
  const split = splitLookups(float);
  const x = Float32Array.from({ length: 12 }, (_, i) => Math.sin(i));
  t.same(runFloat(split, x).output, runFloat(float, x).output);
  t.same(
    split.ops.map((op) => op.kind),
    ['fully_connected', 'lookup', 'fully_connected'],
  );
  const { output } = quantize(float, randomSamples(4, 100, 12), OPTIONS);
  const lookup = output.ops[1];
  if (lookup.kind !== 'lookup') throw new Error('the second op is no lookup');
  const sums = output.tensors[lookup.input].quant!;
  const table = output.tensors[lookup.table].data as Int8Array;
  for (let q = -128; q < 128; q++) {
    const wanted = 128 * tanhf(sums.scale[0] * (q - sums.zeroPoint[0]));
    t.ok(Math.abs(table[q + 128] - Math.min(127, wanted)) <= 0.5001, `entry ${q}`);
  }
  t.same(output.tensors[lookup.output].quant, { scale: [1 / 128], zeroPoint: [0], axis: null });
});

void t.test('the report: bytes by hand, accuracy of both networks', async (t) => {
  const float = randomFloatGraph(new Rng(9), { sizes: [12, 8, 3], activation: 'tanh', bias: true });
  const samples = randomSamples(4, 100, 12);
  const { output, report } = quantize(float, samples, OPTIONS);
  t.equal(report.floatBytes, 4 * (12 * 8 + 8 + 8 * 3 + 3));
  t.equal(report.int8Bytes, 12 * 8 + 4 * 8 + 5 * 8 + 256 + 8 * 3 + 4 * 3 + 5 * 3);
  const full = completeQuantizeReport(report, float, output, samples);
  t.equal(full.float.samples, 100);
  t.equal(
    full.int8.confusion.flat().reduce((a, b) => a + b),
    100,
  );
  t.ok(Math.abs(full.int8.accuracy - full.float.accuracy) < 0.05);
});

void t.test('what cannot be quantized is refused by name', async (t) => {
  const float = randomFloatGraph(new Rng(9), { sizes: [4, 3, 2], activation: 'relu', bias: true });
  const samples = randomSamples(4, 10, 4, 2);
  const overTime = layered(
    [2, 2],
    [
      L.named('first', { type: 'gru', units: 3, output: 'sequence' }),
      { type: 'simple_rnn', units: 3, activation: 'tanh', output: 'last' },
      L.dense(2),
    ],
  );
  t.throws(() => quantize(overTime, samples, OPTIONS), {
    code: 'QUANTIZE_UNSUPPORTED_OP',
    context: { op: 'first', kind: 'gru', ops: ['first', 'simple_rnn_1'], kinds: ['gru', 'simple_rnn'] },
  });
  t.throws(
    () =>
      quantize(
        withConstant(float, 'w2', (w, i) => (i === 3 ? NaN : w)),
        samples,
        OPTIONS,
      ),
    {
      code: 'QUANTIZE_NON_FINITE',
      context: { tensor: 'w2', index: 3 },
    },
  );
  const broken = { ...samples, values: samples.values.map((v, i) => (i === 6 ? NaN : v)) as Float32Array };
  t.throws(() => quantize(float, broken, OPTIONS), {
    code: 'QUANTIZE_NON_FINITE',
    context: { sample: 1, value: 2 },
  });
  t.throws(
    () =>
      quantize(
        withConstant(float, 'w1', () => 3e38),
        samples,
        OPTIONS,
      ),
    { code: 'QUANTIZE_NON_FINITE' },
  );
  t.throws(
    () =>
      quantize(
        withConstant(float, 'w1', () => 1e25),
        samples,
        OPTIONS,
      ),
    { code: 'QUANTIZE_RANGE' },
  );
  const empty = { ...samples, count: 0, values: new Float32Array(0), labels: new Uint8Array(0) };
  const none = { ...OPTIONS, calibration: { ...OPTIONS.calibration, samples: 0 } };
  t.throws(() => quantize(float, empty, OPTIONS), { code: 'QUANTIZE_EMPTY_CALIBRATION' });
  t.throws(() => quantize(float, samples, none), { code: 'QUANTIZE_EMPTY_CALIBRATION' });
  t.throws(() => quantize(float, randomSamples(4, 10, 5), OPTIONS), { code: 'INPUT_MISMATCH' });
  const wide = randomFloatGraph(new Rng(1), { sizes: [110000, 1, 2], activation: 'relu', bias: false });
  const ones = withConstant(wide, 'w1', () => 1);
  t.throws(() => quantize(ones, randomSamples(4, 2, 110000, 2), OPTIONS), {
    code: 'QUANTIZE_RANGE',
    context: { op: 'dense1' },
  });
});

void t.test('batch normalization is folded into the layer below', async (t) => {
  const norm = { type: 'batch_norm', momentum: 0.9, epsilon: 0.01, activation: 'relu' } as const;
  const window = { kernel: [3, 3], strides: [1, 1], padding: 'same', activation: 'none' } as const;
  const dense = { type: 'dense', activation: 'none', dropout: 0 } as const;
  for (const bias of [true, false]) {
    const graph = layered(
      [4, 4, 2],
      [
        { type: 'conv_2d', name: 'a', filters: 3, ...window },
        norm,
        { type: 'depthwise_conv_2d', name: 'b', multiplier: 2, ...window },
        { ...norm, name: 'b_norm' },
        { type: 'add', from: ['b_norm', 'b_norm'], activation: 'none' },
        norm,
        { ...dense, units: 4 },
        norm,
        { ...dense, units: 2 },
      ],
      bias,
    );
    const folded = validateGraph(foldBatchNorm(validateGraph(graph)));
    const kinds = ['conv_2d', 'depthwise_conv_2d', 'add', 'batch_norm', 'fully_connected', 'fully_connected'];
    t.same(
      folded.ops.map((op) => op.kind),
      kinds,
      'a norm over a sum stays',
    );
    const x = Float32Array.from({ length: 32 }, (_, i) => Math.sin(i));
    const [plain, short] = [graph, folded].map((g) => runFloat(g, x).output);
    const largest = Math.max(...plain.map(Math.abs));
    t.ok(
      plain.every((v, i) => Math.abs(v - short[i]) < 1e-5 * largest),
      `${[...plain].join()} ${[...short].join()}`,
    );
  }
  const mlp = layered([4], [{ ...dense, units: 6 }, norm, { ...dense, units: 2 }]);
  const { output } = quantize(mlp, randomSamples(4, 40, 4, 2), OPTIONS);
  t.same(
    output.ops.map((op) => [op.kind, op.name]),
    [
      ['fully_connected', 'dense_0'],
      ['fully_connected', 'dense_2'],
    ],
  );
});

void t.test('one layer may have its own options; a name that is no op is an error with the names', async (t) => {
  const float = layered([4, 4, 2], [L.named('a', L.conv(3)), L.norm('relu'), L.named('c', L.dense(2))]);
  const samples = randomSamples(4, 60, 32, 2);
  (samples.values as Float32Array)[7] = 90;
  const layers = { a: { weights: 'per-tensor' }, c: { method: 'percentile', percentile: 60 } } as const;
  const [plain, mixed] = [{}, { layers }].map((more) => quantize(float, samples, { ...OPTIONS, ...more }).output);
  const channels = (graph: QuantizedGraph): number[] =>
    ['a_weights', 'c_weights'].map((name) => graph.tensors.find((x) => x.name === name)!.quant!.scale.length);
  t.same(channels(plain), [3, 2]);
  t.same(channels(mixed), [1, 2]);
  const scale = (graph: QuantizedGraph, k: number): number => graph.tensors[graph.ops[k].output].quant!.scale[0];
  t.ok(scale(mixed, 1) < 0.5 * scale(plain, 1), 'the range of one layer');
  t.equal(scale(mixed, 0), scale(plain, 0), 'and of no other');
  t.equal(mixed.tensors[mixed.input].quant!.scale[0], plain.tensors[plain.input].quant!.scale[0]);
  t.throws(() => quantize(float, samples, { ...OPTIONS, layers: { batch_norm_1: { method: 'mse' } } }), {
    code: 'QUANTIZE_UNKNOWN_LAYER',
    context: { layer: 'batch_norm_1', ops: ['a', 'c'] },
  });
});
