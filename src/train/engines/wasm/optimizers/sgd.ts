import type { Machine } from '../machine.js';
import type { Parameter } from '../parameter.js';
import type { Optimizer } from './optimizer.js';

/** w −= rate · g */
export class Sgd implements Optimizer {
  readonly state = [];

  constructor(
    private readonly machine: Machine,
    private readonly parameters: readonly Parameter[],
  ) {}

  step(learningRate: number): void {
    const { kernels, team } = this.machine;
    for (const { values, gradient } of this.parameters) {
      const [from, to] = team.share(values.length, 4);
      if (to > from) kernels.sgdStep(values.address + 4 * from, gradient.address + 4 * from, to - from, learningRate);
    }
    team.barrier();
  }
}
