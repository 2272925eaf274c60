// The WebAssembly kernels against plain loops, and gradients against finite differences.
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import t from 'tap';
import type { FactorRule, GrapesMode } from '../../src/ir/model-spec.js';
import { planNetwork } from '../../src/ir/plan-network.js';
import { TRAIN_DEFAULTS } from '../../src/ir/train-defaults.js';
import * as elementwise from '../../src/train/engines/wasm/arithmetic/elementwise.js';
import * as matrix from '../../src/train/engines/wasm/arithmetic/matrix.js';
import { instantiateKernels } from '../../src/train/engines/wasm/kernels.js';
import type { LossArrays } from '../../src/train/engines/wasm/losses/loss.js';
import { Reconstruction } from '../../src/train/engines/wasm/losses/reconstruction.js';
import { SoftmaxCrossEntropy } from '../../src/train/engines/wasm/losses/softmax-cross-entropy.js';
import { Machine, type Floats } from '../../src/train/engines/wasm/machine.js';
import { Momentum } from '../../src/train/engines/wasm/optimizers/momentum.js';
import { Sgd } from '../../src/train/engines/wasm/optimizers/sgd.js';
import type { Parameter } from '../../src/train/engines/wasm/parameter.js';
import { WasmEngine } from '../../src/train/engines/wasm/wasm-engine.js';
import { WasmNetwork } from '../../src/train/engines/wasm/wasm-network.js';
import { modulationFactors } from '../../src/train/grapes/factor.js';
import { initialParameters } from '../../src/train/initializers.js';
import { Rng } from '../../src/util/rng.js';

const rng = new Rng(11);

function random(machine: Machine, length: number): Floats {
  const array = machine.floats(length);
  for (let i = 0; i < length; i++) array.values[i] = rng.range(-1, 1);
  return array;
}

function worst(actual: ArrayLike<number>, expected: (i: number) => number, n: number): number {
  let d = 0;
  for (let i = 0; i < n; i++) d = Math.max(d, Math.abs(actual[i] - expected(i)));
  return Number.isNaN(d) ? Infinity : d;
}

t.test('matrix products of every size around the tiles', (test) => {
  const machine = new Machine();
  const guard = 1234.5;
  let difference = 0;
  let touched = 0;
  for (const m of [1, 2, 4, 5, 7, 8]) {
    for (const n of [1, 3, 4, 7, 8, 9, 12, 13, 17]) {
      for (const k of [1, 2, 3, 4, 5, 8, 11]) {
        const a = random(machine, m * k);
        const b = random(machine, k * n);
        const c = machine.floats(m * n + 1);
        const [x, y] = [a.values.slice(), b.values.slice()];
        const sum = (term: (p: number) => number): number => {
          let s = 0;
          for (let p = 0; p < k; p++) s += term(p);
          return s;
        };
        const check = (expected: (r: number, q: number) => number): void => {
          difference = Math.max(
            difference,
            worst(c.values, (i) => expected(Math.floor(i / n), i % n), m * n),
          );
          if (c.values[m * n] !== guard) touched++;
        };
        c.values[m * n] = guard;
        matrix.matmulTransposedB(machine, a, b, c, m, n, k);
        check((r, q) => sum((p) => x[r * k + p] * y[q * k + p]));
        matrix.matmul(machine, a, b, c, m, n, k);
        check((r, q) => sum((p) => x[r * k + p] * y[p * n + q]));
        matrix.matmulTransposedA(machine, a, b, c, m, n, k, 0.5);
        check((r, q) => 0.5 * sum((p) => x[p * m + r] * y[p * n + q]));
      }
    }
  }
  test.ok(difference < 1e-5, String(difference));
  test.equal(touched, 0, 'nothing is written behind the end');
  test.end();
});

t.test('sums, scalings, updates', (test) => {
  const machine = new Machine();
  for (const [rows, cols] of [
    [1, 1],
    [3, 5],
    [4, 8],
    [5, 19],
  ]) {
    const n = rows * cols;
    const x = random(machine, n);
    const before = x.values.slice();
    const row = random(machine, cols);
    const column = random(machine, rows);
    const at = (i: number): [number, number] => [Math.floor(i / cols), i % cols];
    const is = (name: string, values: Float32Array, expected: (i: number) => number, count = n): void => {
      test.ok(worst(values, expected, count) < 2e-6, `${name} ${String(rows)}×${String(cols)}`);
    };
    const sumsOf = (pick: (i: number) => number, key: 0 | 1, count: number): number[] => {
      const sums = new Array<number>(count).fill(0);
      for (let i = 0; i < n; i++) sums[at(i)[key]] += pick(i);
      return sums;
    };
    const colSums = machine.floats(cols);
    matrix.columnSums(machine, x, colSums, rows, cols, 0.25);
    is('columnSums', colSums.values, (c) => 0.25 * sumsOf((i) => before[i], 1, cols)[c], cols);
    const rowSums = machine.floats(rows);
    matrix.absRowSums(machine, x, rowSums, rows, cols);
    is('absRowSums', rowSums.values, (r) => sumsOf((i) => Math.abs(before[i]), 0, rows)[r], rows);
    matrix.absColumnSums(machine, x, colSums, rows, cols);
    is('absColumnSums', colSums.values, (c) => sumsOf((i) => Math.abs(before[i]), 1, cols)[c], cols);
    matrix.scaleColumns(machine, x, row, rows, cols);
    is('scaleColumns', x.values, (i) => before[i] * row.values[at(i)[1]]);
    x.values.set(before);
    matrix.scaleRows(machine, x, column, rows, cols);
    is('scaleRows', x.values, (i) => before[i] * column.values[at(i)[0]]);
    x.values.set(before);
    matrix.addRow(machine, x, row, rows, cols);
    is('addRow', x.values, (i) => before[i] + row.values[at(i)[1]]);
    x.values.set(before);
    const g = random(machine, n);
    const learned = [{ values: x, gradient: g, product: null } as unknown as Parameter];
    new Sgd(machine, learned).step(0.5);
    is('sgd', x.values, (i) => before[i] - 0.5 * g.values[i]);
    x.values.set(before);
    const momentum = new Momentum(machine, learned, 0.9);
    const [v] = momentum.state;
    v.values.forEach((_, i, all) => (all[i] = rng.range(-1, 1)));
    const v0 = v.values.slice();
    momentum.step(0.5);
    is('momentum', v.values, (i) => 0.9 * v0[i] + 0.5 * g.values[i]);
    is('momentum', x.values, (i) => before[i] - (0.9 * v0[i] + 0.5 * g.values[i]));
  }
  test.end();
});

t.test('activations', (test) => {
  const machine = new Machine();
  const points = Float32Array.of(
    -30,
    -3,
    -1,
    -0.011,
    -0.0099,
    -1e-4,
    -1e-20,
    0,
    1e-20,
    1e-4,
    0.0099,
    0.011,
    0.5,
    9,
    89,
    Infinity,
    NaN,
  );
  const n = points.length;
  const y = machine.floats(n);
  const d = machine.floats(n);
  y.values.set(points);
  elementwise.activate(machine, 'tanh', y, n);
  points.forEach((x, i) => {
    const exact = Math.tanh(x);
    const near = Math.abs(y.values[i] - exact) <= Math.abs(exact) * 6.1e-8 || Object.is(y.values[i], exact);
    test.ok(near || Number.isNaN(x), `tanh ${String(x)} = ${String(y.values[i])}`);
  });
  test.ok(Number.isNaN(y.values[n - 1]));
  d.values.fill(2);
  elementwise.activateBackward(machine, 'tanh', d, y, n - 1);
  test.ok(worst(d.values, (i) => 2 * (1 - y.values[i] ** 2), n - 1) < 1e-6);
  y.values.set(points);
  elementwise.activate(machine, 'relu', y, n);
  test.same(
    [...y.values],
    [...points].map((x) => (x > 0 ? x : x <= 0 ? 0 : NaN)),
  );
  d.values.fill(3);
  elementwise.activateBackward(machine, 'relu', d, y, n);
  test.same(
    [...d.values],
    [...points].map((x) => (x > 0 ? 3 : 0)),
  );
  test.end();
});

/** Arrays of a loss in `machine`'s memory, all rows of weight 1. */
function lossArrays(machine: Machine, rows: number, values: number): LossArrays {
  const [output, delta, input] = Array.from({ length: 3 }, () => machine.floats(rows * values));
  const arrays = { output, delta, input, labels: machine.ints(rows), rowWeights: machine.floats(rows) };
  arrays.rowWeights.values.fill(1);
  return arrays;
}

t.test('softmax cross-entropy', (test) => {
  const machine = new Machine();
  const rows = [
    [1, 2, 3],
    [500, -500, 0],
    [-80, -80, -80],
  ];
  const arrays = lossArrays(machine, 3, 3);
  const { output: z, delta: d, labels, rowWeights } = arrays;
  const softmax = new SoftmaxCrossEntropy(machine, arrays, 3, 3);
  const { probabilities: p } = softmax;
  for (const weights of [
    [1, 1, 1],
    [0, 2, 0.5],
  ]) {
    z.values.set(rows.flat());
    labels.values.set([0, 1, 2]);
    rowWeights.values.set(weights);
    const { loss, correct } = softmax.evaluate(3);
    let expected = 0;
    rows.forEach((row, r) => {
      const top = Math.max(...row);
      const sum = row.reduce((s, v) => s + Math.exp(v - top), 0);
      row.forEach((v, c) => {
        const y = Math.exp(v - top) / sum;
        test.ok(Math.abs(p.values[3 * r + c] - y) < 1e-7);
        test.ok(Math.abs(d.values[3 * r + c] - weights[r] * (y - (r === c ? 1 : 0))) < 1e-7);
      });
      expected += weights[r] * (Math.log(sum) - (row[r] - top));
    });
    test.ok(Math.abs(loss - expected) < 1e-9 * expected, `${String(loss)} = ${String(expected)}`);
    test.same([...softmax.predicted.values], [2, 0, 0], 'the lowest index wins a tie');
    test.equal(correct, 0);
  }
  labels.values.set([2, 0, 1]);
  test.equal(softmax.evaluate(3).correct, 2, 'weights do not change what is right');
  z.values[1] = NaN;
  rowWeights.values.fill(1);
  test.ok(Number.isNaN(softmax.evaluate(1).loss), 'NaN is not hidden');
  test.end();
});

t.test('a gradient longer than clipNorm is shortened to it, over all parameters together', (test) => {
  const hidden = { type: 'dense', units: 150, activation: 'relu', dropout: 0 } as const;
  const last = { type: 'dense', units: 3, activation: 'none', dropout: 0 } as const;
  const plan = planNetwork({ bias: true, layers: [hidden, last] }, [140]);
  const weights = initialParameters(plan, 'he_uniform', 2);
  const at = { rows: 4, step: 0, learningRate: 0.5 };
  // The norm is below, at and above this one; 150 × 140 weights are more than one block of the sum.
  const stepWith = (clipNorm: number | null): { gradients: number[]; moved: number[] } => {
    const grapes = { ...TRAIN_DEFAULTS.grapes, mode: 'off' } as const;
    const rule = { ...TRAIN_DEFAULTS, grapes, clipNorm };
    const network = WasmEngine.solo().build(plan, rule, 4);
    network.writeParameters(weights);
    network.input.forEach((_, i, input) => (input[i] = ((i * 37) % 101) / 50 - 1));
    network.labels.set([0, 1, 2, 1]);
    const gradients = network.gradients(at).gradients.flatMap((g) => [...g]);
    network.step(at);
    const moved = network.readParameters().flatMap((w, p) => [...w].map((v, i) => (weights[p][i] - v) / 0.5));
    return { gradients, moved };
  };
  const free = stepWith(null);
  const length = Math.hypot(...free.gradients);
  for (const norm of [length / 1000, length / 3, length * 1.001, 1e6]) {
    const { gradients, moved } = stepWith(norm);
    test.same(gradients, free.gradients, 'what is looked at is not clipped');
    const factor = Math.min(1, norm / length);
    const worst = Math.max(...moved.map((m, i) => Math.abs(m - factor * gradients[i])));
    test.ok(worst < 1e-6 * Math.max(1, length), `${String(factor)}: ${String(worst)}`);
    test.ok(Math.abs(Math.hypot(...moved) / Math.min(norm, length) - 1) < 0.02, 'its length');
  }
  test.ok(length > 0.1);
  test.end();
});

t.test('reconstruction: mean squared error against the input', (test) => {
  const machine = new Machine();
  const arrays = lossArrays(machine, 2, 4);
  arrays.output.values.set([1, 2, 3, 4, 0, 0, 0, 1]);
  arrays.input.values.set([1, 0, 3, 3, 0, 0, 0, -3]);
  arrays.rowWeights.values.set([1, 0.5]);
  const { loss, correct } = new Reconstruction(machine, arrays, 4).evaluate(2);
  test.equal(loss, 5 / 4 + 0.5 * (16 / 4));
  test.equal(correct, 0);
  test.same([...arrays.delta.values], [0, 1, 0, 0.5, 0, 0, 0, 1], '2 · weight · difference / values');
  test.end();
});

t.test('dropout masks', (test) => {
  const machine = new Machine();
  const n = 20_000;
  const [a, b] = [machine.floats(n), machine.floats(n)];
  elementwise.dropoutMask(machine, a, n, 77, 0.75);
  const kept = a.values.filter((v) => v !== 0);
  test.ok(
    kept.every((v) => v === Math.fround(1 / 0.75)),
    'what is kept is scaled up',
  );
  test.ok(Math.abs(kept.length / n - 0.75) < 0.01, String(kept.length / n));
  elementwise.dropoutMask(machine, b, n, 77, 0.75);
  test.same(a.values, b.values, 'the same key draws the same mask');
  elementwise.dropoutMask(machine, b, n, 78, 0.75);
  const agree = a.values.filter((v, i) => v === b.values[i]).length / n;
  test.ok(Math.abs(agree - (0.75 * 0.75 + 0.25 * 0.25)) < 0.015, `another key, an independent mask: ${String(agree)}`);
  test.end();
});

t.test('gradients against finite differences', (test) => {
  for (const activation of ['relu', 'tanh', 'relu6', 'sigmoid'] as const) {
    for (const dropout of [0, 0.4]) {
      const network = smallNetwork(activation, dropout, 'off');
      const step = { rows: 5, step: 1, learningRate: 0 };
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
        gradient.forEach((analytic, i) => {
          const h = 1 / 256;
          const w = parameters[p][i];
          difference = Math.max(difference, Math.abs((lossAt(i, w + h) - lossAt(i, w - h)) / (2 * h * 5) - analytic));
        });
      });
      test.ok(difference < 2e-4, `${activation}, dropout ${String(dropout)}: ${String(difference)}`);
    }
  }
  test.end();
});

function smallNetwork(
  activation: 'relu' | 'tanh' | 'relu6' | 'sigmoid',
  dropout: number,
  mode: GrapesMode,
): WasmNetwork {
  const dense = (units: number) => ({ type: 'dense', units, activation, dropout }) as const;
  const model = { bias: true, layers: [dense(7), dense(6), { ...dense(3), activation: 'none', dropout: 0 } as const] };
  const plan = planNetwork(model, [5]);
  const rule = { ...TRAIN_DEFAULTS, grapes: { ...TRAIN_DEFAULTS.grapes, mode } };
  const network = new WasmNetwork(new Machine(), plan, rule, 5);
  const draw = new Rng(4);
  const parameters = initialParameters(plan, 'he_uniform', 2);
  // Weights and biases take turns.
  parameters.forEach((p, k) => {
    if (k % 2 === 1) p.forEach((_, i) => (p[i] = draw.range(-0.2, 0.2)));
  });
  network.writeParameters(parameters);
  for (let i = 0; i < 25; i++) network.input[i] = draw.range(-1, 1);
  for (let r = 0; r < 5; r++) network.labels[r] = r % 3;
  return network;
}

t.test('where the factor acts: the whole branch below, or one layer alone', (test) => {
  const step = { rows: 5, step: 0, learningRate: 0 };
  const gradients = (mode: GrapesMode): readonly Float32Array[] =>
    smallNetwork('tanh', 0, mode).gradients(step).gradients;
  const plain = gradients('off');
  const local = gradients('local');
  const propagating = gradients('propagating');
  const factors = smallNetwork('tanh', 0, 'local')
    .modulations()
    .map((m) => m.factors);
  // Parameters in order: weights and bias of layers 0, 1, 2 with 5, 7 and 6 inputs.
  const scaled = (p: number, inputs: number, layer: number): number =>
    worst(local[p], (i) => plain[p][i] * factors[layer][Math.floor(i / inputs)], plain[p].length);
  test.ok(Math.max(scaled(0, 5, 0), scaled(1, 1, 0), scaled(2, 7, 1), scaled(3, 1, 1)) < 1e-7, 'local scales rows');
  test.same(
    [propagating[2], propagating[3]].map(round),
    [local[2], local[3]].map(round),
    'the top hidden layer agrees',
  );
  test.notSame(round(propagating[0]), round(local[0]), 'below, the factor has travelled down');
  test.same([local[4], propagating[4]], [plain[4], plain[4]], 'the output layer is never modulated');
  test.end();
});

function round(values: Float32Array): number[] {
  return [...values].map((v) => Math.round(v * 1e6) / 1e6);
}

t.test('the update without its gradient written out has the same bits', (test) => {
  const plan = planNetwork(
    {
      bias: true,
      layers: [
        { type: 'dense', units: 13, activation: 'relu', dropout: 0 },
        { type: 'dense', units: 5, activation: 'none', dropout: 0 },
      ],
    },
    [11],
  );
  const rule = { ...TRAIN_DEFAULTS, optimizer: { type: 'sgd', learningRate: 0.3 } } as const;
  const build = (): WasmNetwork => {
    const network = new WasmNetwork(new Machine(), plan, rule, 7);
    network.writeParameters(initialParameters(plan, 'he_uniform', 1));
    network.input.forEach((_, i, all) => (all[i] = Math.sin(i + 1)));
    return network;
  };
  const rate = 0.3;
  for (const rows of [1, 7]) {
    const step = { rows, step: 0, learningRate: rate };
    const reference = build();
    const { gradients } = reference.gradients(step);
    reference.optimizer.step(rate);
    const network = build();
    network.layers[0].parameters[0].gradient.values.fill(NaN);
    network.step(step);
    test.ok(gradients[0].some((v) => v !== 0));
    test.same(network.readParameters(), reference.readParameters(), `${String(rows)} rows`);
  }
  test.end();
});

t.test('the factor', (test) => {
  const factors = (sums: number[], factor: FactorRule = 'per-node'): number[] => {
    const out = new Float32Array(sums.length);
    modulationFactors(Float32Array.from(sums), { factor, constant: 1.25 }, out);
    return [...out];
  };
  test.same(factors([4, 3, 2, 1, 0]), [2, 1.5, 1, 1, 1]);
  test.same(factors([0, 0]), [1, 1], 'a layer of zeros is left alone');
  test.same(factors([4, 2], 'layer-mean'), [1.5, 1.5]);
  test.same(factors([4, 2], 'constant'), [1.25, 1.25]);
  test.end();
});

t.test('kernels that are not built', (test) => {
  const file = pathToFileURL(join(mkdtempSync(join(tmpdir(), 'grapes-')), 'training.wasm'));
  test.throws(() => instantiateKernels(undefined as never, false, file), { code: 'TRAIN_ENGINE_NOT_BUILT' });
  test.end();
});
