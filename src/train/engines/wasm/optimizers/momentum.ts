import type { Floats, Machine } from '../machine.js';
import type { Parameter } from '../parameter.js';
import type { Optimizer } from './optimizer.js';

/** v = momentum · v + rate · g;  w −= v. The rate is inside v: a new rate acts on new gradients only. */
export class Momentum implements Optimizer {
  readonly state: readonly Floats[];

  constructor(
    private readonly machine: Machine,
    private readonly parameters: readonly Parameter[],
    private readonly momentum: number,
  ) {
    this.state = parameters.map((p) => machine.floats(p.values.length));
  }

  step(learningRate: number): void {
    const { kernels, team } = this.machine;
    this.parameters.forEach(({ values, gradient }, i) => {
      const [from, to] = team.share(values.length, 4);
      const [w, v, g] = [values, this.state[i], gradient].map(({ address }) => address + 4 * from);
      if (to > from) kernels.momentumStep(w, v, g, to - from, learningRate, this.momentum);
    });
    team.barrier();
  }
}
