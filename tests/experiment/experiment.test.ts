import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { BASIC_ARMS, GRAPES, INVERSE_IN_OUT, PLAIN } from '../../src/experiment/arms.js';
import { EXPERIMENTS, findExperiment } from '../../src/experiment/definitions/all.js';
import { mlp, training } from '../../src/experiment/definitions/layers.js';
import type { AdaptTask, Arm, Experiment, ExperimentCase, Task } from '../../src/experiment/experiment.js';
import { createJob, measuringJobs, tuningJobs, type JobResult } from '../../src/experiment/job.js';
import { prepareData, type ExperimentData } from '../../src/experiment/prepare-data.js';
import { parseResults, ResultsFile } from '../../src/experiment/results-file.js';
import { runExperiment } from '../../src/experiment/run-experiment.js';
import { runJob } from '../../src/experiment/run-job.js';
import { scaled } from '../../src/experiment/scale.js';
import { pairedDifference, studentCdf, studentQuantile } from '../../src/experiment/statistics.js';
import { summarize } from '../../src/experiment/summary.js';
import { continualMeasures } from '../../src/experiment/tasks/continual-task.js';
import { nodeFactors } from '../../src/experiment/tasks/node-rules.js';
import { masksOf } from '../../src/experiment/tasks/sparsity.js';
import { taskSequence } from '../../src/experiment/tasks/task-sequence.js';
import { timeTo } from '../../src/experiment/tasks/train-task.js';
import { Trainee } from '../../src/experiment/tasks/trainee.js';
import type { Samples } from '../../src/ir/dataset.js';
import { planNetwork } from '../../src/ir/plan-network.js';
import { sha256Hex } from '../../src/util/digest.js';
import { silentProgress } from '../../src/util/progress.js';
import { sharedFolder } from '../shared.js';

const RECIPE = { set: 'mnist', side: 14, train: 300, validation: 100, test: 200 } as const;
const nowhere = { from: null, cacheDir: join(t.testdir(), 'cache') };
const data = prepareData(RECIPE, nowhere);
const signal = new AbortController().signal;

const TINY: Experiment = {
  ...findExperiment('narrow'),
  data: RECIPE,
  cases: [caseOf(training(mlp([8], 'relu'), { epochs: 2, goal: 0.5 }))],
  arms: BASIC_ARMS,
  tuningSeeds: 1,
  seeds: 2,
};

function caseOf(task: Task): ExperimentCase {
  return { id: 'one', label: 'one', task, rates: [0.02, 0.1], fixedRates: [0.02] };
}

function digestOf(arrays: readonly Float32Array[]): string {
  return sha256Hex(...arrays.map((a) => new Uint8Array(a.buffer, a.byteOffset, a.byteLength)));
}

function near(actual: number, wanted: number, digits = 6): boolean {
  return Math.abs(actual - wanted) < 10 ** -digits;
}

void t.test('definitions compare what the documents promise', (t) => {
  for (const experiment of EXPERIMENTS) {
    const { name, arms, cases, seeds, data: recipe } = experiment;
    t.same(arms.slice(0, 3), BASIC_ARMS, `${name}: plain, GRAPES, layer mean`);
    t.ok(seeds >= 5, `${name}: at least five paired seeds`);
    t.equal(new Set(cases.map(({ id }) => id)).size, cases.length, name);
    for (const { id, task, rates } of cases) {
      const plan = planNetwork({ bias: false, layers: task.layers }, [recipe.side, recipe.side]);
      t.ok(plan.hidden.length > 0, `${name}/${id} has hidden nodes`);
      t.same(
        rates,
        [...rates].sort((a, b) => a - b),
        `${name}/${id}: an ascending grid`,
      );
    }
    const tuning = new Set(tuningJobs(experiment, 'x').map(({ seed }) => seed));
    const measuring = measuringJobs(experiment, 'x', () => 1);
    t.notOk(
      measuring.some(({ seed }) => tuning.has(seed)),
      `${name}: other seeds choose than measure`,
    );
  }
  t.throws(() => findExperiment('mnits'), { code: 'EXPERIMENT_UNKNOWN', message: /did you mean 'mnist'/ });
  t.end();
});

void t.test('statistics agree with published values', (t) => {
  // Student's sleep data (1908), as in R's documentation of t.test: t = -4.0621, df = 9, p = 0.002833.
  const first = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0];
  const second = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4];
  const sleep = pairedDifference(first, second);
  t.ok(
    near(sleep.mean, -1.58) && near(sleep.p, 0.002833) && near(sleep.low, -2.4598858) && near(sleep.high, -0.7001142),
  );
  // Tables of Student's t.
  for (const [freedom, quantile] of [
    [1, 12.7062047],
    [4, 2.7764451],
    [29, 2.0452296],
  ]) {
    t.ok(near(studentQuantile(0.975, freedom), quantile), `${String(freedom)} degrees of freedom`);
    t.ok(near(studentCdf(-quantile, freedom), 0.025));
  }
  t.match(pairedDifference([1, 2], [1, 2]), { mean: 0, low: 0, high: 0, p: 1 });
  t.end();
});

void t.test('measures by hand', (t) => {
  t.equal(timeTo([0.1, 0.5, 0.7, 0.9], 0.6), 1.5);
  t.equal(timeTo([0.1, 0.5], 0.6), 1, 'never reached: the whole length');
  t.equal(timeTo([0.7, 0.5], 0.6), 0);
  const table = [
    [0.9, 0.1, 0.1],
    [0.6, 0.8, 0.1],
    [0.7, 0.5, 0.9],
  ];
  const { accuracy, forgetting, backwardTransfer, learned } = continualMeasures(table);
  t.ok(near(accuracy, 0.7) && near(forgetting, (0.2 + 0.3) / 2) && near(backwardTransfer, -(0.2 + 0.3) / 2));
  t.ok(near(learned, (0.9 + 0.8 + 0.9) / 3));
  // Two nodes of sums in 1 and 4, out 2 and 1: 1/2 and 1/4, over their mean 3/8.
  const weights = [Float32Array.of(0.5, -0.5, -3, 1), Float32Array.of(-2, 1)];
  const factors = nodeFactors(weights, 2, 'inverse-in-out', 1);
  t.ok(near(factors[0], 4 / 3) && near(factors[1], 2 / 3));
  t.same([...nodeFactors(weights, 2, 'inverse-in-out-shuffled', 1)].sort(), [...factors].sort());
  t.end();
});

void t.test('a factor of 1 for every node is plain descent', async (t) => {
  const { dataset } = data;
  const task = TINY.cases[0].task;
  const learn = async (prepare: (trainee: Trainee) => void, arm = PLAIN): Promise<readonly Float32Array[]> => {
    const trainee = await Trainee.create(task, arm, dataset.inputShape, 3);
    prepare(trainee);
    trainee.learn(dataset.train, Uint32Array.of(0, 1, 2, 3), 0.05);
    return trainee.network.readParameters();
  };
  // Nodes of equal sums: the rule gives 1 to each.
  const even = (trainee: Trainee): void => {
    trainee.network.writeParameters(
      trainee.network.readParameters().map((w) => w.map((v, i) => (i % 2 === 0 ? 0.01 : -0.01) * Math.sign(v * v))),
    );
  };
  const [plain, ruled] = [await learn(even), await learn(even, INVERSE_IN_OUT)];
  const apart = Math.max(...plain.flatMap((w, p) => [...w.map((v, i) => Math.abs(v - ruled[p][i]))]));
  t.ok(apart < 1e-8, String(apart));
  const start = async (arm: Arm): Promise<string> =>
    digestOf((await Trainee.create(task, arm, dataset.inputShape, 3)).network.readParameters());
  t.equal(await start(GRAPES), await start(PLAIN), 'arms are paired');
  t.not(digestOf(await learn(() => undefined, GRAPES)), digestOf(await learn(() => undefined)));
});

void t.test('removed weights stay removed', async (t) => {
  const { dataset } = data;
  const trainee = await Trainee.create(TINY.cases[0].task, PLAIN, dataset.inputShape, 1);
  const { plan } = trainee.network;
  const weights = trainee.network.readParameters();
  const pruned = masksOf({ kind: 'pruned', fraction: 0.75 }, plan, weights, 1)!;
  t.same(
    pruned.map((m) => m.filter((v) => v === 1).length / m.length),
    [0.25, 0.25],
  );
  const least = Math.min(...weights[0].filter((_, i) => pruned[0][i] === 1).map(Math.abs));
  t.ok(weights[0].every((v, i) => pruned[0][i] === 1 || Math.abs(v) < least));
  trainee.keepOnly(pruned);
  trainee.pass(dataset.train, 0.05, 'x');
  const after = trainee.network.readParameters();
  t.ok(after.every((w, p) => w.every((v, i) => (v === 0) === (pruned[p][i] === 0))));

  const [fan] = masksOf({ kind: 'unequal-fan-in' }, plan, weights, 1)!;
  const inputs = fan.length / 8;
  const shares = Array.from(
    { length: 8 },
    (_, j) => fan.subarray(j * inputs, (j + 1) * inputs).reduce((a, b) => a + b) / inputs,
  );
  t.ok(
    shares.every((share, j) => Math.abs(share - (j + 1) / 8) < 0.12),
    shares.join(' '),
  );
});

void t.test('task sequences', (t) => {
  const base = { kind: 'continual', tasks: 5, optimizer: 'sgd', propagation: 'bp', batchSize: 8, layers: [] } as const;
  const { dataset } = data;
  const permuted = taskSequence({ ...base, sequence: 'permuted' }, data, 'measure', 1);
  t.ok(permuted[0].measured === dataset.test, 'the first task is the pictures as they are');
  // Of the second picture: the same pixels in another order.
  const second = (samples: Samples): number[] => [...samples.values.subarray(196, 2 * 196)];
  const ascending = (pixels: number[]): string => pixels.sort((a, b) => a - b).join(' ');
  t.not(second(permuted[3].measured).join(' '), second(dataset.test).join(' '));
  t.equal(ascending(second(permuted[3].measured)), ascending(second(dataset.test)));
  t.equal(
    permuted.reduce((n, { train }) => n + train.count, 0),
    dataset.train.count,
    'no sample is learned twice',
  );
  const pairs = taskSequence({ ...base, sequence: 'split-pairs' }, data, 'tune', 1);
  t.ok(pairs.every(({ train }) => new Set(train.labels).size === 2 && Math.max(...train.labels) === 1));
  const classes = taskSequence({ ...base, sequence: 'split-classes' }, data, 'tune', 1);
  t.same(
    classes.map(({ train }) => [...new Set(train.labels)].sort()),
    [
      [0, 1],
      [2, 3],
      [4, 5],
      [6, 7],
      [8, 9],
    ],
  );
  t.end();
});

void t.test('tuning never sees test samples, measuring never sees validation samples', async (t) => {
  // Labels that nothing can learn, in one part only.
  const spoiled = (part: 'validation' | 'test'): ExperimentData => {
    const samples = data.dataset[part];
    return {
      ...data,
      dataset: { ...data.dataset, [part]: { ...samples, labels: samples.labels.map((l) => (l + 1) % 10) } },
    };
  };
  const adapt: AdaptTask = {
    ...(findExperiment('node-wise').cases.find(({ id }) => id === 'shift')!.task as AdaptTask),
    steps: 60,
  };
  const continual = { ...findExperiment('continual').cases[2].task, layers: mlp([16], 'relu') };
  for (const task of [training(mlp([16], 'relu'), { epochs: 3, goal: 0.5 }), continual, adapt]) {
    const scores: JobResult[] = [];
    for (const phase of ['tune', 'measure'] as const) {
      const job = createJob(
        { case: caseOf(task), arm: PLAIN, dataDigest: data.digest },
        { phase, rate: 0.02, seed: 1 },
      );
      const unused = spoiled(phase === 'tune' ? 'test' : 'validation');
      const result = await runJob(job, data);
      t.same(await runJob(job, unused), result, `${task.kind}, ${phase}`);
      t.notSame(await runJob(job, spoiled(phase === 'tune' ? 'validation' : 'test')), result);
      scores.push(result);
    }
    t.ok(scores.every(({ curve, measures }) => measures['accuracy'] === curve.at(-1) || task.kind === 'continual'));
  }
});

void t.test('a rate that is far too high is a result: guessing', async (t) => {
  const job = createJob(
    { case: TINY.cases[0], arm: GRAPES, dataDigest: data.digest },
    { phase: 'measure', rate: 1e6, seed: 1 },
  );
  t.match(await runJob(job, data), { diverged: true, measures: { accuracy: 0.1 }, curve: { length: 3 } });
});

void t.test('a run goes on where it was stopped, with any number of workers, to the same results', async (t) => {
  const dir = t.testdir();
  const options = { workers: 1, progress: silentProgress, signal };
  const whole = await runExperiment(TINY, data, ResultsFile.open(join(dir, 'whole.jsonl')), options);
  t.equal(whole.ran, whole.results.length);
  t.equal(
    whole.results.length,
    3 * 2 +
      3 * 2 +
      [...new Set(whole.results.filter((r) => r.phase === 'measure' && r.rate === 0.1).map((r) => r.arm))].length * 2,
  );

  const lines = readFileSync(join(dir, 'whole.jsonl'), 'utf8').trimEnd().split('\n');
  const path = join(dir, 'cut.jsonl');
  writeFileSync(path, `${lines.slice(0, 4).join('\n')}\n${lines[4].slice(0, 30)}`);
  const rest = await runExperiment(TINY, data, ResultsFile.open(path), { ...options, workers: 2 });
  t.same(rest.results, whole.results);
  t.equal(rest.ran, whole.ran - 4);
  t.equal((await runExperiment(TINY, data, ResultsFile.open(path), options)).ran, 0);
  t.equal(parseResults(readFileSync(path, 'utf8'), path).length, whole.results.length, 'no line twice, none cut');

  appendFileSync(path, '{"key":"half"}\n');
  t.throws(() => ResultsFile.open(path), { code: 'EXPERIMENT_RESULTS_INVALID', context: { line: lines.length + 1 } });
  const stopped = AbortSignal.abort(new Error('stop'));
  for (const workers of [1, 2]) {
    const fresh = ResultsFile.open(join(dir, `fresh-${String(workers)}.jsonl`));
    await t.rejects(runExperiment(TINY, data, fresh, { ...options, workers, signal: stopped }), { message: 'stop' });
  }
});

void t.test('the summary pairs seeds and takes the rate that validation chose', (t) => {
  const line = (arm: string, phase: 'tune' | 'measure', rate: number, seed: number, accuracy: number): JobResult => ({
    ...{ key: `${arm}${phase}${String(rate)}${String(seed)}`, case: 'one', arm, phase, rate, seed, diverged: false },
    measures: { accuracy },
    curve: [0.1, accuracy],
  });
  const results = BASIC_ARMS.flatMap(({ id }, a) => [
    line(id, 'tune', 0.02, 1001, 0.5),
    line(id, 'tune', 0.1, 1001, id === 'grapes' ? 0.4 : 0.6),
    // Out of order: pairs are made by seed.
    ...[0.02, 0.1].flatMap((rate) =>
      (a === 1 ? [2, 1] : [1, 2]).map((seed) => line(id, 'measure', rate, seed, 0.5 + 0.1 * seed + 0.01 * a + rate)),
    ),
  ]);
  const [{ tuned, fixed }] = summarize(TINY, results);
  t.same(
    tuned.map(({ rate }) => rate),
    [0.1, 0.02, 0.1],
  );
  t.ok(near(tuned[2].minusPlain!.mean, 0.02) && near(tuned[2].minusPlain!.deviation, 0));
  t.ok(near(tuned[1].minusLayerMean!.mean, -0.09));
  t.equal(tuned[0].minusPlain, null);
  t.ok(near(fixed[0].arms[1].minusPlain!.mean, 0.01) && fixed[0].rate === 0.02);
  t.end();
});

void t.test('data: real pictures where they are, drawn digits elsewhere', (t) => {
  t.ok(data.standIn && data.dataset.name.startsWith('synthetic-digits'));
  t.same([data.dataset.train.count, data.dataset.validation.count, data.dataset.test.count], [300, 100, 200]);
  t.throws(() => prepareData(RECIPE, { ...nowhere, from: '/nonexistent' }), { code: 'DATASET_NOT_DOWNLOADED' });
  const quick = scaled(findExperiment('mnist'), { quick: true, seeds: null });
  t.match(quick, { seeds: 2, tuningSeeds: 1, data: { train: 1000 } });
  t.end();
});

const shared = sharedFolder('data');
void t.test('MNIST at half size', { skip: shared === null && 'no ../shared/data' }, (t) => {
  const small = prepareData(RECIPE, { ...nowhere, from: shared });
  const full = prepareData({ ...RECIPE, side: 28 }, { ...nowhere, from: join(shared!, 'mnist') });
  t.notOk(small.standIn);
  t.same(
    [small.dataset.inputShape, full.dataset.inputShape],
    [
      [14, 14],
      [28, 28],
    ],
  );
  // Pixel (3, 5) of the second validation sample, by hand.
  const at = full.dataset.validation.values.subarray(784);
  const four = [6 * 28 + 10, 6 * 28 + 11, 7 * 28 + 10, 7 * 28 + 11].reduce((s, i) => s + at[i], 0);
  t.equal(small.dataset.validation.values[196 + 3 * 14 + 5], Math.floor((four + 2) / 4));
  t.same(small.dataset.test.labels.slice(0, 5), [7, 2, 1, 0, 4], 'the first test digits of MNIST');
  t.end();
});
