// Two engines that share no arithmetic, hand-written backward passes against automatic differentiation: small networks
// of every layer type, rule and optimizer, from the same weights and batches.
import t, { type Test } from 'tap';
import type { ErrorPropagation, GrapesMode } from '../../src/ir/model-spec.js';
import { planNetwork } from '../../src/ir/plan-network.js';
import type { OptimizerOptions } from '../../src/ir/options.js';
import { TRAIN_DEFAULTS } from '../../src/ir/train-defaults.js';
import type { LearningRule } from '../../src/train/engine.js';
import { openBackEnd } from '../../src/train/engines/tfjs/back-end.js';
import { TfjsEngine } from '../../src/train/engines/tfjs/tfjs-engine.js';
import { differences, nativeMissing, type EngineDifference } from './engine-differences.js';
import { layerCases, type LayerCase } from './layer-cases.js';

const GRADIENTS = 1e-5;
/** After three steps, whose differences add up. */
const WEIGHTS = 3e-5;

const sgd: OptimizerOptions = { type: 'sgd', learningRate: 0.1 };

function ruleOf(over: Partial<LearningRule> = {}, mode: GrapesMode = 'propagating'): LearningRule {
  return {
    loss: 'cross-entropy',
    optimizer: sgd,
    propagation: 'bp',
    seed: 5,
    grapes: { ...TRAIN_DEFAULTS.grapes, mode },
    ...over,
  };
}

function check(test: Test, name: string, difference: EngineDifference | string): void {
  if (typeof difference === 'string') {
    test.ok(true, name, { skip: difference });
    return;
  }
  const { gradients, weights, losses } = difference;
  const fine = gradients < GRADIENTS && weights < WEIGHTS && losses < WEIGHTS;
  test.ok(fine, `${name}: ${JSON.stringify(difference)}`);
}

t.test('every layer type', async (test) => {
  for (const { name, inputShape, layers } of layerCases()) {
    for (const mode of ['off', 'propagating', 'local'] as const) {
      check(test, `${name}, GRAPES ${mode}`, await differences({ bias: true, layers }, inputShape, ruleOf({}, mode)));
    }
  }
});

t.test('every optimizer, with and without look-ahead', async (test) => {
  const learningRate = 0.02;
  const optimizers: readonly OptimizerOptions[] = [
    { type: 'sgd', learningRate },
    { type: 'momentum', learningRate, momentum: 0.9 },
    { type: 'nag', learningRate, momentum: 0.9 },
    // Larger epsilons than in use: a gradient of nearly nothing must not decide about a whole step.
    { type: 'rmsprop', learningRate, decay: 0.9, epsilon: 1e-2 },
    { type: 'adam', learningRate, beta1: 0.9, beta2: 0.999, epsilon: 1e-2 },
  ];
  const { layers, inputShape } = layerCases()[0];
  for (const optimizer of optimizers) {
    check(test, optimizer.type, await differences({ bias: true, layers }, inputShape, ruleOf({ optimizer })));
  }
});

t.test('gradients clipped by their common length', async (test) => {
  for (const name of ['dense', 'two gru', 'conv_2d']) {
    const { layers, inputShape } = layerCases().find((c) => c.name.startsWith(name))!;
    for (const clipNorm of [0.01, 0.3, 100]) {
      const momentum = { type: 'momentum', learningRate: 0.1, momentum: 0.5 } as const;
      const rule = ruleOf({ clipNorm, optimizer: momentum });
      check(test, `${name}, at most ${String(clipNorm)}`, await differences({ bias: true, layers }, inputShape, rule));
    }
  }
});

t.test('feedback alignment, factor rules, variants, losses', async (test) => {
  const dense = layerCases()[0];
  const propagations: readonly ErrorPropagation[] = ['fa', 'dfa'];
  for (const propagation of propagations) {
    for (const { name, inputShape, layers } of layerCases()) {
      check(
        test,
        `${name}, ${propagation}`,
        await differences({ bias: true, layers }, inputShape, ruleOf({ propagation })),
      );
    }
    const grapes = { ...TRAIN_DEFAULTS.grapes, variant: 'reference' } as const;
    const rule = ruleOf({ propagation, grapes });
    check(test, `reference, ${propagation}`, await differences({ ...dense, bias: false }, dense.inputShape, rule));
  }
  for (const factor of ['layer-mean', 'constant'] as const) {
    const grapes = { ...TRAIN_DEFAULTS.grapes, factor, everySteps: 2 };
    check(test, factor, await differences({ ...dense, bias: false }, dense.inputShape, ruleOf({ grapes })));
  }
  const autoencoder: LayerCase['layers'] = [
    dense.layers[0],
    { type: 'dense', units: 5, activation: 'none', dropout: 0 },
  ];
  const model = { bias: true, layers: autoencoder };
  check(test, 'reconstruction', await differences(model, [5], ruleOf({ loss: 'reconstruction' })));
});

t.test('back ends', async (test) => {
  const { layers, inputShape } = layerCases()[0];
  const model = { bias: true, layers };
  for (const name of ['wasm', 'cpu'] as const)
    check(test, name, await differences(model, inputShape, ruleOf(), [name]));
  const gru = layerCases().find((c) => c.name === 'two gru')!;
  check(
    test,
    'wasm, recurrent',
    await differences({ bias: true, layers: gru.layers }, gru.inputShape, ruleOf(), ['wasm']),
  );
  const conv = layerCases().find((c) => c.name === 'conv_2d')!;
  const plan = planNetwork({ bias: true, layers: conv.layers }, conv.inputShape);
  const fallen = await openBackEnd(plan, ['wasm', 'cpu']);
  test.equal(fallen.name, 'cpu');
  test.match(fallen.passedOver, [/^wasm has no Conv2DBackpropFilter/]);
  await test.rejects(openBackEnd(plan, ['wasm']), { code: 'TRAIN_TFJS_MISSING' });
  test.equal((await openBackEnd(plan, ['tensorflow', 'cpu'])).name, nativeMissing === false ? 'tensorflow' : 'cpu');
  if (nativeMissing !== false) test.comment(nativeMissing);
});

t.test('no tensor is left behind by a step, nor by a network', async (test) => {
  const { layers, inputShape } = layerCases().find((c) => c.name === 'batch_norm')!;
  const plan = planNetwork({ bias: true, layers }, inputShape);
  const { tf } = await openBackEnd(plan, ['cpu']);
  const engine = await TfjsEngine.open(plan, ['cpu']);
  const before = tf.memory().numTensors;
  for (const propagation of ['bp', 'dfa'] as const) {
    const optimizer = { type: 'adam', learningRate: 0.01, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 } as const;
    const network = engine.build(plan, ruleOf({ propagation, optimizer }), 2);
    const counts = [0, 1, 2, 3].map((step) => {
      network.step({ rows: 2, step, learningRate: 0.01 });
      network.gradients({ rows: 2, step, learningRate: 0.01 });
      network.evaluate(2);
      network.modulations();
      return tf.memory().numTensors;
    });
    test.same(new Set(counts).size, 1, `${propagation}: ${String(counts)}`);
    network.dispose();
    test.equal(tf.memory().numTensors, before);
  }
});
