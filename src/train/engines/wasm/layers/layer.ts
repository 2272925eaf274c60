import type { PlannedLayer } from '../../../../ir/network-plan.js';
import type { Floats } from '../machine.js';
import type { KeptState, Parameter } from '../parameter.js';

/** What a layer is told of the batch that goes through it. */
export interface Pass {
  readonly rows: number;
  /** Dropout is on, statistics are the batch's. */
  readonly training: boolean;
  readonly seed: number;
  /** The run's step, for random draws. */
  readonly step: number;
  /** A gradient may be left as `Parameter.product`: the optimizer takes it so, and nobody else looks. */
  readonly product: boolean;
}

/** Where a layer's error goes: an input's `delta`, to be overwritten by the first writer and added to by the others. */
export interface ErrorTarget {
  readonly delta: Floats;
  readonly accumulate: boolean;
}

/**
 * A layer in the machine's memory. `delta` is ∂loss/∂output of each row (not averaged), filled by those that read the
 * output; `backward` may use it up.
 */
export interface Layer {
  readonly plan: PlannedLayer;
  /** [rows][output shape] */
  readonly output: Floats;
  readonly delta: Floats;
  readonly parameters: readonly Parameter[];
  readonly state: readonly KeptState[];
  forward(pass: Pass): void;
  /**
   * Mean gradients of the parameters over the rows, and the error of each input that has a target (null: nobody wants
   * it: the network's input, or direct feedback).
   */
  backward(pass: Pass, targets: readonly (ErrorTarget | null)[]): void;
}

/** A layer with weights, whose nodes have a responsibility. */
export interface WeightedLayer extends Layer {
  readonly nodes: number;
  /** sums[j] = Σ |w| over the weights that flow into node j, biases left out. */
  sumWeights(sums: Floats): void;
  /** Gradient of what belongs to node j *= factors[j]. */
  scaleGradients(factors: Floats): void;
  /**
   * In the place of the weights when the error is sent down (feedback alignment), in the layout of the first parameter;
   * null: the weights themselves.
   */
  feedback: Floats | null;
}

export function isWeighted(layer: Layer): layer is WeightedLayer {
  return 'sumWeights' in layer;
}
