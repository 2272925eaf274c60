import { readFileSync } from 'node:fs';
import t from 'tap';
import type { Activation, QuantizedGraph } from '../../src/ir/graph.js';
import type { DenseLayerStart } from '../../src/ir/learn/dense-learner.js';
import { DenseLearner } from '../../src/ir/learn/dense-learner.js';
import { LearnReference } from '../../src/ir/learn/f32.js';
import { bitsOf, expf, logf, tanhf } from '../../src/ir/learn/math-f32.js';
import { factorSpread, modulationFactors } from '../../src/ir/learn/node-sums.js';
import { hashWords } from '../../src/ir/learn/state-hash.js';
import { trainedPart } from '../../src/ir/learn/trained-layers.js';
import type { LearnSpec } from '../../src/ir/learn-spec.js';
import { runInt8 } from '../../src/ir/interpret.js';
import { Rng } from '../../src/util/rng.js';
import { randomQuantizedGraph } from './graphs.js';

const GOLDEN = new URL('../vectors/grapes/net12-8-6-4_b1.json', import.meta.url);

interface GoldenFile {
  readonly layers: readonly number[];
  readonly w0: readonly number[][][];
  readonly inputs: readonly number[][];
  readonly labels: readonly number[];
  readonly cases: readonly {
    readonly learn: string;
    readonly update: string;
    readonly activation: Activation;
    readonly eta: number;
    readonly weights: readonly number[][][][];
    readonly train_outputs: readonly number[][];
    readonly factors_batch1?: readonly number[][];
  }[];
}

void t.test('the golden vectors of the GRAPES reference, batch 1', async (t) => {
  const file = JSON.parse(readFileSync(GOLDEN, 'utf8')) as GoldenFile;
  let cases = 0;
  for (const c of file.cases) {
    if (c.update !== 'SGD' || !['BP', 'BPgrapes'].includes(c.learn)) continue;
    cases++;
    const learner = new DenseLearner(
      file.w0.map((w, k) => ({
        inputs: w[0].length,
        outputs: w.length,
        weights: Float32Array.from(w.flat()),
        bias: null,
        activation: k === file.w0.length - 1 ? ('none' as const) : c.activation,
        hidden: k < file.w0.length - 1,
      })),
      { learningRate: c.eta, grapes: c.learn === 'BP' ? 'off' : 'propagating', nodeSums: 'every-step' },
    );
    let worst = 0;
    const compare = (a: Float32Array, b: readonly number[]): void => {
      for (let i = 0; i < b.length; i++) worst = Math.max(worst, Math.abs(a[i] - b[i]));
    };
    for (let n = 0; n < file.inputs.length; n++) {
      learner.input.set(file.inputs[n]);
      const { factors } = learner.step(file.labels[n]);
      compare(learner.probabilities(), c.train_outputs[n]);
      for (let k = 0; k < file.w0.length; k++) compare(learner.weights(k), c.weights[n][k].flat());
      if (n === 0 && c.factors_batch1 !== undefined) {
        c.factors_batch1.forEach((m, k) => {
          const mean = m.reduce((a, b) => a + b, 0) / m.length;
          compare(Float32Array.of(factors[k].min, factors[k].mean, factors[k].max), [
            Math.min(...m),
            mean,
            Math.max(...m),
          ]);
        });
      }
    }
    t.ok(worst < 1e-5, `${c.learn} ${c.activation}: worst difference ${worst}`);
  }
  t.equal(cases, 3);
});

function randomLayers(
  seed: number,
  sizes: readonly number[],
  activation: Activation,
  bias: boolean,
): DenseLayerStart[] {
  const rng = new Rng(seed);
  return sizes.slice(1).map((outputs, k) => ({
    inputs: sizes[k],
    outputs,
    weights: Float32Array.from({ length: outputs * sizes[k] }, () => rng.range(-1, 1) * Math.sqrt(3 / sizes[k])),
    bias: bias ? Float32Array.from({ length: outputs }, () => rng.range(-0.5, 0.5)) : null,
    activation: k === sizes.length - 2 ? 'none' : activation,
    hidden: k < sizes.length - 2,
  }));
}

const DENSE = { learningRate: 2 ** -10, grapes: 'off', nodeSums: 'every-step' } as const;

/** Cross-entropy in double, written apart from the learner. */
function lossInDouble(layers: readonly DenseLayerStart[], input: Float32Array, label: number): number {
  let x = Float64Array.from(input);
  for (const l of layers) {
    x = Float64Array.from({ length: l.outputs }, (_, o) => {
      let s = l.bias === null ? 0 : l.bias[o];
      for (let i = 0; i < l.inputs; i++) s += l.weights[o * l.inputs + i] * x[i];
      return l.activation === 'relu' ? Math.max(0, s) : l.activation === 'tanh' ? Math.tanh(s) : s;
    });
  }
  const max = Math.max(...x);
  return Math.log(x.reduce((a, z) => a + Math.exp(z - max), 0)) + max - x[label];
}

void t.test('one step follows the gradient: finite differences in double', async (t) => {
  for (const activation of ['relu', 'tanh'] as const) {
    const layers = randomLayers(3, [6, 5, 4, 3], activation, true);
    const learner = new DenseLearner(layers, DENSE);
    const input = Float32Array.from({ length: 6 }, (_, i) => Math.sin(i + 1));
    learner.input.set(input);
    const { loss } = learner.step(2);
    t.ok(Math.abs(loss - lossInDouble(layers, input, 2)) < 1e-6);
    const after = new Float32Array(learner.stateWords.buffer);
    let at = 0;
    let worst = 0;
    for (const l of layers) {
      for (const values of [l.weights, l.bias!]) {
        for (let i = 0; i < values.length; i++) {
          const kept = values[i];
          const h = 2 ** -10;
          values[i] = kept + h;
          const up = lossInDouble(layers, input, 2);
          values[i] = kept - h;
          const gradient = (up - lossInDouble(layers, input, 2)) / (2 * h);
          values[i] = kept;
          worst = Math.max(worst, Math.abs((kept - after[at++]) / DENSE.learningRate - gradient));
        }
      }
    }
    t.ok(worst < 2e-4, `${activation}: worst difference ${worst}`);
  }
});

void t.test('propagating and local factors act where section 1 of the definition says', async (t) => {
  const layers = randomLayers(9, [6, 5, 4, 3], 'tanh', true);
  const steps = (grapes: LearnSpec['grapes']): Float32Array[] => {
    const learner = new DenseLearner(layers, { ...DENSE, grapes });
    for (let i = 0; i < 6; i++) learner.input[i] = Math.cos(i);
    learner.step(1);
    return layers.map((l, k) => learner.weights(k).map((w, i) => (l.weights[i] - w) / DENSE.learningRate));
  };
  const factors = layers.map((l) => {
    const sums = Array.from({ length: l.outputs }, (_, o) =>
      l.weights.subarray(o * l.inputs, (o + 1) * l.inputs).reduce((a, w) => a + Math.abs(w), 0),
    );
    return sums.map((s) => Math.max(1, (2 * s) / Math.max(...sums)));
  });
  const [off, local, propagating] = (['off', 'local', 'propagating'] as const).map(steps);
  const near = (a: number, b: number): boolean => Math.abs(a - b) < 1e-3;
  t.ok(factors[0].some((m) => m > 1.05) && factors[1].some((m) => m > 1.05), 'the factors differ from 1');
  for (let k = 0; k < 3; k++) {
    const m = (i: number): number => (k === 2 ? 1 : factors[k][Math.floor(i / layers[k].inputs)]);
    t.ok(
      local[k].every((g, i) => near(g, off[k][i] * m(i))),
      `local, layer ${k}: its own rows scaled`,
    );
    if (k > 0)
      t.ok(
        propagating[k].every((g, i) => near(g, off[k][i] * m(i))),
        `propagating, layer ${k}`,
      );
  }
  t.notOk(
    propagating[0].every((g, i) => near(g, local[0][i])),
    'the lowest layer also gets the factor from above',
  );
});

void t.test('node sums: round robin sums one row a step, every-step all of them', async (t) => {
  const layers = randomLayers(5, [4, 3, 2], 'relu', false);
  const start = (nodeSums: LearnSpec['nodeSums']): DenseLearner =>
    new DenseLearner(layers, { learningRate: 0.5, grapes: 'propagating', nodeSums });
  const sums = (l: DenseLearner): Float32Array => new Float32Array(l.stateWords.buffer).slice(12, 15);
  const fresh = (l: DenseLearner): number[] =>
    [0, 1, 2].map((o) =>
      l
        .weights(0)
        .subarray(4 * o, 4 * o + 4)
        .reduce((a, w) => Math.fround(a + Math.abs(w)), 0),
    );
  const lazy = start('round-robin');
  const eager = start('every-step');
  for (let n = 0; n < 7; n++) {
    const before = [...sums(lazy)];
    const wanted = before.map((s, o) => (o === n % 3 ? fresh(lazy)[o] : s));
    const all = fresh(eager);
    for (const l of [lazy, eager]) {
      l.input.set([1, -0.5, 0.25, n / 7]);
      l.step(n % 2);
    }
    t.same([...sums(lazy)], wanted);
    t.same([...sums(eager)], all);
  }
  lazy.reset();
  t.same([...sums(lazy)], fresh(lazy));
  t.equal(lazy.stepCount, 0);
  t.equal(new DenseLearner(layers, DENSE).stateWords.length, 12 + 6, 'no sums with GRAPES off');
});

void t.test('factors: range, strongest node, all-zero layer, one ulp above two', async (t) => {
  const out = new Float32Array(3);
  modulationFactors(Float32Array.of(1, 0.25, 0.75), out);
  t.same([...out], [2, 1, 1.5]);
  t.same(factorSpread(out), { min: 1, mean: 1.5, max: 2 });
  modulationFactors(new Float32Array(3), out);
  t.same([...out], [1, 1, 1]);
  const rng = new Rng(2);
  for (let n = 0; n < 20000; n++) {
    modulationFactors(Float32Array.of(rng.uniform() * 100, rng.uniform(), 0), out);
    if (out.some((m) => m < 1 || m > 2)) t.fail(`factors ${out.join(' ')}`);
  }
});

void t.test('the hash: worked example of docs/numerics.md', async (t) => {
  t.equal(hashWords(new Uint32Array(0)), 2166136261);
  t.equal(hashWords(new Uint32Array(Float32Array.of(1, -2).buffer)), hashByBigInt([0x3f800000, 0xc0000000]));
  t.equal(hashWords(new Uint32Array(Float32Array.of(1, -2).buffer)), 0x0af697cd);
  t.not(hashWords(Uint32Array.of(1, 2)), hashWords(Uint32Array.of(2, 1)));
});

function hashByBigInt(words: readonly number[]): number {
  let h = 2166136261n;
  for (const w of words) h = ((h ^ BigInt(w)) * 16777619n) % 2n ** 32n;
  return Number(h);
}

const SPEC: LearnSpec = { layers: 'all', learningRate: 0.05, grapes: 'propagating', nodeSums: 'round-robin' };

/** The graph with its weights scaled down, so that learning neither saturates nor diverges. */
function tameGraph(seed: number, activation: Activation, bias = true): QuantizedGraph {
  return randomQuantizedGraph(new Rng(seed), { sizes: [12, 8, 6, 4], activation, bias });
}

void t.test('a quantized graph starts from its dequantized weights, at whatever border', async (t) => {
  for (const activation of ['relu', 'tanh'] as const) {
    const graph = tameGraph(4, activation);
    const x = Int8Array.from({ length: 12 }, (_, i) => (i * 41) % 256);
    for (const layers of ['all', 3, 2, 1] as const) {
      const part = trainedPart(graph, { layers });
      const reference = new LearnReference(graph, { ...SPEC, layers });
      const count = layers === 'all' ? 3 : layers;
      t.equal(part.layers.length, count);
      t.equal(part.layers.at(-1)?.hidden, false);
      const words = part.layers.reduce((n, l) => n + l.outputs * (l.inputs + 1 + (l.hidden ? 1 : 0)), 0);
      t.equal(reference.stateBytes().length, 4 * words);
      const first = new Float32Array(reference.stateBytes().buffer);
      const w = graph.tensors[part.layers[0].op.weights];
      t.equal(first[5], Math.fround(w.quant!.scale[0] * (w.data as Int8Array)[5]));
      const before = reference.hash();
      const { classIndex, loss } = reference.step(x, 3);
      t.ok(loss >= 0);
      t.equal(reference.stepCount, 1);
      t.not(reference.hash(), before);
      reference.reset();
      t.equal(reference.hash(), before);
      t.equal(reference.predict(x), classIndex);
    }
    const top = trainedPart(graph, { layers: 1 });
    t.equal(graph.ops[top.frozenOps].input, top.border);
    t.equal(runInt8(graph, x, top.frozenOps).output.length, 6);
  }
});

void t.test('learning lowers the loss on a repeated sample; same steps, same bits', async (t) => {
  const graph = tameGraph(6, 'relu');
  const x = Int8Array.from({ length: 12 }, (_, i) => (i * 7) % 64);
  const run = (spec: LearnSpec): { losses: number[]; hash: number } => {
    const reference = new LearnReference(graph, spec);
    return { losses: Array.from({ length: 30 }, () => reference.step(x, 1).loss), hash: reference.hash() };
  };
  const a = run(SPEC);
  t.ok(a.losses[29] < 0.5 * a.losses[0], `${a.losses[0]} to ${a.losses[29]}`);
  t.same(run(SPEC), a);
  t.not(run({ ...SPEC, grapes: 'local' }).hash, a.hash);
  t.not(run({ ...SPEC, nodeSums: 'every-step' }).hash, a.hash);
});

void t.test('bad layers, labels and samples are refused', async (t) => {
  const graph = tameGraph(4, 'relu');
  for (const layers of [0, 4, 1.5]) {
    t.throws(() => new LearnReference(graph, { ...SPEC, layers }), { code: 'LEARN_LAYERS_OUT_OF_RANGE' });
  }
  const reference = new LearnReference(graph, SPEC);
  t.throws(() => reference.step(new Int8Array(12), 4), { code: 'INPUT_MISMATCH' });
  t.throws(() => reference.step(new Int8Array(11), 0), { code: 'INPUT_MISMATCH' });
  const ops = graph.ops.map((op, k) => (k === 2 ? { ...op, activation: 'relu' as const } : op));
  t.throws(() => new LearnReference({ ...graph, ops: ops as typeof graph.ops }, SPEC), { code: 'LEARN_UNSUPPORTED' });
});

void t.test('the worked step and the checks of docs/numerics.md', async (t) => {
  const learner = new DenseLearner(
    [
      {
        inputs: 2,
        outputs: 2,
        weights: Float32Array.of(0.5, -0.25, 0.125, 1),
        bias: Float32Array.of(0, 0.5),
        activation: 'relu',
        hidden: true,
      },
      {
        inputs: 2,
        outputs: 2,
        weights: Float32Array.of(1, -1, 0.5, 0.25),
        bias: Float32Array.of(0, 0),
        activation: 'none',
        hidden: false,
      },
    ],
    { learningRate: 0.125, grapes: 'propagating', nodeSums: 'round-robin' },
  );
  const page = readFileSync(new URL('../../docs/numerics.md', import.meta.url), 'utf8');
  const hex = (word: number): string => word.toString(16).padStart(8, '0');
  t.match(page, `0x${hex(learner.hash())} |`);
  learner.input.set([1, 0.5]);
  t.equal(learner.step(1).classIndex, 1);
  t.match(page, `| 0x${hex(learner.hash())} |`);
  for (const word of learner.stateWords) t.match(page, hex(word));
  for (const p of new Uint32Array(learner.probabilities().buffer)) t.match(page, hex(p));
  const checks: readonly [string, number][] = [
    ['expf(1)', expf(1)],
    ['expf(−100)', expf(-100)],
    ['logf(10)', logf(10)],
    ['tanhf(0.5)', tanhf(0.5)],
    ['tanhf(−2)', tanhf(-2)],
  ];
  for (const [name, value] of checks) t.match(page.replaceAll('\n', ' '), `${name} = 0x${hex(bitsOf(value))}`);
});
