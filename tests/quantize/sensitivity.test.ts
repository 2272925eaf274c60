import t from 'tap';
import type { Samples } from '../../src/ir/dataset.js';
import type { FloatGraph, QuantizedGraph } from '../../src/ir/graph.js';
import { argmax } from '../../src/ir/accuracy.js';
import { predictFloat } from '../../src/ir/evaluate.js';
import { runFloat, runInt8 } from '../../src/ir/interpret.js';
import { quantizeInput } from '../../src/ir/quantize-input.js';
import { prepare } from '../../src/quantize/prepare.js';
import { quantize } from '../../src/quantize/quantize.js';
import { Simulator } from '../../src/quantize/simulate.js';
import { L, layered, OPTIONS, randomSamples, sampleOf, withConstant } from './layered.js';

const LAYERS = [
  L.named('a', L.conv(8, 3, 1, 'relu')),
  L.pool('max_pool_2d'),
  L.named('b', L.depthwise(1, 3, 1, 'relu')),
  L.named('mean', L.globalAverage),
  L.named('c', L.dense(4, 'tanh')),
  L.named('d', L.dense(3)),
];

/** The samples with the float network's own answers as labels: what it gets right is everything. */
function labelled(float: FloatGraph, samples: Samples): Samples {
  return { ...samples, labels: Uint8Array.from(predictFloat(float, samples)) };
}

/** With logits that are 0 in the mean, so that every class is an answer to something. */
function balanced(float: FloatGraph, samples: Samples): FloatGraph {
  const means = [0, 0, 0];
  for (let n = 0; n < samples.count; n++) {
    runFloat(float, sampleOf(samples, n)).output.forEach((v, i) => (means[i] += v / samples.count));
  }
  return withConstant(float, 'd_bias', (b, i) => b - means[i]);
}

const output = (int8: QuantizedGraph, input: Float32Array): number[] => {
  const { scale, zeroPoint } = int8.tensors[int8.output].quant!;
  return Array.from(runInt8(int8, quantizeInput(int8, input)).output, (q) => scale[0] * (q - zeroPoint[0]));
};

void t.test('the simulation is as noisy as the integer network, and most outputs are the same', async (t) => {
  const graph = layered([6, 6, 2], LAYERS);
  const samples = randomSamples(3, 60, 72);
  const int8 = quantize(graph, samples, OPTIONS).output;
  const simulator = new Simulator(prepare(graph), int8);
  const step = int8.tensors[int8.output].quant!.scale[0];
  let [same, all] = [0, 0];
  const noise = { simulated: 0, integers: 0 };
  for (let n = 0; n < samples.count; n++) {
    const simulated = simulator.load(sampleOf(samples, n));
    const real = runFloat(graph, sampleOf(samples, n)).output;
    output(int8, sampleOf(samples, n)).forEach((v, i) => {
      const apart = Math.round(Math.abs(v - simulated[i]) / step);
      t.ok(apart <= 4, `${apart} steps apart`);
      noise.simulated += (simulated[i] - real[i]) ** 2;
      noise.integers += (v - real[i]) ** 2;
      all++;
      if (apart === 0) same++;
    });
  }
  t.ok(same > 0.6 * all, `${same} of ${all} the same`);
  t.ok(noise.simulated / noise.integers > 0.8 && noise.simulated / noise.integers < 1.25, JSON.stringify(noise));
});

void t.test('everything in int16 is nearly the float network; nothing is the int8 one', async (t) => {
  const graph = layered([6, 6, 2], LAYERS);
  const float = prepare(graph);
  const samples = randomSamples(3, 60, 72);
  const simulator = new Simulator(float, quantize(graph, samples, OPTIONS).output);
  const weights = new Set(float.ops.keys());
  const activations = new Set(float.tensors.keys());
  for (let n = 0; n < 10; n++) {
    const input = sampleOf(samples, n);
    const base = simulator.load(input).slice();
    t.same(simulator.run(input, { weights: new Set(), activations: new Set() }), base);
    const fine = simulator.run(input, { weights, activations });
    runFloat(float, input).output.forEach((v, i) => t.ok(Math.abs(v - fine[i]) < 2e-3 * Math.max(1, Math.abs(v))));
  }
});

void t.test('the report names the layer that was made to cost, with its bytes', async (t) => {
  const samples = randomSamples(3, 200, 72);
  const plain = layered([6, 6, 2], LAYERS);
  // One weight that is large, on a channel that does not count, and one scale for all: the layer's other weights are coarse.
  const loud = withConstant(plain, 'a_weights', (w, i) => (i === 0 ? 30 : w));
  const weights = balanced(
    withConstant(loud, 'b_weights', (w, i) => (i % 8 === 0 ? 0 : w)),
    samples,
  );
  const costly = { ...OPTIONS, layers: { a: { weights: 'per-tensor' } } } as const;
  const { report } = quantize(weights, labelled(weights, samples), costly);
  const { rows, costliest, mixed, int8, float } = report.sensitivity;
  t.match(rows[costliest!], { name: 'a', part: 'weights', bytes: 8 * 18 });
  t.equal(float.accuracy, 1);
  t.ok(int8.accuracy! < 1 && rows[costliest!].accuracy! > int8.accuracy!, 'and what it gains');
  t.ok(rows[costliest!].sqnrDb! > int8.sqnrDb! + 6);
  t.same(mixed[0].rows, [costliest]);
  t.equal(mixed[0].sqnrDb, rows[costliest!].sqnrDb, 'the first alone is the costliest');
  t.equal(mixed[1].bytes, rows[mixed[1].rows[0]].bytes + rows[mixed[1].rows[1]].bytes);
  t.ok(mixed.at(-1)!.sqnrDb! > mixed[0].sqnrDb!);

  // A channel whose large values nothing reads: the others share a range that is too wide.
  const wide = withConstant(plain, 'b_bias', (b, c) => (c === 0 ? 400 : b));
  const activations = withConstant(wide, 'c_weights', (w, i) => (i % 8 === 0 ? 0 : w));
  const second = quantize(activations, labelled(activations, samples), OPTIONS).report.sensitivity;
  t.match(second.rows[second.costliest!], { name: /^(b|mean)$/, part: 'activations' });

  t.same(
    rows.map(({ name, part }) => `${name} ${part}`),
    ['input', 'a weights', 'a', 'b weights', 'b', 'mean', 'c weights', 'c', 'c_tanh', 'd weights', 'd'].map((row) =>
      row.endsWith('weights') ? row : `${row} activations`,
    ),
    'a pool belongs to what it pools',
  );
});

void t.test('accuracies are those of the simulated classes', async (t) => {
  const graph = layered([6, 6, 2], LAYERS);
  const samples = randomSamples(3, 100, 72);
  const { output: int8, report } = quantize(graph, samples, OPTIONS);
  const { sensitivity } = report;
  t.equal(sensitivity.samples, 100);
  const right = Array.from({ length: 100 }, (_, n) => argmax(runFloat(graph, sampleOf(samples, n)).output)).filter(
    (c, n) => c === samples.labels[n],
  ).length;
  t.equal(sensitivity.float.accuracy, right / 100);
  const own = Array.from({ length: 100 }, (_, n) => argmax(output(int8, sampleOf(samples, n)))).filter(
    (c, n) => c === samples.labels[n],
  ).length;
  t.ok(Math.abs(sensitivity.int8.accuracy! - own / 100) <= 0.02);
});

void t.test('what grapes.yaml can choose is what quantize then gives', async (t) => {
  const graph = layered([6, 6, 2], LAYERS);
  const samples = randomSamples(3, 100, 72);
  const { choices, int8, allInt4 } = quantize(graph, samples, OPTIONS).report.sensitivity;
  const wide = choices.filter(({ ramBytes }) => ramBytes > 0);
  t.ok(wide.length >= 2);
  t.same(wide.at(-1)!.quantize, { activationBits: 16 });
  t.same(choices.at(-1)!.quantize, { weightBits: 4 });
  t.equal(choices.at(-1)!.flashBytes, -allInt4!.savedBytes);
  for (const choice of choices) {
    const chosen = quantize(graph, samples, { ...OPTIONS, ...choice.quantize }).output;
    const wanted = noise(graph, chosen, samples);
    t.ok(
      Math.abs(choice.sqnrDb! - wanted) < 1,
      `${JSON.stringify(choice.quantize)}: ${choice.sqnrDb}, made ${wanted} dB`,
    );
    const finer = choice.ramBytes > 0;
    t.equal(choice.sqnrDb! > int8.sqnrDb!, finer);
  }
  const mixed = quantize(graph, samples, { ...OPTIONS, activationBits: 16 }).report.sensitivity;
  t.same(mixed.choices, [], 'nothing is left to choose');
});

/** Signal to noise of an integer network against the float one, dB. */
function noise(float: FloatGraph, graph: QuantizedGraph, samples: Samples): number {
  let [signal, lost] = [0, 0];
  const { scale, zeroPoint } = graph.tensors[graph.output].quant!;
  for (let n = 0; n < samples.count; n++) {
    const x = sampleOf(samples, n);
    const { output } = runInt8(graph, quantizeInput(graph, x));
    runFloat(float, x).output.forEach((v, i) => {
      signal += v * v;
      lost += (v - scale[0] * (output[i] - zeroPoint[0])) ** 2;
    });
  }
  return 10 * Math.log10(signal / lost);
}
