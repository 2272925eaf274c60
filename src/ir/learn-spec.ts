import type { GrapesMode } from './model-spec.js';

/** On-device learning as the exported routine does it: batch 1, softmax cross-entropy, plain SGD, float32. */
export interface LearnSpec {
  /** How many layers are trained, counted from the output; `all` for every one. */
  readonly layers: number | 'all';
  readonly learningRate: number;
  readonly grapes: GrapesMode;
  /**
   * How the node sums r_l follow the weights: one row of each layer is summed again at every step (cheap, at most
   * H steps old), or all rows at every step (the definition to the letter).
   */
  readonly nodeSums: 'round-robin' | 'every-step';
}
