import { isToolError } from '../../src/errors/tool-error.js';
import type { GrapesOptions } from '../../src/ir/options.js';
import { TRAIN_DEFAULTS } from '../../src/ir/train-defaults.js';
import type { Engine, LearningRule, TrainingNetwork } from '../../src/train/engine.js';
import { TfjsEngine } from '../../src/train/engines/tfjs/tfjs-engine.js';
import { WasmEngine } from '../../src/train/engines/wasm/wasm-engine.js';
import { initialParameters } from '../../src/train/initializers.js';
import { Rng } from '../../src/util/rng.js';
import type { Work } from './works.js';

/** As the peer: random batches, gone through in a circle. */
const BATCHES = 16;
const WARM_UP_STEPS = 5;
export const LEARNING_RATE = 0.001;

/** One way in which we may compute. */
export interface Setting {
  readonly engine: 'wasm' | 'tfjs';
  readonly threads: number;
  readonly fast: boolean;
}

export function openEngine({ engine, threads, fast }: Setting, { plan, batch }: Work): Promise<Engine> {
  return engine === 'tfjs' ? TfjsEngine.open(plan) : WasmEngine.open({ threads, fast }, plan, batch);
}

export function rule(grapes: Partial<GrapesOptions>): LearningRule {
  return {
    ...TRAIN_DEFAULTS,
    loss: 'cross-entropy',
    propagation: 'bp',
    optimizer: { type: 'sgd', learningRate: LEARNING_RATE },
    grapes: { ...TRAIN_DEFAULTS.grapes, mode: 'propagating', ...grapes },
    seed: 1,
  };
}

/** A network that is being trained on random samples, ready to be timed. */
export class Runner {
  private at = 0;
  private steps = 0;

  constructor(
    readonly network: TrainingNetwork,
    private readonly work: Work,
    private readonly inputs: readonly Float32Array[],
    private readonly labels: readonly Int32Array[],
  ) {
    for (let i = 0; i < WARM_UP_STEPS; i++) this.step();
  }

  /** Null if the engine has not all of this network's layers. */
  static create(engine: Engine, work: Work, grapes: Partial<GrapesOptions> = {}): Runner | null {
    try {
      const network = engine.build(work.plan, rule(grapes), work.batch);
      network.writeParameters(initialParameters(work.plan, 'he_uniform', 1));
      const rng = new Rng(1);
      const size = work.batch * work.plan.inputSize;
      const inputs = Array.from({ length: BATCHES }, () => Float32Array.from({ length: size }, () => rng.uniform()));
      const labels = inputs.map(() => Int32Array.from({ length: work.batch }, () => rng.below(work.classes)));
      return new Runner(network, work, inputs, labels);
    } catch (error) {
      if (isToolError(error) && error.code === 'TRAIN_OPTION_UNSUPPORTED') return null;
      throw error;
    }
  }

  step(): void {
    const { network } = this;
    network.input.set(this.inputs[this.at]);
    network.labels.set(this.labels[this.at]);
    this.at = (this.at + 1) % BATCHES;
    network.step({ rows: this.work.batch, step: this.steps++, learningRate: LEARNING_RATE });
  }

  /** Samples per second of wall clock. */
  rate(seconds: number): number {
    const begin = performance.now();
    const end = begin + 1000 * seconds;
    let steps = 0;
    while (performance.now() < end) {
      this.step();
      steps++;
    }
    return (steps * this.work.batch) / ((performance.now() - begin) / 1000);
  }

  dispose(): void {
    this.network.dispose();
  }
}
