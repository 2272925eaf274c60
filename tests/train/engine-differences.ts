import { ToolError } from '../../src/errors/tool-error.js';
import type { Shape } from '../../src/ir/layer-rule.js';
import type { ModelSpec } from '../../src/ir/model-spec.js';
import { planNetwork } from '../../src/ir/plan-network.js';
import { TRAIN_DEFAULTS } from '../../src/ir/train-defaults.js';
import type { Engine, LearningRule, TrainingNetwork } from '../../src/train/engine.js';
import { createEngine } from '../../src/train/engines/create-engine.js';
import { openBackEnd, type BackEndName } from '../../src/train/engines/tfjs/back-end.js';
import { TfjsEngine } from '../../src/train/engines/tfjs/tfjs-engine.js';
import { Rng } from '../../src/util/rng.js';
import { layerCases } from './layer-cases.js';

const ROWS = 4;
const STEPS = 3;

/** The largest absolute difference of each kind of number. */
export interface EngineDifference {
  gradients: number;
  weights: number;
  losses: number;
  /** The largest gradient itself, which says what a difference of gradients means */
  largestGradient: number;
}

const smallPlan = planNetwork({ bias: true, layers: layerCases()[0].layers }, [5]);

/** Why the native back end of the tfjs engine is not there; false if it is. */
export const nativeMissing = await openBackEnd(smallPlan, ['tensorflow']).then(
  () => false as const,
  (error: unknown) => (error as ToolError).message,
);

/** The native one where it is installed: it is faster, and a third implementation. */
const backEnds: readonly BackEndName[] = nativeMissing === false ? ['tensorflow'] : ['cpu'];

/** Largest difference of gradients and, after some steps, of everything that is kept; or why there is nothing to compare. */
export async function differences(
  model: ModelSpec,
  inputShape: Shape,
  rule: LearningRule,
  wanted: readonly BackEndName[] = backEnds,
): Promise<EngineDifference | string> {
  const plan = planNetwork(model, inputShape);
  const engines: Engine[] = [
    await createEngine({ ...TRAIN_DEFAULTS, engine: 'wasm', threads: 1 }, plan),
    await TfjsEngine.open(plan, wanted),
  ];
  const networks: TrainingNetwork[] = [];
  try {
    for (const engine of engines) networks.push(engine.build(plan, rule, ROWS));
  } catch (error) {
    if (error instanceof ToolError && error.code === 'TRAIN_OPTION_UNSUPPORTED') return error.message;
    throw error;
  }
  const [ours, theirs] = networks;
  const rng = new Rng(9);
  theirs.writeParameters(theirs.readParameters().map((a) => a.map((v) => v + rng.range(-0.05, 0.05))));
  ours.writeParameters(theirs.readParameters());
  ours.writeFeedback(theirs.readFeedback());
  const worst: EngineDifference = { gradients: 0, weights: 0, losses: 0, largestGradient: 0 };
  const compare = (
    key: keyof EngineDifference,
    a: readonly ArrayLike<number>[],
    b: readonly ArrayLike<number>[],
  ): void => {
    if (a.length !== b.length || a.length === 0) worst[key] = Infinity;
    a.forEach((x, k) => {
      if (x.length !== b[k].length) worst[key] = Infinity;
      for (let i = 0; i < x.length; i++) {
        const d = Math.abs(x[i] - b[k][i]);
        worst[key] = Math.max(worst[key], Number.isNaN(d) ? Infinity : d);
      }
    });
  };
  for (let step = 0; step < STEPS; step++) {
    // The last batch is not full.
    const rows = step === STEPS - 1 ? ROWS - 1 : ROWS;
    const input = Float32Array.from({ length: rows * plan.inputSize }, () => rng.range(-1, 1));
    for (const network of networks) {
      network.input.set(input);
      network.labels.set([0, 1, 2, 1]);
      network.rowWeights.set([1, 0.5, 2, 1.25]);
    }
    const at = { rows, step, learningRate: rule.optimizer.learningRate };
    const [a, b] = networks.map((network) => network.gradients(at));
    compare('gradients', a.gradients, b.gradients);
    for (const array of b.gradients)
      for (const g of array) worst.largestGradient = Math.max(worst.largestGradient, Math.abs(g));
    compare('losses', [[a.result.loss]], [[b.result.loss]]);
    for (const network of networks) network.step(at);
    compare('weights', ours.readParameters(), theirs.readParameters());
    const [c, d] = networks.map((network) => network.evaluate(rows));
    compare('losses', [[c.loss, c.correct]], [[d.loss, d.correct]]);
  }
  for (const network of networks) network.dispose();
  return worst;
}
