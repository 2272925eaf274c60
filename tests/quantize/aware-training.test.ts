// Quantization-aware training: the float network that learns rounds where the integer network rounds.
import t from 'tap';
import { runFloat, runInt8 } from '../../src/ir/interpret.js';
import { planNetwork } from '../../src/ir/plan-network.js';
import { quantizeInput } from '../../src/ir/quantize-input.js';
import type { FloatGraph } from '../../src/ir/graph.js';
import type { LayerSpec } from '../../src/ir/model-spec.js';
import { takeFakeQuantize, withFakeQuantize } from '../../src/quantize/aware-training.js';
import { quantize } from '../../src/quantize/quantize.js';
import { toGraph } from '../../src/train/to-graph.js';
import { L, layered, OPTIONS, randomSamples, sampleOf } from './layered.js';

const LAYERS = [
  L.conv(4, 3, 1, 'relu'),
  L.depthwise(1, 3, 1, 'relu6'),
  L.pool('max_pool_2d'),
  L.conv(6, 1, 1, 'tanh'),
  L.pool('average_pool_2d', 2, 1),
  L.flatten,
  L.dense(8, 'relu'),
  L.dense(3),
] as const;

const BRANCHES = [
  L.named('body', L.conv(4, 3, 1, 'relu')),
  L.globalAverage,
  L.named('gates', L.dense(4, 'sigmoid')),
  L.named('excited', L.mul(['body', 'gates'])),
  L.named('side', { ...L.conv(3, 3), dilation: [2, 2] } as LayerSpec, ['body']),
  L.concatenation(['excited', 'side', 'excited']),
  { type: 'pad', pads: [[1, 1]] } as LayerSpec,
  L.conv(4, 3, 2, 'relu'),
  L.dense(3),
] as const;

/** The network with rounding in it, as a graph, before it has learned anything. */
function aware(graph: FloatGraph, samples: ReturnType<typeof randomSamples>, options = OPTIONS): FloatGraph {
  const { model, initial } = withFakeQuantize(graph, samples, options);
  const { shape } = graph.tensors[graph.input];
  const dataset = { inputShape: shape, classNames: graph.classNames } as never;
  return toGraph(planNetwork(model, shape), initial, graph.name, dataset, graph.provenance);
}

void t.test('it computes what the integer network computes, to a step of the output', (t) => {
  for (const [weights, layers] of [
    ['per-channel', LAYERS],
    ['per-tensor', LAYERS],
    ['per-channel', BRANCHES],
  ] as const) {
    const graph = layered([8, 8, 2], layers);
    const samples = randomSamples(3, 40, 128);
    const options = { ...OPTIONS, weights };
    const rounded = aware(graph, samples, options);
    const int8 = quantize(graph, samples, options).output;
    const { scale, zeroPoint } = int8.tensors[int8.output].quant!;
    let [same, all, far] = [0, 0, 0];
    for (let n = 0; n < samples.count; n++) {
      const sample = sampleOf(samples, n);
      const integers = runInt8(int8, quantizeInput(int8, sample)).output;
      runFloat(rounded, sample).output.forEach((v, i) => {
        const steps = Math.abs(v / scale[0] - (integers[i] - zeroPoint[0]));
        all++;
        if (steps < 0.01) same++;
        if (steps > 3) far++;
      });
    }
    t.equal(far, 0, weights);
    t.ok(same > 0.6 * all, `${weights}: ${same} of ${all} the same`);
  }
  t.end();
});

for (const [name, layers] of Object.entries({ LAYERS, BRANCHES })) {
  void t.test(`quantized, it has the scales that it learned with: ${name}`, (t) => {
    const graph = layered([8, 8, 2], layers);
    const samples = randomSamples(4, 40, 128);
    const rounded = aware(graph, samples);
    const { graph: plain, ranges } = takeFakeQuantize(rounded);
    t.notOk(plain.ops.some((op) => op.kind === 'fake_quantize'));
    t.equal(plain.tensors.length, new Set(plain.tensors.map((x) => x.id)).size);
    t.ok(ranges.size > 0);
    const direct = quantize(graph, samples, OPTIONS).output;
    const again = quantize(rounded, randomSamples(5, 10, 128), OPTIONS).output;
    const numbers = ({ ops, tensors }: typeof direct): unknown =>
      ops.map((op) => ({
        kind: op.kind,
        quant: tensors[op.output].quant,
        weights: 'weights' in op ? tensors[op.weights].data : null,
        bias: 'bias' in op && op.bias !== null ? tensors[op.bias].data : null,
        requantize: 'requantize' in op ? op.requantize : null,
      }));
    t.same(numbers(again), numbers(direct), 'other samples change nothing');
    t.same(takeFakeQuantize(graph), { graph, ranges: new Map(), borders: new Map() });
    t.end();
  });
}
