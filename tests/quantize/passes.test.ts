import t from 'tap';
import type { FloatGraph, QuantizedGraph } from '../../src/ir/graph.js';
import { runFloat, runInt8 } from '../../src/ir/interpret.js';
import { quantizeInput } from '../../src/ir/quantize-input.js';
import { validateGraph } from '../../src/ir/validate-graph.js';
import type { Samples } from '../../src/ir/dataset.js';
import { addBiases } from '../../src/quantize/passes/add-biases.js';
import { equalizeLayers } from '../../src/quantize/passes/cross-layer-equalization.js';
import { prepare } from '../../src/quantize/prepare.js';
import { quantize } from '../../src/quantize/quantize.js';
import { L, layered, OPTIONS, randomSamples, sampleOf, withConstant } from './layered.js';

/** Every way that channels can go from weights to weights: depthwise, pools, means, reshapes, dense. */
const CHAIN = [
  L.named('a', L.conv(4, 3, 1, 'relu')),
  L.named('b', L.depthwise(2, 3, 1, 'none')),
  L.pool('max_pool_2d'),
  L.named('c', L.conv(6, 1, 1, 'relu')),
  L.pool('average_pool_2d', 2, 1),
  L.named('d', L.depthwise(1, 3, 2, 'relu')),
  L.flatten,
  L.named('e', L.dense(8, 'relu')),
  L.named('f', L.dense(3)),
] as const;

/** Largest weight of each output channel: of dense and conv layers by rows, of depthwise ones by columns. */
function ranges(graph: FloatGraph, name: string, channels: number, last = false): number[] {
  const { data } = graph.tensors.find((x) => x.name === `${name}_weights`)!;
  const each = data!.length / channels;
  const peaks = new Array<number>(channels).fill(0);
  data!.forEach((w, i) => {
    const c = last ? i % channels : Math.floor(i / each);
    peaks[c] = Math.max(peaks[c], Math.abs(w));
  });
  return peaks;
}

/** Divides output channel c of `from` by 2^(c·by) and multiplies it back in `to`, where it is input channel c. */
function unbalance(graph: FloatGraph, by: number): FloatGraph {
  const power = (c: number): number => 2 ** (by * (c % 4));
  let g = withConstant(graph, 'a_weights', (w, i) => w / power(Math.floor(i / 18)));
  g = withConstant(g, 'a_bias', (b, c) => b / power(c));
  g = withConstant(g, 'b_weights', (w, i) => w * power(Math.floor((i % 8) / 2)));
  g = withConstant(g, 'e_weights', (w, i) => w / power(Math.floor(i / 24)));
  g = withConstant(g, 'e_bias', (b, c) => b / power(c));
  return withConstant(g, 'f_weights', (w, i) => w * power(i % 8));
}

function outputs(graph: FloatGraph, samples: Samples): Float32Array[] {
  return Array.from({ length: samples.count }, (_, n) => runFloat(graph, sampleOf(samples, n)).output);
}

/** Power of the outputs over that of their error, in dB. */
function sqnr(float: FloatGraph, int8: QuantizedGraph, samples: Samples): number {
  const { scale, zeroPoint } = int8.tensors[int8.output].quant!;
  let [signal, noise] = [0, 0];
  outputs(float, samples).forEach((real, n) => {
    const bytes = runInt8(int8, quantizeInput(int8, sampleOf(samples, n))).output;
    real.forEach((v, i) => {
      signal += v * v;
      noise += (v - scale[0] * (bytes[i] - zeroPoint[0])) ** 2;
    });
  });
  return 10 * Math.log10(signal / noise);
}

void t.test('equalization keeps what the float network computes, and brings ranges together', async (t) => {
  const samples = randomSamples(3, 12, 72);
  for (const bias of [true, false]) {
    const plain = prepare(layered([6, 6, 2], CHAIN, bias));
    const graph = bias ? unbalance(plain, 3) : plain;
    const equal = validateGraph(equalizeLayers(graph));
    const [before, after] = [graph, equal].map((g) => outputs(g, samples));
    before.forEach((real, n) =>
      real.forEach((v, i) => t.ok(Math.abs(v - after[n][i]) < 2e-6 * Math.max(1, Math.abs(v)), `${v} ${after[n][i]}`)),
    );
    const spreadOf = (g: FloatGraph): number => Math.max(...ranges(g, 'a', 4)) / Math.min(...ranges(g, 'a', 4));
    if (bias) t.ok(spreadOf(equal) < spreadOf(graph) / 20, `${spreadOf(graph)} to ${spreadOf(equal)}`);
    // Where it has settled, a channel has the same range on both sides.
    const f = equal.tensors.find((x) => x.name === 'f_weights')!.data as Float32Array;
    ranges(equal, 'e', 8).forEach((range, c) => {
      const above = Math.max(...[0, 1, 2].map((o) => Math.abs(f[8 * o + c])));
      t.ok(Math.abs(range / above - 1) < 1e-3, `channel ${c}: ${range} and ${above}`);
    });
  }
});

void t.test('equalization leaves alone what does not scale', async (t) => {
  const layers = [
    L.named('a', L.conv(4, 3, 1, 'relu6')),
    L.named('b', L.conv(4, 3, 1, 'tanh')),
    L.named('c', L.conv(4)),
    L.named('d', L.conv(4)),
    L.add(['c', 'd']),
    L.dense(3),
  ];
  const graph = prepare(layered([4, 4, 4], layers));
  const equal = equalizeLayers(graph);
  for (const name of ['a', 'b', 'c', 'd']) {
    const of = (g: FloatGraph) => g.tensors.find((x) => x.name === `${name}_weights`)!.data;
    t.same(of(equal), of(graph), name);
  }
});

void t.test('equalization helps weights with one scale for all', async (t) => {
  const float = unbalance(layered([6, 6, 2], CHAIN), 2);
  const samples = randomSamples(3, 60, 72);
  const [plain, equalized] = [false, true].map((crossLayerEqualization) =>
    sqnr(
      float,
      quantize(float, samples, { ...OPTIONS, weights: 'per-tensor', crossLayerEqualization }).output,
      samples,
    ),
  );
  t.ok(equalized > plain + 8, `${plain.toFixed(1)} dB to ${equalized.toFixed(1)} dB`);
});

/** Mean of each output over the samples, integers minus float. */
function bias(float: FloatGraph, int8: QuantizedGraph, samples: Samples): number[] {
  const { scale, zeroPoint } = int8.tensors[int8.output].quant!;
  const sums = [0, 0, 0];
  outputs(float, samples).forEach((real, n) => {
    const bytes = runInt8(int8, quantizeInput(int8, sampleOf(samples, n))).output;
    real.forEach((v, i) => (sums[i] += scale[0] * (bytes[i] - zeroPoint[0]) - v));
  });
  return sums.map((sum) => sum / samples.count);
}

void t.test('bias correction takes the mean error out of every channel', async (t) => {
  for (const withBias of [true, false]) {
    // One scale for all, and one large weight: the others become coarse.
    const layers = [
      L.named('a', L.conv(8, 3, 1, 'relu')),
      L.named('b', L.depthwise(1, 3, 1, 'relu')),
      L.named('c', L.dense(3)),
    ];
    const coarse = withConstant(layered([6, 6, 2], layers, withBias), 'a_weights', (w, i) => (i === 0 ? 20 : w));
    // The channel that makes them so counts for little above.
    const float = withConstant(coarse, 'b_weights', (w, i) => (i % 8 === 0 ? w / 40 : w));
    const samples = randomSamples(3, 100, 72);
    const options = { ...OPTIONS, weights: 'per-tensor' } as const;
    const [plain, corrected] = [false, true].map((biasCorrection) =>
      quantize(float, samples, { ...options, biasCorrection }),
    );
    const worst = (int8: QuantizedGraph): number => Math.max(...bias(float, int8, samples).map(Math.abs));
    const step = corrected.output.tensors[corrected.output.output].quant!.scale[0];
    t.ok(worst(plain.output) > 2 * step, `${worst(plain.output)} off without`);
    t.ok(worst(corrected.output) < 0.25 * step, `${worst(corrected.output)} off, a step is ${step}`);
    const [before, after] = [plain, corrected].map(({ output }) => sqnr(float, output, samples));
    t.ok(after > before + 1, `${before.toFixed(1)} dB to ${after.toFixed(1)} dB`);
    t.equal(corrected.report.layers.length, plain.report.layers.length);
  }
});

void t.test('biases of zeros change nothing', async (t) => {
  const graph = prepare(layered([6, 6, 2], CHAIN, false));
  const samples = randomSamples(3, 3, 72);
  t.same(outputs(validateGraph(addBiases(graph)), samples), outputs(graph, samples));
});
