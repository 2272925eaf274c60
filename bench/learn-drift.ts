/**
 * Learning on the device after the digits have turned by 30 degrees: GRAPES beside plain SGD, each at its own best
 * learning rate. Runs the reference arithmetic, which the device repeats bit for bit. The rate is chosen on one half
 * of the held-out turned digits and reported on the other. Prints a markdown table; about a minute.
 *
 *   npm run -s bench:learn-drift -- [SEEDS]
 */
import { TRAIN_DEFAULTS } from '../src/ir/train-defaults.js';
import { applyDrift } from '../src/dataset/drift.js';
import { makeDigits } from '../src/dataset/synthetic/digits.js';
import { firstSamples, readSample, type Samples } from '../src/ir/dataset.js';
import type { QuantizedGraph } from '../src/ir/graph.js';
import { LearnReference } from '../src/ir/learn/f32.js';
import type { GrapesMode } from '../src/ir/model-spec.js';
import { quantizeInput } from '../src/ir/quantize-input.js';
import type { Integers } from '../src/ir/tensor.js';
import { quantize } from '../src/quantize/quantize.js';
import { train } from '../src/train/trainer.js';

const SEEDS = Number(process.argv[2] ?? 5);
const STEPS = 2000;
const HELD_OUT = 1000;
const RATES = [0.001, 0.002, 0.005, 0.01, 0.02];
const MODES: readonly GrapesMode[] = ['off', 'propagating', 'local'];

interface World {
  readonly graph: QuantizedGraph;
  readonly stream: readonly Integers[];
  readonly streamLabels: Uint8Array;
  readonly heldOut: readonly Integers[];
  readonly heldOutLabels: Uint8Array;
}

async function makeWorld(seed: number): Promise<World> {
  const dense = (units: number, activation: 'relu' | 'none') =>
    ({ type: 'dense', units, activation, dropout: 0 }) as const;
  const dataset = makeDigits({ size: 14, trainSamples: 6000, testSamples: HELD_OUT, seed });
  const model = { bias: true, layers: [dense(32, 'relu'), dense(16, 'relu'), dense(10, 'none')] };
  const { output } = await train(dataset, model, {
    ...TRAIN_DEFAULTS,
    epochs: 15,
    batchSize: 32,
    optimizer: { type: 'momentum', learningRate: 0.03, momentum: 0.9 },
    initializer: 'he_uniform',
    validationFraction: 0,
    earlyStopPatience: null,
    schedule: { type: 'exponential', decay: 0.9 },
    checkpointEveryEpochs: 15,
    engine: 'wasm',
    seed,
  });
  const calibration = { method: 'minmax', percentile: 99.99, samples: 1000 } as const;
  const { output: graph } = quantize(output, firstSamples(dataset.train, 1000), {
    calibration,
    weights: 'per-channel',
    seed,
  });
  const turned = (samples: Samples): Samples =>
    applyDrift(samples, dataset.inputShape, { kind: 'rotate', degrees: 30 }, seed);
  const real = new Float32Array(dataset.test.inputSize);
  const inputs = (samples: Samples): Integers[] =>
    Array.from({ length: samples.count }, (_, n) => {
      readSample(samples, n, real);
      return quantizeInput(graph, real);
    });
  const stream = turned(firstSamples(dataset.train, STEPS));
  const heldOut = turned(dataset.test);
  return {
    graph,
    stream: inputs(stream),
    streamLabels: stream.labels,
    heldOut: inputs(heldOut),
    heldOutLabels: heldOut.labels,
  };
}

/** Accuracy on the first and on the second half of the held-out digits. */
function accuracies(reference: LearnReference, { heldOut, heldOutLabels }: World): [number, number] {
  const half = HELD_OUT / 2;
  const correct = [0, 0];
  heldOut.forEach((input, n) => {
    if (reference.predict(input) === heldOutLabels[n]) correct[n < half ? 0 : 1]++;
  });
  return [correct[0] / half, correct[1] / half];
}

const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
const deviation = (values: readonly number[]): number =>
  Math.sqrt(values.reduce((s, v) => s + (v - mean(values)) ** 2, 0) / (values.length - 1));
const percent = (values: readonly number[]): string =>
  `${(100 * mean(values)).toFixed(1)} ± ${(100 * deviation(values)).toFixed(1)}`;

/** [mode][rate][seed] → what chooses the rate, and what is reported. */
const results = MODES.map(() => RATES.map(() => [] as [number, number][]));
const before: number[] = [];
for (let seed = 1; seed <= SEEDS; seed++) {
  const world = await makeWorld(seed);
  MODES.forEach((grapes, m) => {
    RATES.forEach((learningRate, r) => {
      const spec = { layers: 'all', learningRate, grapes, nodeSums: 'round-robin' } as const;
      const reference = new LearnReference(world.graph, spec);
      reference.reset();
      if (m === 0 && r === 0) before.push(accuracies(reference, world)[1]);
      world.stream.forEach((input, n) => reference.step(input, world.streamLabels[n]));
      results[m][r].push(accuracies(reference, world));
    });
  });
}
const best = MODES.map((_, m) => {
  const scores = RATES.map((_rate, r) => mean(results[m][r].map(([choosing]) => choosing)));
  return scores.indexOf(Math.max(...scores));
});
const reported = (m: number, r: number): number[] => results[m][r].map(([, value]) => value);
console.log(`Before learning: ${percent(before)} %. After ${String(STEPS)} steps, ${String(SEEDS)} seeds:\n`);
console.log(`| GRAPES | ${RATES.join(' | ')} | best rate | minus plain SGD at its best |`);
console.log(`| --- |${' --- |'.repeat(RATES.length + 2)}`);
MODES.forEach((mode, m) => {
  const cells = RATES.map((_, r) => percent(reported(m, r)));
  const difference = reported(m, best[m]).map((v, s) => v - reported(0, best[0])[s]);
  console.log(`| ${[mode, ...cells, RATES[best[m]], percent(difference)].join(' | ')} |`);
});
