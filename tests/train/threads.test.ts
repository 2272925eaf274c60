// Threads change no bits: one, two and three of them train to the same weights. And they end with their network.
import { createHash } from 'node:crypto';
import type { Worker } from 'node:worker_threads';
import t from 'tap';
import type { Shape } from '../../src/ir/layer-rule.js';
import type { ModelSpec } from '../../src/ir/model-spec.js';
import { planNetwork } from '../../src/ir/plan-network.js';
import type { TrainOptions } from '../../src/ir/options.js';
import { TRAIN_DEFAULTS } from '../../src/ir/train-defaults.js';
import type { ToolError } from '../../src/errors/tool-error.js';
import type { LearningRule, TrainingNetwork } from '../../src/train/engine.js';
import { makeDigits } from '../../src/dataset/synthetic/digits.js';
import { train as trainWhole } from '../../src/train/trainer.js';
import { Pace } from '../../src/train/engines/wasm/threads/pace.js';
import { WasmEngine } from '../../src/train/engines/wasm/wasm-engine.js';
import { initialParameters } from '../../src/train/initializers.js';
import { Rng } from '../../src/util/rng.js';

const MAX_ROWS = 37;
/** Rows of a batch: many, a few (which go through other kernels), one. */
const BATCHES = [MAX_ROWS, 9, 3, 1, 26];

const started: Worker[] = [];
process.on('worker', (worker) => started.push(worker));

interface Case {
  readonly name: string;
  readonly inputShape: Shape;
  readonly model: ModelSpec;
  readonly rule: Partial<LearningRule>;
}

const conv = { type: 'conv_2d', filters: 10, kernel: [3, 3], strides: [1, 1], padding: 'same' } as const;
const norm = { type: 'batch_norm', momentum: 0.9, epsilon: 1e-3, activation: 'relu' } as const;

const dense = (units: number, activation: 'relu' | 'none') =>
  ({ type: 'dense', units, activation, dropout: 0 }) as const;

const snu = { type: 'snu', units: 11, recurrent: true, decay: 0.8, threshold: 0.3, activation: 'none' } as const;

const CASES: readonly Case[] = [
  {
    name: 'recurrent, spiking, dense, dropout, Adam',
    inputShape: [6, 5],
    model: {
      bias: true,
      layers: [
        { type: 'gru', units: 9, output: 'sequence' },
        { ...snu, soft: true, output: 'mean' },
        { type: 'dense', units: 101, activation: 'tanh', dropout: 0.3 },
        { type: 'dense', units: 61, activation: 'sigmoid', dropout: 0 },
        { type: 'dense', units: 5, activation: 'none', dropout: 0 },
      ],
    },
    rule: { optimizer: { type: 'adam', learningRate: 0.01, beta1: 0.9, beta2: 0.999, epsilon: 1e-7 }, clipNorm: 0.02 },
  },
  {
    name: 'convolutions, batch norm, pooling, a residual, NAG',
    inputShape: [7, 6, 3],
    model: {
      bias: true,
      layers: [
        { ...conv, activation: 'none' },
        { ...norm, name: 'stem' },
        {
          type: 'depthwise_conv_2d',
          multiplier: 1,
          kernel: [3, 3],
          strides: [1, 1],
          padding: 'same',
          activation: 'none',
        },
        { ...conv, filters: 33, activation: 'tanh' },
        { ...conv, kernel: [1, 1], activation: 'relu6', name: 'branch' },
        { type: 'add', activation: 'relu', from: ['stem', 'branch'] },
        { type: 'max_pool_2d', pool: [2, 2], strides: [2, 2], padding: 'valid' },
        { type: 'global_average_pool_2d' },
        { type: 'dense', units: 5, activation: 'none', dropout: 0 },
      ],
    },
    rule: { optimizer: { type: 'nag', learningRate: 0.01, momentum: 0.9 } },
  },
];

const ruleOf = (rule: Partial<LearningRule>): LearningRule => ({
  loss: 'cross-entropy',
  optimizer: { type: 'sgd', learningRate: 0.1 },
  propagation: 'bp',
  seed: 5,
  grapes: { ...TRAIN_DEFAULTS.grapes, mode: 'local' },
  ...rule,
});

async function open({ inputShape, model, rule }: Case, threads: number, fast = false): Promise<() => TrainingNetwork> {
  const plan = planNetwork(model, inputShape);
  const engine = await WasmEngine.open({ threads, fast }, plan, MAX_ROWS);
  return () => {
    const network = engine.build(plan, ruleOf(rule), MAX_ROWS);
    network.writeParameters(initialParameters(plan, 'he_uniform', 3));
    return network;
  };
}

/** Digests of everything that a network shows, by name. */
function train(network: TrainingNetwork): Record<string, string | number> {
  const rng = new Rng(8);
  const seen: Record<string, string | number> = {};
  const note = (name: string, arrays: readonly Float32Array[]): void => {
    const hash = createHash('sha256');
    for (const array of arrays) hash.update(new Uint8Array(array.slice().buffer));
    seen[name] = hash.digest('hex').slice(0, 16);
  };
  const fill = (): void => {
    network.input.forEach((_, i, input) => (input[i] = rng.range(-1, 1)));
    network.labels.forEach((_, i, labels) => (labels[i] = rng.below(5)));
  };
  BATCHES.forEach((rows, step) => {
    fill();
    seen[`loss ${String(step)}`] = network.step({ rows, step, learningRate: 0.01 }).loss;
  });
  note('weights', network.readParameters());
  note('optimizer', network.readOptimizer());
  note('gradients', network.gradients({ rows: MAX_ROWS, step: 9, learningRate: 0 }).gradients);
  note('weights after looking at gradients', network.readParameters());
  seen.evaluated = network.evaluate(MAX_ROWS).loss;
  note('outputs', [network.outputs]);
  note(
    'factors',
    network.modulations().flatMap((m) => [m.factors, m.responsibilities]),
  );
  return seen;
}

/** How the threads started since `before` end. */
async function exitCodes(before: number): Promise<number[]> {
  return Promise.all(
    started.slice(before).map((worker) => {
      worker.ref();
      // Not events.once, which rejects when the thread tells of an error first.
      return new Promise<number>((resolve) => worker.once('exit', resolve));
    }),
  );
}

t.test('recurrent and dense: three threads', async (test) => {
  const expected = train((await open(CASES[0], 1))());
  const before = started.length;
  const build = await open(CASES[0], 3);
  const network = build();
  test.same(train(network), expected);
  test.throws(build, { code: 'TRAIN_THREADS_FAILED' }, 'a crew serves one network');
  network.dispose();
  test.same(await exitCodes(before), [0, 0], 'threads end with their network');
});

t.test('convolutional: two and three threads', async (test) => {
  const expected = train((await open(CASES[1], 1))());
  const two = (await open(CASES[1], 2))();
  test.same(train(two), expected);
  two.dispose();
  const before = started.length;
  const three = (await open(CASES[1], 3))();
  test.same(train(three), expected);
  // Beyond the memory: a trap, in whichever thread comes there first.
  const fails = (rows: number): void => {
    test.throws(() => three.step({ rows, step: 0, learningRate: 0.1 }), { code: 'TRAIN_THREADS_FAILED' });
  };
  fails(1e7);
  await exitCodes(before);
  fails(1);
  three.dispose();
});

t.test('a thread that is killed: the others do not wait for it', async (test) => {
  const message = /2 worker threads .* have failed: 1 of them ended in the middle of the work/;
  for (const when of ['in the middle of a step', 'between steps'] as const) {
    const before = started.length;
    const network = (await open(CASES[0], 3))();
    const ended = exitCodes(before);
    network.step({ rows: 9, step: 0, learningRate: 0.01 });
    // Ends the thread wherever it is; the events of its end come only when this thread has time for them.
    const killed = started[before + 1].terminate();
    if (when === 'between steps') await killed;
    const begin = performance.now();
    test.throws(
      () => {
        // The one being killed may still do a step or two.
        for (let step = 1; step < 1000; step++) network.step({ rows: 9, step, learningRate: 0.01 });
      },
      { code: 'TRAIN_THREADS_FAILED', message, context: { threads: 3 } },
      when,
    );
    test.ok(performance.now() - begin < 10_000, 'soon');
    test.throws(() => network.evaluate(9), { code: 'TRAIN_THREADS_FAILED' }, 'and for good');
    network.dispose();
    await ended;
  }
});

t.test('a training whose thread is killed keeps the last epoch, and goes on from it', async (test) => {
  const dataset = makeDigits({ size: 7, trainSamples: 300, testSamples: 50, seed: 1 });
  const model: ModelSpec = { bias: true, layers: [dense(16, 'relu'), dense(10, 'none')] };
  const options: TrainOptions = { ...TRAIN_DEFAULTS, epochs: 300, checkpointEveryEpochs: 1000, threads: 2 };
  const place = { checkpointPath: 'runs/x/checkpoint/train.bin' };
  let saved: { readonly bytes: Uint8Array; readonly epoch: number } | null = null;
  const failed = trainWhole(dataset, model, options, {
    ...place,
    onCheckpoint: (bytes, epoch) => {
      saved = { bytes, epoch };
    },
    // It takes a while to die: in which epoch, nobody can know.
    onEpoch: ({ epoch }) => {
      if (epoch === 2) void started.at(-1)!.terminate();
    },
  });
  const error = await failed.then(
    () => test.fail('the training went on to its end'),
    (e: unknown) => e as ToolError,
  );
  const { bytes, epoch } = saved!;
  test.ok(epoch >= 2 && epoch < options.epochs, `killed after epoch ${String(epoch)}`);
  const context = { threads: 2, goodEpoch: epoch, checkpoint: place.checkpointPath };
  test.match(error, { code: 'TRAIN_THREADS_FAILED', context, hint: /--resume/ });
  const alone = { ...options, threads: 1, epochs: epoch + 2 };
  const resumed = await trainWhole(dataset, model, alone, { resumeFrom: bytes });
  const whole = await trainWhole(dataset, model, alone);
  test.same(resumed.output.tensors, whole.output.tensors);
});

t.test('automatic: threads where the work pays for them', async (test) => {
  const { model, inputShape, rule } = CASES[0];
  const plan = planNetwork(model, inputShape);
  const open = (batchSize: number): Promise<WasmEngine> =>
    WasmEngine.open({ threads: 'auto', fast: false }, plan, batchSize);
  const small = await open(1);
  test.match(small.description, '1 thread, deterministic');
  // Steps together and alone, as the clock wants it.
  const [one, some] = [small, await open(100_000)].map((engine) => engine.build(plan, ruleOf(rule), MAX_ROWS));
  for (let step = 0; step < 20; step++) {
    for (const network of [one, some]) {
      network.input.forEach((_, i, input) => (input[i] = ((i * 7 + step) % 13) / 13));
      network.labels.forEach((_, i, labels) => (labels[i] = (i + step) % 5));
      network.step({ rows: MAX_ROWS, step, learningRate: 0.01 });
    }
  }
  test.same(some.readParameters(), one.readParameters());
  some.dispose();
  const pace = new Pace();
  const ways = Array.from({ length: 300 }, () => {
    const together = pace.isTogether;
    pace.note(together ? 2 : 1);
    return together;
  });
  test.same(
    ways.flatMap((together, i) => (together ? [i] : [])),
    [0, 1, 2, 3, 4, 5, 256, 257, 258, 259, 260, 261],
    'alone where that is quicker, and another look later',
  );
});

t.test('fast: other bits, nearly the same numbers', async (test) => {
  const expected = train((await open(CASES[0], 1))());
  const actual = train((await open(CASES[0], 1, true))());
  test.not(actual.weights, expected.weights);
  test.ok(Math.abs(Number(actual.evaluated) - Number(expected.evaluated)) < 1e-3);
});
