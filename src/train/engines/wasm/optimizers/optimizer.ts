import type { Floats } from '../machine.js';

/** Moves parameters along their gradients. GRAPES does not touch it: what arrives is the modulated gradient. */
export interface Optimizer {
  /** Memory beyond the parameters, in a fixed order: what a checkpoint has to keep. */
  readonly state: readonly Floats[];
  /**
   * The weights themselves, one array a parameter, where the network does not compute with them but with a point ahead
   * of them (NAG); absent: the parameters' values.
   */
  readonly plainWeights?: readonly Floats[];
  /** Takes gradients as `Parameter.product` too. */
  readonly takesProducts?: true;
  /** To be told when weights or state were written from outside. */
  restored?(): void;
  /** One update of every parameter from the gradient that stands beside it. */
  step(learningRate: number): void;
}
