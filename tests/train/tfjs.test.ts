// The tfjs engine alone: all reference vectors, and its gradients against finite differences on every layer type.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import type { ModelSpec } from '../../src/ir/model-spec.js';
import { planNetwork } from '../../src/ir/plan-network.js';
import type { GrapesOptions, OptimizerOptions } from '../../src/ir/options.js';
import { TRAIN_DEFAULTS } from '../../src/ir/train-defaults.js';
import type { LearningRule } from '../../src/train/engine.js';
import { TfjsEngine } from '../../src/train/engines/tfjs/tfjs-engine.js';
import type { TfjsNetwork } from '../../src/train/engines/tfjs/tfjs-network.js';
import { Rng } from '../../src/util/rng.js';
import { sharedFolder } from '../shared.js';
import type { GoldenCase, GoldenFile } from './golden-run.js';
import { layerCases } from './layer-cases.js';

/** Absolute, in float32 after eight batches. */
const TOLERANCE = 1e-5;
const FILES = [
  'net12-8-6-4_b1',
  ...['sgd', 'mom', 'nag', 'rmsprop', 'adam', 'dropout'].map((name) => `net12-8-6-4_b4_${name}`),
  'net20-16-10_b1',
  'net20-16-10_b4',
];

interface ReferenceFile extends GoldenFile {
  readonly feedback_FA: readonly (readonly (readonly number[])[])[];
  readonly feedback_DFA: readonly (readonly (readonly number[])[])[];
}

const reference = sharedFolder('reference/grapes');
const skip = reference === null ? 'the reference vectors are not here' : false;
t.test('all 81 cases of the authors’ code', { skip }, async (test) => {
  let count = 0;
  for (const name of FILES) {
    const file = JSON.parse(readFileSync(join(reference ?? '', `${name}.json`), 'utf8')) as ReferenceFile;
    for (const golden of file.cases) {
      count++;
      const difference = await differenceFrom(file, golden);
      const { learn, update, activation } = golden;
      test.ok(difference < TOLERANCE, `${name} ${learn} ${update} ${activation}: ${String(difference)}`);
    }
  }
  test.equal(count, 81);
});

function ruleOf({ learn, update, eta }: GoldenCase): LearningRule {
  const optimizers: Readonly<Record<string, OptimizerOptions>> = {
    SGD: { type: 'sgd', learningRate: eta },
    mom: { type: 'momentum', learningRate: eta, momentum: 0.9 },
    NAG: { type: 'nag', learningRate: eta, momentum: 0.9 },
    rmsprop: { type: 'rmsprop', learningRate: eta, decay: 0.9, epsilon: 1e-8 },
    Adam: { type: 'adam', learningRate: eta, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 },
  };
  const grapes: GrapesOptions = {
    ...TRAIN_DEFAULTS.grapes,
    mode: learn.endsWith('grapes') ? 'propagating' : 'off',
    variant: 'reference',
  };
  const propagation = learn.startsWith('DFA') ? 'dfa' : learn.startsWith('FA') ? 'fa' : 'bp';
  return { loss: 'cross-entropy', optimizer: optimizers[update], grapes, propagation, seed: 1 };
}

/** Weights after each batch, outputs and factors: the largest absolute difference. */
async function differenceFrom(file: ReferenceFile, golden: GoldenCase): Promise<number> {
  const { layers: sizes, batch_size: rows, batches } = file;
  const top = sizes.length - 2;
  const model: ModelSpec = {
    bias: false,
    layers: sizes.slice(1).map((units, l) => ({
      type: 'dense',
      units,
      activation: l === top ? 'none' : (golden.activation as 'relu' | 'tanh'),
      dropout: l === top ? 0 : 1 - golden.dropout_keep,
    })),
  };
  const plan = planNetwork(model, [sizes[0]]);
  const rule = ruleOf(golden);
  const engine = await TfjsEngine.open(plan, ['cpu']);
  const network = engine.build(plan, rule, 8) as TfjsNetwork;
  network.writeParameters(file.w0.map((w) => Float32Array.from(w.flat())));
  if (rule.propagation === 'fa') network.writeFeedback(file.feedback_FA.map(transposed));
  if (rule.propagation === 'dfa') network.writeFeedback(file.feedback_DFA.map((b) => Float32Array.from(b.flat())));
  let difference = 0;
  const compare = (actual: ArrayLike<number>, expected: readonly number[]): void => {
    expected.forEach((v, i) => (difference = Math.max(difference, Math.abs(actual[i] - v))));
    if (expected.some((_, i) => Number.isNaN(actual[i]))) difference = Infinity;
  };
  const load = (from: number, count: number): void => {
    network.input.set(file.inputs.slice(from, from + count).flat());
    network.labels.set(file.labels.slice(from, from + count));
  };
  const classes = sizes[sizes.length - 1];
  const dropouts = plan.layers.filter(({ spec }) => spec.type === 'dropout');
  for (let batch = 0; batch < batches; batch++) {
    const from = batch * rows;
    load(from, rows);
    const masks = golden.drop_masks?.slice(from, from + rows);
    if (masks !== undefined) {
      network.draws.fixedMasks = new Map(
        dropouts.map(({ name }, l) => [name, Float32Array.from(masks.flatMap((sample) => sample[l]))]),
      );
    }
    network.step({ rows, step: batch, learningRate: golden.eta });
    for (let r = 0; r < rows; r++) {
      compare(softmax(network.outputs.subarray(r * classes, (r + 1) * classes)), golden.train_outputs[from + r]);
    }
    network.readParameters().forEach((weights, l) => {
      compare(weights, golden.weights[batch][l].flat());
    });
  }
  load(0, 8);
  network.evaluate(8);
  for (let r = 0; r < 8; r++) {
    compare(softmax(network.outputs.subarray(r * classes, (r + 1) * classes)), golden.final_outputs[r]);
  }
  network.dispose();
  return difference;
}

function transposed(matrix: readonly (readonly number[])[]): Float32Array {
  return Float32Array.from(matrix[0].flatMap((_, c) => matrix.map((row) => row[c])));
}

function softmax(z: Float32Array): number[] {
  const top = Math.max(...z);
  const e = [...z].map((v) => Math.exp(v - top));
  const sum = e.reduce((a, b) => a + b);
  return e.map((v) => v / sum);
}

t.test('factors in force are kept, and not touched by looking at them', async (test) => {
  const { layers, inputShape } = layerCases()[0];
  const plan = planNetwork({ bias: true, layers }, inputShape);
  const engine = await TfjsEngine.open(plan, ['cpu']);
  const rule = { ...TRAIN_DEFAULTS, grapes: { ...TRAIN_DEFAULTS.grapes, everySteps: 4 } };
  const build = (): TfjsNetwork => {
    const network = engine.build(plan, rule, 2) as TfjsNetwork;
    network.input.forEach((_, i) => (network.input[i] = (i % 5) / 5));
    return network;
  };
  const step = (network: TfjsNetwork, n: number): void => void network.step({ rows: 2, step: n, learningRate: 1 });
  const [whole, resumed] = [build(), build()];
  for (let n = 0; n < 2; n++) step(whole, n);
  const now = whole.modulations().map(({ factors }) => [...factors]);
  resumed.writeParameters(whole.readParameters());
  resumed.writeOptimizer(whole.readOptimizer());
  test.notSame(
    whole.readOptimizer().map((factors) => [...factors]),
    now,
    'the factors in force are older than the weights',
  );
  step(whole, 2);
  step(resumed, 2);
  test.same(resumed.readParameters(), whole.readParameters());
  for (const network of [whole, resumed]) network.dispose();
});

t.test('a loss that is not a number changes nothing', async (test) => {
  const { layers, inputShape } = layerCases()[0];
  const plan = planNetwork({ bias: true, layers }, inputShape);
  const engine = await TfjsEngine.open(plan, ['cpu']);
  const network = engine.build(plan, { ...TRAIN_DEFAULTS }, 2);
  const before = network.readParameters();
  network.input[3] = NaN;
  const { loss } = network.step({ rows: 2, step: 0, learningRate: 0.1 });
  test.ok(Number.isNaN(loss));
  test.same(network.readParameters(), before);
  test.equal(network.firstNonFinite(), null);
  before[2][1] = Infinity;
  network.writeParameters(before);
  test.equal(network.firstNonFinite(), 'dense_1_weights');
  network.dispose();
});

t.test('gradients against finite differences, on every layer type', async (test) => {
  for (const { name, inputShape, layers, stepwise } of layerCases()) {
    if (stepwise === true) continue;
    const plan = planNetwork({ bias: true, layers }, inputShape);
    const engine = await TfjsEngine.open(plan, ['cpu']);
    const network = engine.build(plan, { ...TRAIN_DEFAULTS, grapes: { ...TRAIN_DEFAULTS.grapes, mode: 'off' } }, 3);
    const rng = new Rng(3);
    for (let i = 0; i < network.input.length; i++) network.input[i] = rng.range(-1, 1);
    network.labels.set([0, 1, 2]);
    network.rowWeights.set([1, 0.5, 2]);
    const step = { rows: 3, step: 0, learningRate: 0 };
    const { gradients } = network.gradients(step);
    const parameters = network.readParameters();
    let difference = 0;
    gradients.forEach((gradient, p) => {
      const lossAt = (i: number, w: number): number => {
        const before = parameters[p][i];
        parameters[p][i] = w;
        network.writeParameters(parameters);
        parameters[p][i] = before;
        return network.gradients(step).result.loss;
      };
      // Up to four elements of each parameter: plain JavaScript is slow.
      for (let k = 0; k < Math.min(4, gradient.length); k++) {
        const i = Math.floor((k * gradient.length) / 4);
        const h = 1 / 256;
        const w = parameters[p][i];
        const slope = (lossAt(i, w + h) - lossAt(i, w - h)) / (2 * h * 3);
        difference = Math.max(difference, Math.abs(slope - gradient[i]));
      }
    });
    test.ok(difference < 1e-3, `${name}: ${String(difference)}`);
    network.dispose();
  }
});
