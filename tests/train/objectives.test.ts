// What training strives for: reconstruction, class weights, watched samples, and the rate it strives with.
import t from 'tap';
import { makeDigits } from '../../src/dataset/synthetic/digits.js';
import { anomalyReport, areaUnderCurve, quantile } from '../../src/ir/anomaly.js';
import type { Dataset, Samples } from '../../src/ir/dataset.js';
import { graphFromFiles, graphToFiles } from '../../src/ir/graph-file.js';
import { reconstructTask, type FloatGraph } from '../../src/ir/graph.js';
import { evaluateFloat, evaluateInt8, scoreFloat, scoreInt8 } from '../../src/ir/evaluate.js';
import { trainedPart } from '../../src/ir/learn/trained-layers.js';
import type { ModelSpec } from '../../src/ir/model-spec.js';
import type { TrainOptions } from '../../src/ir/options.js';
import { TRAIN_DEFAULTS } from '../../src/ir/train-defaults.js';
import { validateGraph } from '../../src/ir/validate-graph.js';
import { quantize } from '../../src/quantize/quantize.js';
import { classWeights } from '../../src/train/class-weights.js';
import { scheduledRate } from '../../src/train/schedule.js';
import { train } from '../../src/train/trainer.js';
import { Rng } from '../../src/util/rng.js';

const dense = (units: number, activation: 'relu' | 'tanh' | 'none' = 'relu') =>
  ({ type: 'dense', units, activation, dropout: 0 }) as const;

/** Points near a plane in eight dimensions (class 0), and points anywhere (class 1: not in the training samples). */
function planeAndElsewhere(): Dataset {
  const rng = new Rng(3);
  const sample = (label: number): number[] => {
    const [a, b] = [rng.range(-1, 1), rng.range(-1, 1)];
    return Array.from({ length: 8 }, (_, i) =>
      label === 0 ? a * ((i % 3) - 1) + b * ((i % 4) / 2 - 0.75) + rng.range(-0.05, 0.05) : rng.range(-1, 1),
    );
  };
  const samples = (labels: number[]): Samples => ({
    count: labels.length,
    inputSize: 8,
    values: Float32Array.from(labels.flatMap(sample)),
    scale: 1,
    offset: 0,
    labels: Uint8Array.from(labels),
  });
  return {
    schemaVersion: 1,
    name: 'plane',
    inputShape: [8],
    classNames: ['plane', 'elsewhere'],
    train: samples(new Array<number>(400).fill(0)),
    validation: null,
    test: samples(Array.from({ length: 200 }, (_, i) => i % 2)),
    extra: {},
    provenance: { toolVersion: '0', seed: 3, inputs: {} },
  };
}

const AUTOENCODER: ModelSpec = {
  bias: true,
  layers: [dense(6, 'tanh'), dense(2, 'tanh'), dense(6, 'tanh'), dense(8, 'none')],
};
const RECONSTRUCT: TrainOptions = {
  ...TRAIN_DEFAULTS,
  loss: 'reconstruction',
  epochs: 60,
  optimizer: { type: 'adam', learningRate: 0.01, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 },
};

t.test('an autoencoder finds what it was not trained on', async (test) => {
  const dataset = planeAndElsewhere();
  const { output, report } = await train(dataset, AUTOENCODER, RECONSTRUCT);
  const { epochs, test: found } = report;
  test.ok(epochs[59].trainLoss < 0.2 * epochs[0].trainLoss, `${epochs[0].trainLoss} → ${epochs[59].trainLoss}`);
  test.equal(epochs[0].trainAccuracy, null);
  test.equal(epochs[0].validationAccuracy, null);
  test.ok(found.auc! > 0.98, `AUC ${String(found.auc)}`);
  test.ok(found.accuracy > 0.9, `accuracy ${String(found.accuracy)}`);
  test.same([found.samples, found.confusion.length], [200, 2]);

  validateGraph(output);
  test.same([output.classNames, reconstructTask(output)!.normalClasses], [['normal', 'anomaly'], [0]]);
  const errors = scoreFloat(output, dataset.train);
  const below = errors.filter((e) => e <= reconstructTask(output)!.threshold * (1 + 1e-5)).length;
  test.equal(below, 396, 'the threshold lets 99 % of the 400 training samples pass');
  const reference = evaluateFloat(output, dataset.test);
  test.ok(Math.abs(reference.auc! - found.auc!) < 1e-3, 'engine and scalar reference agree');

  const { json, bin } = graphToFiles(output);
  test.same((graphFromFiles(json, bin) as FloatGraph).task, output.task, 'the task survives the disk');
  const wrong: [string, Partial<FloatGraph>][] = [
    ['class names', { classNames: dataset.classNames.slice(1) }],
    ['threshold', { task: { ...reconstructTask(output)!, threshold: NaN } }],
    ['kind', { task: { ...reconstructTask(output)!, kind: 'dream' as 'reconstruct' } }],
    ['size', { output: output.ops[0].output }],
  ];
  for (const [name, change] of wrong) {
    test.throws(() => validateGraph({ ...output, ...change }), { code: 'GRAPH_INVALID' }, name);
  }

  const options = { calibration: { method: 'minmax', percentile: 100, samples: 100 }, weights: 'per-channel', seed: 1 };
  const int8 = quantize(output, dataset.train, options as never).output;
  const quantized = evaluateInt8(int8, dataset.test);
  test.ok(quantized.auc! > 0.97, `int8 AUC ${String(quantized.auc)}`);
  const passing = scoreInt8(int8, dataset.train).filter((e) => e <= reconstructTask(int8)!.threshold).length;
  test.equal(passing, 396, 'its threshold lets 99 % pass of its own scores');
  test.not(reconstructTask(int8)!.threshold, reconstructTask(output)!.threshold);

  test.throws(() => trainedPart(int8, { layers: 'all' }), { code: 'LEARN_UNSUPPORTED' }, 'on a device it cannot learn');

  const narrow = { bias: true, layers: [dense(2), dense(7, 'none')] };
  await test.rejects(train(dataset, narrow, RECONSTRUCT), { code: 'TRAIN_MODEL_MISMATCH', context: { wanted: 8 } });
});

t.test('area under the curve', (test) => {
  const auc = (low: number[], high: number[]): number | null =>
    areaUnderCurve(Float64Array.from(low), Float64Array.from(high));
  test.equal(auc([0.1, 0.4], [0.35, 0.8]), 0.75, 'the example of scikit-learn’s roc_auc_score');
  test.equal(auc([1, 2, 3], [4, 5]), 1);
  test.equal(auc([4, 5], [1, 2, 3]), 0);
  test.equal(auc([1, 1, 1], [1, 1]), 0.5, 'ties count half');
  test.equal(auc([1, 2], [NaN]), 1, 'no number at all is the strangest score');
  test.equal(auc([], [1]), null);
  const rng = new Rng(4);
  const draw = (n: number): number[] => Array.from({ length: n }, () => Math.floor(rng.range(0, 12)));
  const [low, high] = [draw(40), draw(33)];
  const wins = low.flatMap((l) => high.map((h) => (h > l ? 1 : h === l ? 0.5 : 0))).reduce<number>((a, b) => a + b, 0);
  test.equal(auc(low, high), wins / (40 * 33), 'counted pair by pair');
  const one = Float64Array.of(5, 1, 4, 2, 3);
  test.same(
    [0.01, 0.2, 0.21, 0.99, 1].map((f) => quantile(one, f)),
    [1, 1, 2, 5, 5],
  );
  test.same([...one], [5, 1, 4, 2, 3], 'the values stay in their order');
  const report = anomalyReport([0, 2], Float64Array.of(1, 3), {
    kind: 'reconstruct',
    threshold: 1,
    normalClasses: [0, 2],
  });
  test.same(
    report,
    {
      samples: 2,
      accuracy: 0.5,
      perClass: [0.5, 0],
      confusion: [
        [1, 1],
        [0, 0],
      ],
    },
    'no anomalies: no area',
  );
  test.end();
});

t.test('class weights', async (test) => {
  const labels = Uint8Array.of(0, 0, 0, 2, 0, 0);
  const dataset = { classNames: ['a', 'b', 'c'], train: { count: 6, labels } } as unknown as Dataset;
  test.same([...classWeights('none', dataset)], [1, 1, 1]);
  // 6 samples / (2 classes that are there · 5), 6 / (2 · 1)
  test.same([...classWeights('balanced', dataset)], [Math.fround(0.6), 1, 3]);
  test.same([...classWeights([2, 0, 0.5], dataset)], [2, 0, 0.5]);
  for (const wrong of [
    [1, 1],
    [1, 1, -1],
    [1, NaN, 1],
    [0, 1, 0],
  ]) {
    test.throws(() => classWeights(wrong, dataset), { code: 'TRAIN_CLASS_WEIGHTS', context: { classes: 3 } });
  }

  const digits = makeDigits({ size: 7, trainSamples: 300, testSamples: 200, seed: 1 });
  const model: ModelSpec = { bias: true, layers: [dense(16), dense(10, 'none')] };
  const options: TrainOptions = {
    ...TRAIN_DEFAULTS,
    epochs: 6,
    optimizer: { type: 'momentum', learningRate: 0.03, momentum: 0.9 },
  };
  const weights = [0, 0, 0, 0, 0, 1, 1, 1, 1, 1];
  const { report } = await train(digits, model, { ...options, classWeights: weights });
  const perClass = report.test.perClass;
  test.ok(Math.max(...perClass.slice(0, 5)) === 0, `a class of weight 0 is never answered: ${String(perClass)}`);
  test.ok(Math.min(...perClass.slice(5)) > 0.4, String(perClass));
  const doubled = await train(digits, model, { ...options, classWeights: new Array<number>(10).fill(2) });
  const faster = await train(digits, model, {
    ...options,
    optimizer: { ...options.optimizer, learningRate: 0.06 } as never,
  });
  test.same(
    doubled.output.tensors.map((x) => x.data),
    faster.output.tensors.map((x) => x.data),
    'all weights doubled is the rate doubled, to the bit',
  );
  test.equal(doubled.report.epochs[5].validationLoss, 2 * faster.report.epochs[5].validationLoss!, 'watched alike');
});

t.test('given validation samples are watched, and nothing is held out', async (test) => {
  const digits = makeDigits({ size: 7, trainSamples: 200, testSamples: 100, seed: 1 });
  const model: ModelSpec = { bias: true, layers: [dense(8), dense(10, 'none')] };
  const options: TrainOptions = { ...TRAIN_DEFAULTS, epochs: 2, validationFraction: 0.5 };
  const given = await train({ ...digits, validation: digits.test }, model, options);
  const none = await train(digits, model, { ...options, validationFraction: 0 });
  test.equal(given.report.epochs[1].validationAccuracy, given.report.test.accuracy);
  test.equal(given.report.epochs[1].trainLoss, none.report.epochs[1].trainLoss, 'every sample is trained on');
  test.equal(none.report.epochs[1].validationLoss, null);
});

t.test('learning rates over the epochs', (test) => {
  const rates = (schedule: TrainOptions['schedule'], epochs = 5): number[] =>
    Array.from({ length: epochs }, (_, e) => Math.round(1e9 * scheduledRate(0.8, schedule, e, epochs)) / 1e9);
  test.same(rates({ type: 'constant' }), [0.8, 0.8, 0.8, 0.8, 0.8]);
  test.same(rates({ type: 'exponential', decay: 0.5 }), [0.8, 0.4, 0.2, 0.1, 0.05]);
  test.same(rates({ type: 'step', everyEpochs: 2, factor: 0.1 }), [0.8, 0.8, 0.08, 0.08, 0.008]);
  // cos of 0, 60, 120 degrees, and of 0, 45, 90, 135.
  test.same(rates({ type: 'cosine', floor: 0, warmupEpochs: 0 }, 3), [0.8, 0.6, 0.2]);
  const root = Math.SQRT1_2;
  const cosines = [1, root, 0, -root].map((c) => Math.round(1e9 * 0.8 * (0.1 + (0.9 * (1 + c)) / 2)) / 1e9);
  test.same(rates({ type: 'cosine', floor: 0.1, warmupEpochs: 3 }, 7), [0.2, 0.4, 0.6, ...cosines]);
  test.equal(scheduledRate(1, { type: 'cosine', floor: 0.25, warmupEpochs: 4 }, 1, 2), 0.4, 'all of it warming up');
  for (let e = 0; e < 100; e++) {
    const exact = 0.5 * (1 + Math.cos((Math.PI * e) / 100));
    const rate = scheduledRate(1, { type: 'cosine', floor: 0, warmupEpochs: 0 }, e, 100);
    if (Math.abs(rate - exact) > 1e-15) test.fail(`epoch ${String(e)}: ${String(rate)}, not ${String(exact)}`);
  }
  test.end();
});
