// Whole training runs: what they reach, that they repeat, stop, fail and go on as they should.
import t from 'tap';
import { makeDigits } from '../../src/dataset/synthetic/digits.js';
import type { ToolError } from '../../src/errors/tool-error.js';
import type { FloatGraph } from '../../src/ir/graph.js';
import { evaluateFloat } from '../../src/ir/evaluate.js';
import type { ModelSpec } from '../../src/ir/model-spec.js';
import { planNetwork } from '../../src/ir/plan-network.js';
import { TRAIN_DEFAULTS } from '../../src/ir/train-defaults.js';
import type { TrainOptions } from '../../src/ir/options.js';
import type { EpochMetrics } from '../../src/ir/report.js';
import { validateGraph } from '../../src/ir/validate-graph.js';
import { applyDrift } from '../../src/dataset/drift.js';
import { EarlyStop } from '../../src/train/early-stop.js';
import { WasmEngine } from '../../src/train/engines/wasm/wasm-engine.js';
import { evaluateNetwork } from '../../src/train/evaluate-network.js';
import { initialParameters } from '../../src/train/initializers.js';
import { train } from '../../src/train/trainer.js';

const dataset = makeDigits({ size: 14, trainSamples: 1003, testSamples: 400, seed: 1 });

const dense = (units: number, activation: 'relu' | 'tanh' | 'none' = 'relu', dropout = 0) =>
  ({ type: 'dense', units, activation, dropout }) as const;
const MODEL: ModelSpec = { bias: true, layers: [dense(24, 'relu', 0.1), dense(16, 'tanh'), dense(10, 'none')] };
const OPTIONS: TrainOptions = {
  ...TRAIN_DEFAULTS,
  epochs: 4,
  batchSize: 32,
  optimizer: { type: 'momentum', learningRate: 0.03, momentum: 0.9 },
  initializer: 'he_uniform',
  validationFraction: 0.1,
  earlyStopPatience: null,
  schedule: { type: 'exponential', decay: 0.9 },
  checkpointEveryEpochs: 1,
  engine: 'wasm',
  seed: 5,
};

function weightsOf(graph: FloatGraph): string {
  const data = graph.tensors.flatMap((tensor) => (tensor.data === null ? [] : [tensor.data as Float32Array]));
  return Buffer.concat(data.map((d) => Buffer.from(d.buffer, d.byteOffset, d.byteLength))).toString('base64');
}

t.test('digits: a small network learns what a linear one cannot, and a turned world is hard', async (test) => {
  const digits = makeDigits({ size: 14, trainSamples: 3000, testSamples: 600, seed: 2 });
  const options = { ...OPTIONS, epochs: 12, schedule: { type: 'exponential', decay: 0.9 } as const };
  const accuracyOf = async (layers: ModelSpec['layers'], rate: number): Promise<[number, FloatGraph]> => {
    const optimizer = { type: 'momentum', learningRate: rate, momentum: 0.9 } as const;
    const { output, report } = await train(digits, { bias: true, layers }, { ...options, optimizer });
    return [report.test.accuracy, output];
  };
  const [small, graph] = await accuracyOf([dense(32), dense(16), dense(10, 'none')], 0.03);
  const [linear] = await accuracyOf([dense(10, 'none')], 0.02);
  test.ok(small > 0.92, `small network: ${String(small)}`);
  test.ok(small - linear > 0.05, `linear: ${String(linear)}`);
  const turned = applyDrift(digits.test, digits.inputShape, { kind: 'rotate', degrees: 30 }, 0);
  const { accuracy } = evaluateFloat(graph, turned);
  test.ok(small - accuracy > 0.2, `turned by 30°: ${String(accuracy)}`);
});

t.test('the graph that comes out', async (test) => {
  const { output, report } = await train(dataset, MODEL, OPTIONS, { name: 'Digits 2!' });
  validateGraph(output);
  test.equal(output.name, 'digits_2');
  test.same(
    output.ops.map((op) => [op.name, op.kind === 'fully_connected' ? op.activation : op.kind]),
    [
      ['dense_0', 'relu'],
      ['dense_1', 'tanh'],
      ['dense_2', 'none'],
    ],
  );
  test.equal(report.parameters, 196 * 24 + 24 + 24 * 16 + 16 + 16 * 10 + 10);
  test.equal(report.macs, 196 * 24 + 24 * 16 + 16 * 10);
  test.equal(report.epochs.length, 4);
  test.same(report.test, evaluateFloat(output, dataset.test));
  test.match(report.epochs[3], { epoch: 4, trainLoss: Number, validationAccuracy: Number });
  test.ok(Math.abs(report.epochs[3].learningRate - 0.03 * 0.9 ** 3) < 1e-12);
  test.equal(report.epochs[0].factors.length, 2);
  for (const { min, mean, max } of report.epochs[3].factors)
    test.ok(min >= 1 && min <= mean && mean <= max && max === 2);
  test.equal(report.bestEpoch, 4, 'without early stopping the last weights are kept');
});

t.test('the engine and the scalar reference see the same network', async (test) => {
  const { output } = await train(dataset, MODEL, { ...OPTIONS, epochs: 1 });
  const plan = planNetwork(MODEL, dataset.inputShape);
  const network = WasmEngine.solo().build(plan, TRAIN_DEFAULTS, 128);
  const constants = output.tensors.filter((tensor) => tensor.data !== null);
  network.writeParameters(constants.map(({ data }) => data as Float32Array));
  const { accuracy } = evaluateNetwork(network, dataset.test, 10);
  test.ok(Math.abs(accuracy - evaluateFloat(output, dataset.test).accuracy) <= 1 / 400);
});

t.test('the same run gives the same bytes; another seed does not', async (test) => {
  const first = await train(dataset, MODEL, OPTIONS);
  const again = await train(dataset, MODEL, OPTIONS);
  test.equal(weightsOf(first.output), weightsOf(again.output));
  test.same(first.report, again.report);
  const other = await train(dataset, MODEL, { ...OPTIONS, seed: 6 });
  test.not(weightsOf(first.output), weightsOf(other.output));
});

t.test('a resumed run gives the bytes of one that was never interrupted', async (test) => {
  for (const patience of [null, 2]) {
    const options = { ...OPTIONS, earlyStopPatience: patience };
    const checkpoints = new Map<number, Uint8Array>();
    const whole = await train(dataset, MODEL, options, {
      onCheckpoint: (bytes, epoch) => checkpoints.set(epoch, bytes),
    });
    test.same([...checkpoints.keys()], [1, 2, 3, 4]);
    for (const epoch of [1, 3, 4]) {
      const told: EpochMetrics[] = [];
      const resumed = await train(dataset, MODEL, options, {
        resumeFrom: checkpoints.get(epoch)!,
        onEpoch: (m) => told.push(m),
      });
      test.equal(weightsOf(resumed.output), weightsOf(whole.output), `from epoch ${String(epoch)}`);
      test.same(resumed.report, whole.report);
      test.same(
        told.map((m) => m.epoch),
        [1, 2, 3, 4].slice(epoch),
      );
    }
    const longer = await train(dataset, MODEL, { ...options, epochs: 5 }, { resumeFrom: checkpoints.get(4)! });
    const fresh = await train(dataset, MODEL, { ...options, epochs: 5 });
    test.equal(weightsOf(longer.output), weightsOf(fresh.output), 'a finished run can be extended');
  }
});

t.test('whatever the optimizer remembers, a resumed run gives the same bytes', async (test) => {
  const learningRate = 0.01;
  const grapes = { ...TRAIN_DEFAULTS.grapes, everySteps: 7 };
  const cases: [string, Partial<TrainOptions>][] = [
    ['nag', { optimizer: { type: 'nag', learningRate, momentum: 0.9 } }],
    ['rmsprop', { optimizer: { type: 'rmsprop', learningRate, decay: 0.9, epsilon: 1e-8 } }],
    ['adam', { optimizer: { type: 'adam', learningRate, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 } }],
    // 29 steps an epoch: the factors in force at its end are older than the weights.
    ['factors every 7 steps', { grapes }],
    [
      'fa, factors every 7 steps, nag',
      { grapes, propagation: 'fa', optimizer: { type: 'nag', learningRate, momentum: 0.9 } },
    ],
    ['dfa, reference', { grapes: { ...grapes, variant: 'reference' }, propagation: 'dfa' }],
  ];
  for (const [name, change] of cases) {
    const options = { ...OPTIONS, epochs: 3, ...change };
    const checkpoints = new Map<number, Uint8Array>();
    const whole = await train(dataset, MODEL, options, {
      onCheckpoint: (bytes, epoch) => checkpoints.set(epoch, bytes),
    });
    const resumed = await train(dataset, MODEL, options, { resumeFrom: checkpoints.get(1)! });
    test.equal(weightsOf(resumed.output), weightsOf(whole.output), name);
    test.same(resumed.report, whole.report, name);
  }
});

t.test('looking at the factors leaves those in force alone, and variants know their networks', (test) => {
  const rule = { ...TRAIN_DEFAULTS, grapes: { ...TRAIN_DEFAULTS.grapes, everySteps: 3 } };
  const plan = planNetwork(MODEL, dataset.inputShape);
  const weightsAfter = (look: boolean): Float32Array[] => {
    const network = WasmEngine.solo().build(plan, rule, 4);
    network.writeParameters(initialParameters(plan, 'he_uniform', 1));
    network.input.forEach((_, i) => (network.input[i] = (i % 7) / 7));
    for (let step = 0; step < 5; step++) {
      network.step({ rows: 4, step, learningRate: 0.5 });
      if (look) test.equal(network.modulations().length, 2);
    }
    return network.readParameters();
  };
  test.same(weightsAfter(true), weightsAfter(false));

  const conv = planNetwork(
    {
      bias: false,
      layers: [
        { type: 'conv_2d', filters: 2, kernel: [3, 3], strides: [2, 2], padding: 'same', activation: 'relu' },
        dense(10, 'none'),
      ],
    },
    dataset.inputShape,
  );
  const reference = { ...TRAIN_DEFAULTS, grapes: { ...TRAIN_DEFAULTS.grapes, variant: 'reference' as const } };
  test.throws(() => WasmEngine.solo().build(conv, reference, 4), {
    code: 'TRAIN_OPTION_UNSUPPORTED',
    context: { type: 'conv_2d' },
  });
  test.end();
});

t.test('interrupted: the last whole epoch is handed over, and can be gone on from', async (test) => {
  const stop = new AbortController();
  let saved: Uint8Array | null = null;
  const options = { ...OPTIONS, checkpointEveryEpochs: 100 };
  const run = train(dataset, MODEL, options, {
    signal: stop.signal,
    onEpoch: ({ epoch }) => {
      if (epoch === 2) stop.abort(new Error('stopped by the test'));
    },
    onCheckpoint: (bytes, epoch) => {
      test.equal(epoch, 2);
      saved = bytes;
    },
  });
  await test.rejects(run, { message: 'stopped by the test' });
  const resumed = await train(dataset, MODEL, options, { resumeFrom: saved! });
  test.equal(weightsOf(resumed.output), weightsOf((await train(dataset, MODEL, options)).output));
});

t.test('checkpoints that are refused', async (test) => {
  let bytes = new Uint8Array();
  await train(dataset, MODEL, { ...OPTIONS, epochs: 2 }, { onCheckpoint: (b) => (bytes = Uint8Array.from(b)) });
  const invalid = [
    bytes.subarray(0, 5),
    bytes.subarray(0, 60),
    bytes.subarray(0, -1),
    bytes.map((b, i) => (i === 9000 ? b ^ 1 : b)),
  ];
  for (const damaged of invalid) {
    await test.rejects(train(dataset, MODEL, OPTIONS, { resumeFrom: damaged }), { code: 'TRAIN_CHECKPOINT_INVALID' });
  }
  const others: [ModelSpec, TrainOptions][] = [
    [MODEL, { ...OPTIONS, seed: 6 }],
    [MODEL, { ...OPTIONS, epochs: 1 }],
    [{ ...MODEL, bias: false }, OPTIONS],
  ];
  for (const [model, options] of others) {
    await test.rejects(train(dataset, model, options, { resumeFrom: bytes }), { code: 'TRAIN_CHECKPOINT_MISMATCH' });
  }
});

t.test('early stopping keeps the best weights', async (test) => {
  const stop = new EarlyStop(2);
  const losses = [3, 2, 2.5, 2.1, 1];
  test.same(
    losses.slice(0, 4).map((loss, i) => [stop.observe(i + 1, loss), stop.shouldStop(i + 1)]),
    [
      [true, false],
      [true, false],
      [false, false],
      [false, true],
    ],
  );
  test.same([stop.bestEpoch, stop.bestLoss], [2, 2]);

  const few = makeDigits({ size: 7, trainSamples: 100, testSamples: 50, seed: 1 });
  const optimizer = { type: 'sgd', learningRate: 0.5 } as const;
  const options = {
    ...OPTIONS,
    epochs: 60,
    optimizer,
    earlyStopPatience: 3,
    validationFraction: 0.3,
    schedule: { type: 'constant' } as const,
  };
  const model = { bias: true, layers: [dense(32), dense(10, 'none')] };
  const { output, report } = await train(few, model, options);
  test.ok(report.stoppedEarly);
  test.equal(report.epochs.length, report.bestEpoch + 3);
  const losses2 = report.epochs.map((e) => e.validationLoss!);
  test.equal(losses2.indexOf(Math.min(...losses2)) + 1, report.bestEpoch);
  const upToBest = await train(few, model, { ...options, epochs: report.bestEpoch, earlyStopPatience: null });
  test.equal(weightsOf(output), weightsOf(upToBest.output));
});

t.test('training that goes wrong says so', async (test) => {
  const wild = { ...OPTIONS, optimizer: { type: 'sgd', learningRate: 100 } as const };
  await test.rejects(train(dataset, MODEL, wild), {
    code: 'TRAIN_DIVERGED',
    context: { learningRate: 100, epoch: 1, grapes: 'propagating' },
    hint: /learningRate/,
  });
  const values = Float32Array.from(dataset.train.values);
  values[196 * 7] = NaN;
  const poisoned = { ...dataset, train: { ...dataset.train, values } };
  await test.rejects(train(poisoned, MODEL, OPTIONS), {
    code: 'TRAIN_DIVERGED',
    context: { loss: 'NaN', layer: 'input', goodEpoch: 0 },
    hint: /data/,
  });
  const notes: string[] = [];
  const progress = { update: () => undefined, note: (text: string) => notes.push(text) };
  await train(dataset, MODEL, { ...OPTIONS, epochs: 1, optimizer: { type: 'sgd', learningRate: 1e-9 } }, { progress });
  test.match(notes, [/hardly learned/]);
  const wrong: ModelSpec['layers'][] = [[dense(9, 'none')], [dense(10, 'relu')], [dense(10, 'none', 0.5)]];
  for (const layers of wrong) {
    await test.rejects(train(dataset, { bias: true, layers }, OPTIONS), { code: 'TRAIN_MODEL_MISMATCH' });
  }
  await test.rejects(train(dataset, { bias: true, layers: [] }, OPTIONS), { code: 'MODEL_INVALID' });
  const empty = { ...dataset, train: { ...dataset.train, count: 0 } };
  await test.rejects(train(empty, MODEL, OPTIONS), { code: 'DATASET_EMPTY' });
});

t.test('a loss that stops being a number: step, layer, and the last good checkpoint', async (test) => {
  // The third epoch begins with a rate that makes weights of 10^35: their products overflow.
  const options: TrainOptions = {
    ...OPTIONS,
    optimizer: { type: 'sgd', learningRate: 0.03 },
    schedule: { type: 'step', everyEpochs: 2, factor: 1e38 },
    checkpointEveryEpochs: 100,
  };
  const saved = new Map<number, Uint8Array>();
  const hooks = {
    onCheckpoint: (bytes: Uint8Array, epoch: number) => saved.set(epoch, bytes),
    checkpointPath: 'runs/x/checkpoint/train.bin',
  };
  const error = await train(dataset, MODEL, options, hooks).catch((e: unknown) => e as ToolError);
  test.match(error, {
    code: 'TRAIN_DIVERGED',
    message: /epoch 3, batch 2 \(step 60\).*epoch 2 \(runs\/x\/checkpoint\/train.bin\)/,
    // 903 samples are 29 steps an epoch.
    context: { epoch: 3, batch: 2, step: 60, goodEpoch: 2 },
  });
  const { layer, array } = (error as ToolError).context;
  test.ok(['dense_0', 'dense_1', 'dense_2'].includes(layer as string), `${String(layer)}: ${String(array)}`);
  test.same([...saved.keys()], [2], 'the good state is saved');
  const good = { ...options, epochs: 2 };
  const resumed = await train(dataset, MODEL, good, { resumeFrom: saved.get(2)! });
  test.equal(weightsOf(resumed.output), weightsOf((await train(dataset, MODEL, good)).output));

  const [first] = planNetwork(MODEL, dataset.inputShape).layers;
  const initial = initialParameters(planNetwork(MODEL, dataset.inputShape), 'he_uniform', 1);
  const broken = initial.map((values, p) => (p === 2 ? values.map((v, i) => (i === 3 ? Infinity : v)) : values));
  await test.rejects(train(dataset, MODEL, OPTIONS, { initial: broken }), {
    code: 'TRAIN_DIVERGED',
    context: { layer: 'dense_1', array: 'dense_1_weights', batch: 1 },
  });
  const threaded = { ...OPTIONS, threads: 2 };
  await test.rejects(train(dataset, MODEL, threaded, { initial: broken }), {
    code: 'TRAIN_DIVERGED',
    context: { array: 'dense_1_weights' },
  });
  const huge = initial.map((values, p) => (p === 0 ? values.fill(3e38) : values));
  await test.rejects(train(dataset, MODEL, OPTIONS, { initial: huge }), {
    code: 'TRAIN_DIVERGED',
    context: { layer: first.name, array: `${first.name}_output` },
  });
});

t.test('the last batch of an epoch is averaged over the samples it has', async (test) => {
  // One batch of all samples, and the same samples with a batch size that leaves no full batch: equal updates.
  const few = makeDigits({ size: 7, trainSamples: 20, testSamples: 10, seed: 1 });
  const model = { bias: true, layers: [dense(8), dense(10, 'none')] };
  const options = { ...OPTIONS, epochs: 1, validationFraction: 0 };
  const exact = await train(few, model, { ...options, batchSize: 20 });
  const roomy = await train(few, model, { ...options, batchSize: 64 });
  test.equal(weightsOf(exact.output), weightsOf(roomy.output));
});

t.test('progress counts samples over all epochs, from which the time left follows', async (test) => {
  const seen: [number, number, string][] = [];
  const progress = {
    update: (_label: string, done: number, total: number, detail = '') => seen.push([done, total, detail]),
    note: () => undefined,
  };
  await train(dataset, MODEL, { ...OPTIONS, epochs: 2 }, { progress });
  const [done, total, detail] = seen.at(-1)!;
  test.same([done, total], [2 * 903, 2 * 903]);
  test.match(detail, /^epoch 2\/2, loss \d\.\d{4}$/);
});

t.test('a validation fraction that leaves nothing to train on', async (test) => {
  const few = makeDigits({ size: 7, trainSamples: 20, testSamples: 10, seed: 1 });
  await test.rejects(train(few, MODEL, { ...OPTIONS, validationFraction: 0.99 }), {
    code: 'DATASET_EMPTY',
    context: { samples: 20, validationFraction: 0.99 },
  });
});
