// int4 weights as an option: of the network, of a layer, and with quantization-aware training.
import t from 'tap';
import { isToolError } from '../../src/errors/tool-error.js';
import { runFloat, runInt8 } from '../../src/ir/interpret.js';
import { graphFromFiles, graphToFiles } from '../../src/ir/graph-file.js';
import { planNetwork } from '../../src/ir/plan-network.js';
import { quantizeInput } from '../../src/ir/quantize-input.js';
import { tensorBytes } from '../../src/ir/tensor.js';
import { exportTflite } from '../../src/import/tflite/export-tflite.js';
import { withFakeQuantize } from '../../src/quantize/aware-training.js';
import { quantize } from '../../src/quantize/quantize.js';
import { symmetricWeights } from '../../src/quantize/schemes/weights.js';
import { toGraph } from '../../src/train/to-graph.js';
import { Rng } from '../../src/util/rng.js';
import { L, layered, OPTIONS, randomSamples, sampleOf } from './layered.js';

const LAYERS = [
  L.named('a', L.conv(5, 3, 1, 'relu')),
  L.named('b', L.depthwise(1, 3, 1, 'relu')),
  L.flatten,
  L.named('c', L.dense(7, 'relu')),
  L.named('d', L.dense(3)),
];
const graph = layered([6, 6, 2], LAYERS);
const samples = randomSamples(3, 60, 72);

void t.test('weights of the network, and of single layers', async (t) => {
  const all = quantize(graph, samples, { ...OPTIONS, weightBits: 4 }).output;
  const mixed = quantize(graph, samples, { ...OPTIONS, weightBits: 4, layers: { d: { weightBits: 8 } } }).output;
  const types = (of: typeof all): string[] =>
    of.ops.flatMap((op) => ('weights' in op ? [`${op.name} ${of.tensors[op.weights].dtype}`] : []));
  t.same(types(all), ['a int4', 'b int4', 'c int4', 'd int4']);
  t.same(types(mixed), ['a int4', 'b int4', 'c int4', 'd int8']);
  for (const tensor of all.tensors.filter(({ dtype }) => dtype === 'int4')) {
    t.ok((tensor.data as Int8Array).every((w) => w >= -7 && w <= 7));
    t.equal(tensorBytes(tensor), Math.ceil(tensor.data!.length / 2));
  }
  const { json, bin } = graphToFiles(mixed);
  t.same(graphFromFiles(json, bin), mixed);
  t.ok(exportTflite(mixed, 'test').length > 0);
});

void t.test('a layer without weights has no bits to choose', async (t) => {
  const pooled = layered([6, 6, 2], [...LAYERS.slice(0, 2), L.named('p', L.globalAverage), L.dense(3)]);
  try {
    quantize(pooled, samples, { ...OPTIONS, layers: { p: { weightBits: 4 } } });
    t.fail('it was taken');
  } catch (error) {
    t.ok(isToolError(error) && error.code === 'QUANTIZE_UNKNOWN_LAYER');
    t.match((error as { context: unknown }).context, { layer: 'p' });
  }
});

void t.test('the scale of least squared error beats the one of the range', async (t) => {
  const rng = new Rng(5);
  // Bell-shaped, as trained weights are.
  const weights = Float32Array.from({ length: 6 * 200 }, () => [0, 0, 0, 0].reduce((s) => s + rng.range(-1, 1), 0));
  const c = { weights, bias: null, channels: 6, channelAxis: 0 };
  const error = (granularity: 'per-channel' | 'per-tensor', scale: 'range' | 'mse'): number => {
    const q = symmetricWeights(c, 1, { granularity, bits: 4, scale });
    const scales = q.weightQuant.scale;
    return weights.reduce((s, w, i) => {
      const step = scales[scales.length === 1 ? 0 : Math.floor(i / 200)];
      return s + (w - step * q.weights[i]) ** 2;
    }, 0);
  };
  for (const granularity of ['per-channel', 'per-tensor'] as const) {
    t.ok(error(granularity, 'mse') < 0.9 * error(granularity, 'range'), granularity);
  }
});

void t.test('the report says what int4 would save and cost', async (t) => {
  const { int4, allInt4, int8 } = quantize(graph, samples, { ...OPTIONS, layers: { c: { weightBits: 4 } } }).report
    .sensitivity;
  t.same(
    int4.map(({ name, savedBytes }) => `${name} ${savedBytes}`),
    ['a 45', 'b 22', 'd 10'],
    'of the layers that are int8',
  );
  t.equal(allInt4!.savedBytes, 77);
  t.ok(allInt4!.sqnrDb! < int8.sqnrDb!);
  const whole = quantize(graph, samples, { ...OPTIONS, weightBits: 4 }).report.sensitivity;
  t.same([whole.int4, whole.allInt4], [[], null]);
});

void t.test('trained with four bits, it is quantized to the weights it was trained with', async (t) => {
  const options = { ...OPTIONS, weightBits: 4 } as const;
  const { model, initial } = withFakeQuantize(graph, samples, options);
  const { shape } = graph.tensors[graph.input];
  const dataset = { inputShape: shape, classNames: graph.classNames } as never;
  const rounded = toGraph(planNetwork(model, shape), initial, graph.name, dataset, graph.provenance);
  const int4 = quantize(rounded, samples, options).output;
  t.ok(int4.tensors.some(({ dtype }) => dtype === 'int4'));
  const { scale, zeroPoint } = int4.tensors[int4.output].quant!;
  let [same, all] = [0, 0];
  for (let n = 0; n < samples.count; n++) {
    const sample = sampleOf(samples, n);
    const integers = runInt8(int4, quantizeInput(int4, sample)).output;
    runFloat(rounded, sample).output.forEach((v, i) => {
      all++;
      if (Math.abs(v / scale[0] - (integers[i] - zeroPoint[0])) < 0.01) same++;
    });
  }
  t.ok(same > 0.6 * all, `${same} of ${all} the same`);
});
