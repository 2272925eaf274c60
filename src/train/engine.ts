import type { ErrorPropagation } from '../ir/model-spec.js';
import type { NetworkPlan } from '../ir/network-plan.js';
import type { GrapesOptions, OptimizerOptions, TrainOptions } from '../ir/options.js';

/** How a network of a plan is to learn. */
export interface LearningRule {
  readonly loss: TrainOptions['loss'];
  readonly optimizer: OptimizerOptions;
  readonly grapes: GrapesOptions;
  /** Longest gradient of all parameters as one vector, after the factors; null or absent: any. */
  readonly clipNorm?: number | null;
  readonly propagation: ErrorPropagation;
  /** Draws the feedback of FA and DFA, dropout masks and rate codes. */
  readonly seed: number;
}

/** One step's samples stand in `input` and `labels` of the network. */
export interface Step {
  /** Samples in the batch, at most the network's `maxRows`. */
  readonly rows: number;
  /** Counts all steps of the run from 0: what masks and rate codes are drawn from. */
  readonly step: number;
  readonly learningRate: number;
}

export interface BatchResult {
  /** Summed over the rows, class weights included. */
  readonly loss: number;
  /** Rows whose highest output is the label's; 0 for reconstruction. */
  readonly correct: number;
}

/** What the modulation of one hidden layer looks like. */
export interface LayerModulation {
  readonly layerName: string;
  /** One a node, from the last step that looked. Live views. */
  readonly responsibilities: Float32Array;
  readonly factors: Float32Array;
}

/**
 * A network in an engine's memory with its optimizer. Arrays that go in and out are float32 in the layouts of
 * src/ir/ops, in the order of the plan, whatever the engine keeps inside.
 */
export interface TrainingNetwork {
  readonly plan: NetworkPlan;
  readonly maxRows: number;
  /** [maxRows][inputSize], to be filled before each call. A live view: take it anew for each batch. */
  readonly input: Float32Array;
  /** [maxRows] class indices. */
  readonly labels: Int32Array;
  /** [maxRows] weights of the rows in the loss; all 1 unless changed. */
  readonly rowWeights: Float32Array;
  /** [maxRows][outputSize], logits or reconstruction, of the last call. */
  readonly outputs: Float32Array;

  /** Forward, factors, backward, update. With a loss that is not finite it stops behind the forward pass. */
  step(step: Step): BatchResult;
  /** The same without the update: mean modulated gradients of every parameter, not clipped. */
  gradients(step: Step): { readonly result: BatchResult; readonly gradients: readonly Float32Array[] };
  /** Forward as in use: no dropout, moving statistics. With NAG from the look-ahead weights, as the reference does. */
  evaluate(rows: number): BatchResult;

  /** Copies of the learned arrays, then of the kept ones (moving statistics). */
  readParameters(): Float32Array[];
  /** The inverse; the optimizer's memory stays. */
  writeParameters(arrays: readonly Float32Array[]): void;
  /** Copies of the optimizer's memory, and back: with the parameters, all that a checkpoint needs. */
  readOptimizer(): Float32Array[];
  writeOptimizer(arrays: readonly Float32Array[]): void;
  /** Fixed feedback of FA (weights' layouts) or DFA ([anchor values][outputs]), one a layer that uses it. */
  readFeedback(): Float32Array[];
  writeFeedback(arrays: readonly Float32Array[]): void;

  /** One a hidden layer, lowest first; empty with GRAPES off. Looks at the weights as they stand. */
  modulations(): readonly LayerModulation[];
  /**
   * What holds a NaN or an infinity, lowest layer first: the name of a parameter or, where the engine can still see it,
   * `<layer>_output`; null if nothing does.
   */
  firstNonFinite(): string | null;
  /** Ends threads and frees memory; the network cannot be used afterwards. */
  dispose(): void;
}

/** Something that can step a network on a batch. */
export interface Engine {
  readonly id: TrainOptions['engine'];
  /** For logs and provenance: back end, threads, arithmetic. */
  readonly description: string;
  /** For provenance, where the bits of the result hang on the machine or the back end; null where they do not. */
  readonly inexact: string | null;
  build(plan: NetworkPlan, rule: LearningRule, maxRows: number): TrainingNetwork;
}
