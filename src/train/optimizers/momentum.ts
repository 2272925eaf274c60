import type { Engine, Floats } from '../engine.js';
import type { Parameter } from '../parameter.js';
import type { Optimizer } from './optimizer.js';

/** v = momentum · v + rate · g;  w −= v. The rate is inside v: a new rate acts on new gradients only. */
export class Momentum implements Optimizer {
  readonly state: readonly Floats[];

  constructor(
    private readonly engine: Engine,
    private readonly parameters: readonly Parameter[],
    private readonly momentum: number,
  ) {
    this.state = parameters.map((p) => engine.floats(p.values.length));
  }

  step(learningRate: number): void {
    this.parameters.forEach(({ values, gradient }, i) => {
      this.engine.momentumStep(values, this.state[i], gradient, learningRate, this.momentum);
    });
  }
}
