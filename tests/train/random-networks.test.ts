// Networks, rules and optimizers that nobody chose: both engines have to agree on every one.
// GRAPES_RANDOM_NETWORKS=1000 looks further than the usual run does.
import t from 'tap';
import type { GrapesMode, FactorRule, ErrorPropagation } from '../../src/ir/model-spec.js';
import type { OptimizerOptions } from '../../src/ir/options.js';
import { TRAIN_DEFAULTS } from '../../src/ir/train-defaults.js';
import { Rng } from '../../src/util/rng.js';
import { differences } from './engine-differences.js';
import { randomModel } from './random-model.js';

const COUNT = Number(process.env['GRAPES_RANDOM_NETWORKS'] ?? 60);
const GRADIENTS = 1e-5;
/** After three steps, whose differences add up. */
const WEIGHTS = 3e-5;

const MODES: readonly GrapesMode[] = ['off', 'propagating', 'local'];
const FACTORS: readonly FactorRule[] = ['per-node', 'layer-mean', 'constant'];
const PROPAGATIONS: readonly ErrorPropagation[] = ['bp', 'bp', 'fa', 'dfa'];
const learningRate = 0.02;
const OPTIMIZERS: readonly OptimizerOptions[] = [
  { type: 'sgd', learningRate },
  { type: 'momentum', learningRate, momentum: 0.9 },
  { type: 'nag', learningRate, momentum: 0.9 },
  // Larger epsilons than in use: a gradient of nearly nothing must not decide about a whole step.
  { type: 'rmsprop', learningRate, decay: 0.9, epsilon: 1e-2 },
  { type: 'adam', learningRate, beta1: 0.9, beta2: 0.999, epsilon: 1e-2 },
];

t.test('random networks train alike on both engines', async (test) => {
  for (let n = 0; n < COUNT; n++) {
    const rng = new Rng(1000 + n);
    const { model, inputShape } = randomModel(rng);
    const mode = MODES[n % MODES.length];
    const optimizer = OPTIMIZERS[Math.floor(n / MODES.length) % OPTIMIZERS.length];
    const propagation = PROPAGATIONS[rng.below(PROPAGATIONS.length)];
    const factor = FACTORS[rng.below(FACTORS.length)];
    const grapes = { ...TRAIN_DEFAULTS.grapes, mode, factor, everySteps: 1 + rng.below(2) };
    const rule = { loss: 'cross-entropy', optimizer, propagation, seed: n, grapes } as const;
    const found = await differences(model, inputShape, rule);
    const name = `${String(n)}: ${propagation} ${mode} ${factor} ${optimizer.type} ${JSON.stringify({ inputShape, model })}`;
    const fine =
      typeof found !== 'string' &&
      found.gradients < GRADIENTS * Math.max(1, found.largestGradient) &&
      found.weights < WEIGHTS &&
      found.losses < WEIGHTS;
    test.ok(fine, fine ? `${String(n)}` : `${JSON.stringify(found)} ${name}`);
  }
});
