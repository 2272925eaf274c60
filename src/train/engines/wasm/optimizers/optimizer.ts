import type { Floats } from '../machine.js';

/** Moves parameters along their gradients. GRAPES does not touch it: what arrives is the modulated gradient. */
export interface Optimizer {
  /** Memory beyond the parameters, in a fixed order: what a checkpoint has to keep. */
  readonly state: readonly Floats[];
  /** One update of every parameter from the gradient that stands beside it. */
  step(learningRate: number): void;
}
