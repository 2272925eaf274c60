import type { Engine } from '../engine.js';
import type { Parameter } from '../parameter.js';
import type { Optimizer } from './optimizer.js';

/** w −= rate · g */
export class Sgd implements Optimizer {
  readonly state = [];

  constructor(
    private readonly engine: Engine,
    private readonly parameters: readonly Parameter[],
  ) {}

  step(learningRate: number): void {
    for (const { values, gradient } of this.parameters) this.engine.sgdStep(values, gradient, learningRate);
  }
}
