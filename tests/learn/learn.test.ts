import t from 'tap';
import { loadBoard } from '../../src/boards/load.js';
import type { Dataset, Samples } from '../../src/ir/dataset.js';
import { LearnReference } from '../../src/ir/learn/f32.js';
import type { LearnSpec } from '../../src/ir/learn-spec.js';
import { learnError } from '../../src/learn/learn-error.js';
import { learnData } from '../../src/learn/learn-data.js';
import { learnOnDevice } from '../../src/learn/learn.js';
import { stateLayout } from '../../src/learn/state-layout.js';
import { Rng } from '../../src/util/rng.js';
import { FakeDevice, type Faults } from '../fakes/fake-device.js';
import { PROVENANCE, randomQuantizedGraph } from '../ir/graphs.js';

const random = randomQuantizedGraph(new Rng(5), { sizes: [9, 6, 5, 3], activation: 'relu', bias: true });
/** With an input range that the patterns fit. */
const fitting = { scale: [Math.fround(0.01)], zeroPoint: [0], axis: null };
const graph = { ...random, tensors: random.tensors.map((x) => (x.id === 0 ? { ...x, quant: fitting } : x)) };
const spec: LearnSpec = { layers: 'all', learningRate: 0.03, grapes: 'propagating', nodeSums: 'round-robin' };
const board = loadBoard('mps2-an386');

/** Three noisy patterns: something that can be learned. */
function patterns(count: number, seed: number): Samples {
  const rng = new Rng(seed);
  const labels = Uint8Array.from({ length: count }, () => rng.below(3));
  const values = Float32Array.from(
    { length: 9 * count },
    (_, i) => (i % 3 === labels[Math.floor(i / 9)] ? 0.8 : 0) + rng.range(-0.3, 0.3),
  );
  return { count, inputSize: 9, values, scale: 1, offset: 0, labels };
}
const dataset: Dataset = {
  schemaVersion: 1,
  name: 'patterns',
  inputShape: [3, 3],
  classNames: ['a', 'b', 'c'],
  train: patterns(100, 1),
  validation: null,
  test: patterns(40, 2),
  extra: {},
  provenance: PROVENANCE,
};
const negate = (s: Samples): Samples => ({ ...s, values: s.values.map((v) => -v) });
const data = learnData(dataset, { steps: 250, holdOut: 30, seed: 3 }, negate);

async function session(faults: Faults = {}, learning = spec, compareEverySteps = 100) {
  const device = new FakeDevice(graph, new LearnReference(graph, learning), faults);
  const report = await learnOnDevice(device, graph, learning, data, { board, compareEverySteps });
  return { device, report };
}

void t.test('stream, held-out and original samples', async (t) => {
  t.equal(data.stream.count, 250);
  t.equal(data.heldOut.count, 30);
  t.equal(data.original.values[5], -data.heldOut.values[5]);
  t.same(learnData(dataset, { steps: 250, holdOut: 30, seed: 3 }, negate), data, 'same seed, same stream');
  const keys = Array.from({ length: 250 }, (_, n) => data.stream.values.subarray(9 * n, 9 * n + 9).join());
  t.equal(new Set(keys.slice(0, 100)).size, 100, 'every training sample once ...');
  t.equal(new Set(keys.slice(100, 200)).size, 100);
  t.equal(new Set(keys).size, 100, '... before any comes again');
});

void t.test('device and reference in lock-step: no difference, and it learns', async (t) => {
  const { report, device } = await session({ ahead: 5 });
  t.match(report, {
    steps: 250,
    weightMismatches: 0,
    firstMismatchStep: null,
    firstDivergence: null,
    resultMismatches: 0,
    predictMismatches: 0,
    comparedSteps: 3,
    verdict: 'pass',
    stackHighWaterBytes: 768,
  });
  t.equal(learnError(report), null);
  t.equal(device.learnSteps, 250);
  t.ok(report.accuracyAfter >= report.accuracyBefore + 0.3, `${report.accuracyBefore} to ${report.accuracyAfter}`);
  t.equal(report.accuracy.heldOutAfter.samples, 30);
  t.equal(report.originalAfter, report.accuracy.originalAfter.accuracy);
  t.equal(report.curve.at(-1)!.step, 250);
  t.ok(report.curve.length <= 200 && report.curve[0].loss > report.curve.at(-1)!.loss);
  t.equal(report.factors.length, 2);
  t.equal(report.instructions!.min, report.instructions!.max);
  t.same((await session()).report, report, 'how far the device runs ahead changes nothing');
});

void t.test('the layout covers the state exactly, word for word', async (t) => {
  for (const learning of [spec, { ...spec, layers: 1 }, { ...spec, grapes: 'off' }] as LearnSpec[]) {
    const spans = stateLayout(graph, learning);
    const words = new LearnReference(graph, learning).stateBytes().length / 4;
    t.equal(
      spans.reduce((at, span) => (t.equal(span.from, at), at + span.words), 0),
      words,
    );
  }
  t.same(
    stateLayout(graph, spec).map((s) => `${s.opName} ${s.part} ${s.words}`),
    [
      'dense1 weights 54',
      'dense1 bias 6',
      'dense1 node_sums 6',
      'dense2 weights 30',
      'dense2 bias 5',
      'dense2 node_sums 5',
      'dense3 weights 15',
      'dense3 bias 3',
    ],
  );
});

void t.test('a flipped weight bit is named: step, layer, element, bits', async (t) => {
  for (const ahead of [0, 7]) {
    const { report } = await session({ state: { step: 42, word: 66 + 8, bit: 30 }, ahead });
    t.match(report, { verdict: 'fail', firstMismatchStep: 42, weightMismatches: 1 });
    t.ok(report.steps >= 42 && report.steps <= 42 + ahead, 'the stream stops');
    t.match(report.firstDivergence, { step: 42, opName: 'dense2', part: 'weights', element: 8 });
    const { expectedBits, actualBits } = report.firstDivergence!;
    t.equal((parseInt(expectedBits, 16) ^ parseInt(actualBits, 16)) >>> 0, 1 << 30);
    t.match(learnError(report), { code: 'LEARN_MISMATCH', context: { step: 42, layer: 'dense2', element: 8 } });
  }
});

void t.test('a flip that does not repeat, a wrong hash, a wrong loss, a wrong class', async (t) => {
  const once = (await session({ state: { step: 42, word: 60, bit: 3, once: true }, ahead: 4 })).report;
  t.match(once, { firstMismatchStep: 42, firstDivergence: { part: 'node_sums', element: 0 } });
  t.ok(once.firstDivergence!.step > 42, 'as it was read at once');
  t.match(learnError(once)!.message, 'not when repeated');

  const hash = (await session({ hashAtStep: 9 })).report;
  t.match(hash, { verdict: 'fail', firstMismatchStep: 9, weightMismatches: 1, firstDivergence: null });
  t.match(learnError(hash), { code: 'LEARN_MISMATCH', context: { step: 9, layer: null } });

  const loss = (await session({ lossAtStep: 9 })).report;
  t.match(loss, { verdict: 'fail', steps: 250, weightMismatches: 0, resultMismatches: 1 });
  t.match(learnError(loss), { code: 'LEARN_MISMATCH', context: { step: null, resultMismatches: 1 } });

  const predict = (await session({ predict: 65 })).report;
  t.match(predict, { verdict: 'fail', weightMismatches: 0, resultMismatches: 0, predictMismatches: 1 });
});

void t.test('what cannot be a session is refused by name', async (t) => {
  const run = { board, compareEverySteps: 100 };
  const deaf = new FakeDevice(graph);
  await t.rejects(learnOnDevice(deaf, graph, spec, data, run), { code: 'LEARN_NOT_BUILT_IN' });
  const head = new FakeDevice(graph, new LearnReference(graph, { ...spec, layers: 1 }));
  await t.rejects(learnOnDevice(head, graph, spec, data, run), { code: 'LEARN_NOT_BUILT_IN' });
  const whole = new FakeDevice(graph, new LearnReference(graph, spec));
  const none = { ...data, heldOut: { ...data.heldOut, count: 0 } };
  await t.rejects(learnOnDevice(whole, graph, spec, none, run), { code: 'LEARN_NO_SAMPLES' });
  const signal = AbortSignal.abort(new Error('stopped'));
  await t.rejects(learnOnDevice(whole, graph, spec, data, { ...run, signal }), /stopped/);
});
