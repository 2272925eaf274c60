import type { ErrorPropagation, FactorRule, GrapesMode, LayerSpec } from '../ir/model-spec.js';

/** Pictures that experiments learn from, reduced so that hundreds of runs take minutes. */
export interface DataRecipe {
  readonly set: 'mnist' | 'fashion-mnist';
  /** Pixels of a side: 14 is the mean of 2 × 2 pixels. */
  readonly side: 14 | 28;
  readonly train: number;
  /** The training samples after those of `train`: learning rates are chosen on them. */
  readonly validation: number;
  readonly test: number;
}

/** A node rule that the engine does not have: computed outside, on networks with one hidden layer. */
export type NodeRule = 'inverse-in-out' | 'inverse-in-out-shuffled';

/** What is compared: a way to modulate the error of hidden nodes. Everything else is the case's. */
export interface Arm {
  readonly id: string;
  readonly label: string;
  readonly mode: GrapesMode;
  readonly factor: FactorRule;
  readonly nodeRule?: NodeRule;
}

/** Weights that are 0 and stay 0. */
export type Sparsity =
  | { readonly kind: 'none' }
  /** Hidden node j of n keeps about a share (j + 1) / n of its inputs, drawn at random: unequal fan-in. */
  | { readonly kind: 'unequal-fan-in' }
  /** The smallest weights of each layer are removed before the task begins (after pre-training, if there is any). */
  | { readonly kind: 'pruned'; readonly fraction: number };

interface TaskBase {
  readonly layers: readonly LayerSpec[];
  readonly optimizer: 'sgd' | 'momentum' | 'adam';
  readonly propagation: ErrorPropagation;
  readonly batchSize: number;
}

/** Learn the data from random weights. */
export interface TrainTask extends TaskBase {
  readonly kind: 'train';
  readonly epochs: number;
  readonly sparsity: Sparsity;
  /** The learning rate is multiplied by this after every epoch; absent: it stays. */
  readonly decay?: number;
  /** The accuracy whose time is measured, in [0, 1]. */
  readonly goal: number;
}

/** Several tasks one after the other, one pass each; the optimizer starts afresh with each task. */
export interface ContinualTask extends TaskBase {
  readonly kind: 'continual';
  /**
   * `permuted`: pixels in another order for each task. `split-pairs`: two digits a task, told apart by two outputs that
   * all tasks share. `split-classes`: two digits a task, ten outputs.
   */
  readonly sequence: 'permuted' | 'split-pairs' | 'split-classes';
  readonly tasks: number;
}

/** A trained network meets pictures turned by some degrees, one sample at a time. */
export interface AdaptTask extends TaskBase {
  readonly kind: 'adapt';
  /** Pre-training, the same for every arm: momentum 0.9 at this rate, batch 16. */
  readonly pretrainEpochs: number;
  readonly pretrainRate: number;
  readonly sparsity: Sparsity;
  readonly degrees: number;
  readonly steps: number;
}

export type Task = TrainTask | ContinualTask | AdaptTask;

export interface ExperimentCase {
  readonly id: string;
  readonly label: string;
  readonly task: Task;
  /** The grid of learning rates, ascending: the same for every arm. */
  readonly rates: readonly number[];
  /** Rates at which all arms are measured beside their own best ones. */
  readonly fixedRates: readonly number[];
}

export interface Experiment {
  readonly name: string;
  readonly title: string;
  /** What is asked, a sentence or two. */
  readonly question: string;
  /** What the result does not show. */
  readonly limits: string;
  readonly data: DataRecipe;
  readonly cases: readonly ExperimentCase[];
  /** The first is plain descent; `layer-mean` is among them. */
  readonly arms: readonly Arm[];
  /** Seeds that choose learning rates; never among those that measure. */
  readonly tuningSeeds: number;
  readonly seeds: number;
}
