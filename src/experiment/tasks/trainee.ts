import type { Samples } from '../../ir/dataset.js';
import type { NetworkPlan } from '../../ir/network-plan.js';
import type { OptimizerOptions } from '../../ir/options.js';
import { planNetwork } from '../../ir/plan-network.js';
import { TRAIN_DEFAULTS } from '../../ir/train-defaults.js';
import { BatchLoader } from '../../train/batch-loader.js';
import type { TrainingNetwork } from '../../train/engine.js';
import { createEngine } from '../../train/engines/create-engine.js';
import { initialParameters } from '../../train/initializers.js';
import { Rng } from '../../util/rng.js';
import type { Arm, Task } from '../experiment.js';
import { nodeRuleStep } from './node-rules.js';

const EVALUATION_ROWS = 256;
/** A mean loss over a pass above this many times that of guessing ends the run. */
const DIVERGED_TIMES_GUESSING = 4;

const OPTIMIZERS: Readonly<Record<Task['optimizer'], OptimizerOptions>> = {
  sgd: { type: 'sgd', learningRate: 0 },
  momentum: { type: 'momentum', learningRate: 0, momentum: 0.9 },
  adam: { type: 'adam', learningRate: 0, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 },
};

/** Thrown by `Trainee.learn`; the run then scores as guessing. */
export class Diverged extends Error {}

/** A network that learns by an arm's rule. Equal seeds share initial weights and feedback: arms are paired. */
export class Trainee {
  readonly network: TrainingNetwork;
  /** One a parameter: 0 where a weight has been removed. */
  private masks: readonly Float32Array[] | null = null;
  private steps = 0;

  private constructor(
    network: TrainingNetwork,
    private readonly arm: Arm,
    private readonly batchSize: number,
    private readonly seed: number,
    private readonly classes: number,
  ) {
    this.network = network;
  }

  /** With fresh weights. Without biases, as in the paper. */
  static async create(
    task: Pick<Task, 'layers' | 'optimizer' | 'propagation' | 'batchSize'>,
    arm: Arm,
    inputShape: readonly number[],
    seed: number,
  ): Promise<Trainee> {
    const plan: NetworkPlan = planNetwork({ bias: false, layers: task.layers }, inputShape);
    const engine = await createEngine({ engine: 'wasm', threads: 1, fast: false, batchSize: task.batchSize }, plan);
    const rule = {
      loss: 'cross-entropy',
      optimizer: OPTIMIZERS[task.optimizer],
      grapes: { ...TRAIN_DEFAULTS.grapes, mode: arm.mode, factor: arm.factor },
      propagation: task.propagation,
      seed,
    } as const;
    const network = engine.build(plan, rule, Math.max(task.batchSize, EVALUATION_ROWS));
    network.writeParameters(initialParameters(plan, 'he_uniform', seed));
    return new Trainee(network, arm, task.batchSize, seed, plan.layers[plan.output].outputSize);
  }

  /** Weights under a 0 are removed now and kept at 0. */
  keepOnly(masks: readonly Float32Array[]): void {
    this.masks = masks;
    this.applyMasks();
  }

  /** One pass over the samples in a drawn order; `purpose` names the draw. Throws Diverged. */
  pass(samples: Samples, rate: number, purpose: string): void {
    const order = Uint32Array.from({ length: samples.count }, (_, i) => i);
    this.learn(samples, Rng.forPurpose(this.seed, `experiment/${purpose}`).shuffle(order), rate);
  }

  /** Learns the samples at `order`, batch by batch. Throws Diverged. */
  learn(samples: Samples, order: Uint32Array, rate: number): void {
    const loader = new BatchLoader(samples);
    let lossSum = 0;
    for (let from = 0; from < order.length; from += this.batchSize) {
      const rows = loader.load(this.network, order, from, this.batchSize);
      const step = { rows, step: this.steps++, learningRate: rate };
      const { nodeRule } = this.arm;
      const { loss } =
        nodeRule === undefined ? this.network.step(step) : nodeRuleStep(this.network, nodeRule, step, this.seed);
      if (!Number.isFinite(loss)) throw new Diverged();
      lossSum += loss;
      this.applyMasks();
    }
    if (lossSum / order.length > DIVERGED_TIMES_GUESSING * Math.log(this.classes)) throw new Diverged();
  }

  /** Fraction of the samples that the network puts into the right class. */
  accuracy(samples: Samples): number {
    const loader = new BatchLoader(samples);
    const order = Uint32Array.from({ length: samples.count }, (_, i) => i);
    let correct = 0;
    for (let from = 0; from < order.length; from += EVALUATION_ROWS) {
      correct += this.network.evaluate(loader.load(this.network, order, from, EVALUATION_ROWS)).correct;
    }
    return correct / samples.count;
  }

  /** What momentum remembers is forgotten. */
  resetOptimizer(): void {
    this.network.writeOptimizer(this.network.readOptimizer().map((a) => a.fill(0)));
  }

  private applyMasks(): void {
    const { masks } = this;
    if (masks === null) return;
    const values = this.network.readParameters();
    masks.forEach((mask, p) => {
      for (let i = 0; i < mask.length; i++) values[p][i] *= mask[i];
    });
    this.network.writeParameters(values);
  }
}
