import type { Floats, Machine } from '../machine.js';
import type { Parameter } from '../parameter.js';
import type { Optimizer } from './optimizer.js';

/**
 * v = momentum · v + rate · g;  w −= v;  u = w − momentum · v. The network holds u: forward, backward, factors and
 * evaluation look ahead. The weights w stand here.
 */
export class Nesterov implements Optimizer {
  /** Velocities. */
  readonly state: readonly Floats[];
  readonly plainWeights: readonly Floats[];

  constructor(
    private readonly machine: Machine,
    private readonly parameters: readonly Parameter[],
    private readonly momentum: number,
  ) {
    this.state = parameters.map((p) => machine.floats(p.values.length));
    this.plainWeights = parameters.map((p) => machine.floats(p.values.length));
  }

  step(learningRate: number): void {
    const { kernels, team } = this.machine;
    this.parameters.forEach(({ values, gradient }, i) => {
      const [from, to] = team.share(values.length, 4);
      const arrays = [values, this.plainWeights[i], this.state[i], gradient];
      const [u, w, v, g] = arrays.map(({ address }) => address + 4 * from);
      if (to === from) return;
      kernels.momentumStep(w, v, g, to - from, learningRate, this.momentum);
      kernels.lookAhead(u, w, v, to - from, this.momentum);
    });
    team.barrier();
  }

  restored(): void {
    this.parameters.forEach(({ values }, i) => {
      const [w, v] = [this.plainWeights[i], this.state[i]];
      this.machine.kernels.lookAhead(values.address, w.address, v.address, values.length, this.momentum);
    });
  }
}
