// Recurrent and spiking layers of the wasm engine: gradients against finite differences where outputs are smooth, against
// a tape of scalars where they jump; responsibilities, factors and spikes against what their definitions say.
import t from 'tap';
import type { GrapesMode, LayerSpec, SequenceOutput, SnuLayerSpec } from '../../src/ir/model-spec.js';
import type { Shape } from '../../src/ir/layer-rule.js';
import { planNetwork } from '../../src/ir/plan-network.js';
import { TRAIN_DEFAULTS } from '../../src/ir/train-defaults.js';
import { Machine } from '../../src/train/engines/wasm/machine.js';
import { WasmNetwork } from '../../src/train/engines/wasm/wasm-network.js';
import { initialParameters } from '../../src/train/initializers.js';
import { fillOrthogonal } from '../../src/train/orthogonal.js';
import { Rng } from '../../src/util/rng.js';
import { backward, constant, Scalar } from './scalar-tape.js';

const OUTPUTS: readonly SequenceOutput[] = ['sequence', 'last', 'mean'];
const CLASSES = 3;
const out: LayerSpec = { type: 'dense', units: CLASSES, activation: 'none', dropout: 0 };

function snu(over: Partial<SnuLayerSpec> = {}): SnuLayerSpec {
  const base = { units: 4, soft: true, recurrent: true, decay: 0.7, threshold: 0.4, activation: 'none' } as const;
  return { type: 'snu', output: 'mean', ...base, ...over };
}

interface Built {
  readonly mode: GrapesMode;
  readonly bias: boolean;
  readonly seed: number;
  /** What the biases are about. */
  readonly biases: number;
}

function build(
  layers: readonly LayerSpec[],
  inputShape: Shape,
  rows: number,
  { mode = 'off', bias = true, seed = 21, biases = 0 }: Partial<Built> = {},
): WasmNetwork {
  const plan = planNetwork({ bias, layers }, inputShape);
  const rule = { ...TRAIN_DEFAULTS, grapes: { ...TRAIN_DEFAULTS.grapes, mode } };
  const network = new WasmNetwork(new Machine(), plan, rule, rows);
  const rng = new Rng(seed);
  const learned = plan.layers.flatMap(({ parameters }) => parameters);
  network.writeParameters(
    initialParameters(plan, 'xavier_uniform', 3).map((p, k) =>
      p.map((v) => v + rng.range(-0.2, 0.2) + (learned[k].part === 'bias' ? biases : 0)),
    ),
  );
  for (let i = 0; i < rows * plan.inputSize; i++) network.input[i] = rng.range(-1, 1);
  for (let r = 0; r < rows; r++) network.labels[r] = r % CLASSES;
  return network;
}

const at = (rows: number, step = 0) => ({ rows, step, learningRate: 0 });

/** Largest difference to central differences, at every `stride`-th value. */
function difference(network: WasmNetwork, rows: number, stride = 1): number {
  const { gradients } = network.gradients(at(rows));
  const parameters = network.readParameters();
  const lossAt = (p: number, i: number, w: number): number => {
    const before = parameters[p][i];
    parameters[p][i] = w;
    network.writeParameters(parameters);
    parameters[p][i] = before;
    return network.gradients(at(rows)).result.loss;
  };
  let worst = 0;
  gradients.forEach((gradient, p) => {
    for (let i = 0; i < gradient.length; i += stride) {
      const w = parameters[p][i];
      // What float32 makes of the steps is what they are divided by.
      const [up, down] = [Math.fround(w + 1 / 128), Math.fround(w - 1 / 128)];
      const slope = (lossAt(p, i, up) - lossAt(p, i, down)) / ((up - down) * rows);
      worst = Math.max(worst, Math.abs(slope - gradient[i]));
    }
  });
  network.writeParameters(parameters);
  return Number.isNaN(worst) ? Infinity : worst;
}

t.test('gradients against finite differences, every option', (test) => {
  const cases: [string, LayerSpec, boolean][] = [];
  for (const output of OUTPUTS) {
    for (const activation of ['none', 'tanh', 'sigmoid'] as const) {
      cases.push([`simple_rnn ${activation} ${output}`, { type: 'simple_rnn', units: 4, activation, output }, true]);
    }
    for (const bias of [true, false]) {
      cases.push([`gru ${output}, bias ${String(bias)}`, { type: 'gru', units: 4, output }, bias]);
    }
    cases.push([`ssnu ${output}`, snu({ output }), true]);
    cases.push([`ssnu ${output}, feedforward`, snu({ output, recurrent: false }), true]);
  }
  cases.push(['simple_rnn without bias', { type: 'simple_rnn', units: 4, activation: 'tanh', output: 'last' }, false]);
  for (const decay of [0, 0.5, 1]) cases.push([`ssnu, decay ${String(decay)}`, snu({ decay, threshold: -0.3 }), true]);
  for (const activation of ['tanh', 'sigmoid'] as const) {
    cases.push([`ssnu, g = ${activation}`, snu({ activation }), true]);
  }
  for (const [name, layer, bias] of cases) {
    // A layer below, so that the error sent down counts too.
    const below: LayerSpec = { type: 'simple_rnn', units: 3, activation: 'tanh', output: 'sequence' };
    const worst = difference(build([below, layer, out], [4, 2], 3, { bias }), 3);
    test.ok(worst < 2e-4, `${name}: ${String(worst)}`);
  }
  test.end();
});

t.test('gradients with corners', (test) => {
  for (const activation of ['relu', 'relu6'] as const) {
    for (const [name, layer] of [
      ['simple_rnn', { type: 'simple_rnn', units: 4, activation, output: 'sequence' }],
      ['ssnu', snu({ activation, threshold: 0 })],
    ] as const) {
      const biases = activation === 'relu6' ? 2 : 0;
      let best = Infinity;
      let clipped = 0;
      // Differences across a corner mean nothing. A wrong slope would be wrong with all weights, a corner is not.
      for (let seed = 1; seed <= 12; seed++) {
        const network = build([layer, out], [4, 2], 2, { seed, biases });
        best = Math.min(best, difference(network, 2));
        clipped += network.layers[0].output.values.filter((v) => v === 0 || v === 6).length;
      }
      test.ok(best < 2e-4, `${name} ${activation}: ${String(best)}`);
      if (name === 'simple_rnn') test.ok(clipped > 0, 'both sides of a corner were seen');
    }
  }
  test.end();
});

t.test('sizes around the tiles of the matrix product, one step, one unit', (test) => {
  const kinds: ((units: number) => LayerSpec)[] = [
    (units) => ({ type: 'simple_rnn', units, activation: 'tanh', output: 'sequence' }),
    (units) => ({ type: 'gru', units, output: 'mean' }),
    (units) => snu({ units, output: 'last' }),
  ];
  for (const [steps, features, units, rows] of [
    [1, 3, 4, 2],
    [3, 1, 1, 1],
    [3, 9, 11, 5],
    [2, 8, 8, 9],
  ]) {
    for (const kind of kinds) {
      const layer = kind(units);
      const worst = difference(build([layer, out], [steps, features], rows), rows, 7);
      test.ok(worst < 2e-4, `${layer.type}, ${[steps, features, units, rows].join(' ')}: ${String(worst)}`);
    }
  }
  test.end();
});

t.test('a step that fires is gone back through as if it were tanh', (test) => {
  for (const spec of [snu({ soft: false }), snu({ soft: false, recurrent: false, activation: 'tanh' })]) {
    for (const output of OUTPUTS) {
      const [rows, steps, features] = [3, 5, 3];
      const network = build([{ ...spec, output }, out], [steps, features], rows);
      const { gradients, result } = network.gradients(at(rows));
      const leaves = network.readParameters().map((p) => Array.from(p, (v) => new Scalar(v)));
      const loss = spikingLoss({ ...spec, output }, leaves, network, [rows, steps, features]);
      backward(loss);
      let worst = Math.abs(result.loss - loss.value);
      gradients.forEach((g, p) => {
        g.forEach((v, i) => (worst = Math.max(worst, Math.abs(v - leaves[p][i].gradient / rows))));
      });
      test.ok(worst < 2e-6, `${output}, recurrent ${String(spec.recurrent)}: ${String(worst)}`);
    }
  }
  test.end();
});

/** Summed cross-entropy of a hard SNU layer and a dense layer, written out in scalars from the equations. */
function spikingLoss(
  spec: SnuLayerSpec,
  parameters: readonly Scalar[][],
  { input, labels }: WasmNetwork,
  [rows, steps, features]: readonly number[],
): Scalar {
  const { units, decay } = spec;
  const w = parameters[0];
  const h = spec.recurrent ? parameters[1] : null;
  const [b, top, topBias] = parameters.slice(-3);
  const sum = (terms: Scalar[]): Scalar => terms.reduce((a, c) => a.plus(c));
  const indices = (n: number): number[] => [...new Array<undefined>(n).keys()];
  const losses = indices(rows).map((r) => {
    let s = indices(units).map(() => constant(0));
    let y = s;
    const history: Scalar[][] = [];
    for (let step = 0; step < steps; step++) {
      const x = indices(features).map((i) => constant(input[(r * steps + step) * features + i]));
      const fed = indices(units).map((j) => {
        const within = sum(x.map((v, i) => v.times(w[j * features + i])));
        return h === null ? within : within.plus(sum(y.map((v, i) => v.times(h[j * units + i]))));
      });
      s = fed.map((a, j) => {
        const kept = s[j].times(constant(decay)).times(constant(1).plus(y[j].times(constant(-1))));
        return spec.activation === 'tanh' ? a.plus(kept).tanh() : a.plus(kept);
      });
      y = s.map((v, j) => v.plus(b[j]).fire());
      history.push(y);
    }
    const given = { sequence: history.flat(), last: y, mean: y.map((_, j) => meanOf(history.map((step) => step[j]))) };
    const values = given[spec.output];
    const logits = indices(CLASSES).map((c) =>
      sum(values.map((v, i) => v.times(top[c * values.length + i]))).plus(topBias[c]),
    );
    const total = sum(logits.map((z) => z.exp()));
    return total.log().plus(logits[labels[r]].times(constant(-1)));
  });
  return sum(losses);

  function meanOf(terms: Scalar[]): Scalar {
    return sum(terms).times(constant(1 / terms.length));
  }
}

t.test('a node’s responsibility: what flows in from below and from the layer itself, through all gates', (test) => {
  const layers: LayerSpec[] = [
    { type: 'gru', units: 4, output: 'sequence' },
    { type: 'simple_rnn', units: 5, activation: 'tanh', output: 'sequence' },
    snu({ recurrent: false }),
    out,
  ];
  const network = build(layers, [3, 2], 2, { mode: 'local' });
  const parameters = network.readParameters();
  // Per layer: its arrays of incoming weights, and gates.
  const [gates, places] = [
    [3, 1, 1],
    [[0, 1], [3, 4], [6]],
  ];
  const modulations = network.modulations();
  test.same(
    modulations.map(({ layerName }) => layerName),
    ['gru_0', 'simple_rnn_1', 'snu_2'],
  );
  modulations.forEach(({ responsibilities, layerName }, l) => {
    const units = responsibilities.length;
    const expected = new Array<number>(units).fill(0);
    for (const p of places[l]) {
      const columns = parameters[p].length / (gates[l] * units);
      parameters[p].forEach((w, i) => (expected[Math.floor(i / columns) % units] += Math.abs(w)));
    }
    expected.forEach((r, j) => test.ok(Math.abs(r - responsibilities[j]) < 1e-5, `${layerName}, node ${String(j)}`));
  });
  const plain = build(layers, [3, 2], 2).gradients(at(2)).gradients;
  const local = network.gradients(at(2)).gradients;
  const { factors } = modulations[0];
  for (const p of [0, 1, 2]) {
    const columns = plain[p].length / 12;
    local[p].forEach((g, i) => {
      const expected = plain[p][i] * factors[Math.floor(i / columns) % 4];
      if (Math.abs(g - expected) > 1e-7) test.fail(`local, array ${String(p)}, ${String(i)}`);
    });
  }
  test.end();
});

t.test('the factor acts on the error from above, once a step, not on what goes round in the layer', (test) => {
  const layers: LayerSpec[] = [{ type: 'simple_rnn', units: 4, activation: 'tanh', output: 'sequence' }, out];
  const gradientOf = (mode: GrapesMode, cut: boolean): number[] => {
    const network = build(layers, [5, 2], 2, { mode });
    const parameters = network.readParameters();
    if (cut) parameters[1].fill(0);
    network.writeParameters(parameters);
    return [...network.gradients(at(2)).gradients[0]].map((v) => Math.round(v * 1e6));
  };
  test.same(gradientOf('propagating', true), gradientOf('local', true), 'without recurrence there is no difference');
  test.notSame(gradientOf('propagating', false), gradientOf('local', false), 'other nodes’ factors come in through U');
  // The last step's error has been nowhere else: with `last` and one step, again no difference.
  const once = (mode: GrapesMode) =>
    build([{ type: 'gru', units: 4, output: 'last' }, out], [1, 2], 2, { mode }).gradients(at(2)).gradients[0];
  const [a, b] = [once('propagating'), once('local')];
  a.forEach((v, i) => test.ok(Math.abs(v - b[i]) < 1e-7));
  test.end();
});

t.test('rate code', (test) => {
  const [features, steps, rows] = [4, 500, 3];
  const rates = [-0.5, 0.2, 0.6, 3];
  const layers: LayerSpec[] = [
    { type: 'rate_code', steps, gain: 0.5, seed: 9 },
    snu({ soft: false, recurrent: false, output: 'mean' }),
    out,
  ];
  const network = build(layers, [features], rows);
  for (let r = 0; r < rows; r++) network.input.set(rates, r * features);
  const spikes = (): Float32Array => network.layers[0].output.values.slice();
  const perSample = steps * features;
  network.evaluate(rows);
  const used = spikes();
  const expected = [0, 0.1, 0.3, 1];
  for (let r = 0; r < rows; r++) {
    for (let i = 0; i < features; i++) {
      let count = 0;
      for (let s = 0; s < steps; s++) count += used[r * perSample + s * features + i];
      // Four standard deviations.
      const off = Math.abs(count / steps - expected[i]);
      test.ok(off <= 4 * Math.sqrt((expected[i] * (1 - expected[i])) / steps), `rate ${String(i)}`);
    }
  }
  test.ok(
    used.every((v) => v === 0 || v === 1),
    'spikes are 0 or 1',
  );
  const sample = (all: Float32Array, r: number): number[] => [...all.subarray(r * perSample, (r + 1) * perSample)];
  test.same(sample(used, 2), sample(used, 0), 'in use a sample has the same spikes wherever it stands');
  network.gradients(at(rows, 4));
  const trained = spikes();
  test.notSame(sample(trained, 2), sample(trained, 0), 'while training each has its own');
  network.gradients(at(rows, 5));
  test.notSame(spikes(), trained, 'and others at each step');
  network.gradients(at(rows, 4));
  test.same(spikes(), trained, 'a step drawn again is the same');
  test.end();
});

t.test('no error goes through a rate code, and none of another reader is lost', (test) => {
  const hidden: LayerSpec = { type: 'dense', name: 'below', units: 4, activation: 'sigmoid', dropout: 0 };
  const coded: LayerSpec = { type: 'rate_code', name: 'code', steps: 3, gain: 1, seed: 1, from: ['below'] };
  const spiking = { ...snu({ units: 4, output: 'last' }), name: 'spiking' };
  const gradients = (layers: LayerSpec[]): readonly Float32Array[] => {
    const network = build(layers, [3], 2);
    // The error of the step before must not be left over.
    network.gradients(at(2, 0));
    network.gradients(at(2, 1));
    return network.gradients(at(2, 0)).gradients;
  };
  const blocked = gradients([hidden, coded, spiking, out]);
  test.ok(
    blocked[0].every((g) => g === 0),
    'nothing arrives below',
  );
  test.notOk(
    blocked[2].every((g) => g === 0),
    'the layer above learns',
  );
  // Read twice: `direct` adds its error to what the rate code, the first on the way back, has left there.
  const direct: LayerSpec = { ...hidden, name: 'direct', from: ['below'] };
  const sum: LayerSpec = { type: 'add', activation: 'none', from: ['spiking', 'direct'] };
  const network = build([hidden, direct, coded, spiking, sum, out], [3], 2);
  const { gradients: found } = network.gradients(at(2, 0));
  const again = network.gradients(at(2, 0)).gradients;
  test.same(again, found, 'the same step gives the same gradients');
  test.notOk(found[0].every((g) => g === 0));
  test.end();
});

t.test('recurrent weights begin orthogonal', (test) => {
  const plan = planNetwork({ bias: true, layers: [{ type: 'gru', units: 6, output: 'last' }, out] }, [3, 2]);
  const [, recurrent] = initialParameters(plan, 'he_uniform', 5);
  for (let gate = 0; gate < 3; gate++) {
    for (let i = 0; i < 6; i++) {
      for (let j = 0; j <= i; j++) {
        let dot = 0;
        for (let k = 0; k < 6; k++) dot += recurrent[(gate * 6 + i) * 6 + k] * recurrent[(gate * 6 + j) * 6 + k];
        test.ok(Math.abs(dot - (i === j ? 1 : 0)) < 1e-6);
      }
    }
  }
  const [a, b] = [new Float32Array(9), new Float32Array(9)];
  fillOrthogonal(a, 3, new Rng(1));
  fillOrthogonal(b, 3, new Rng(1));
  test.same(a, b);
  test.end();
});
