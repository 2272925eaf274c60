import { descend } from '../arithmetic/matrix.js';
import type { Machine } from '../machine.js';
import type { Parameter } from '../parameter.js';
import type { Optimizer } from './optimizer.js';

/** w −= rate · g. Gradients that are products are not written out, which saves more than half of the memory traffic. */
export class Sgd implements Optimizer {
  readonly state = [];
  readonly takesProducts = true;

  constructor(
    private readonly machine: Machine,
    private readonly parameters: readonly Parameter[],
  ) {}

  step(learningRate: number): void {
    const { kernels, team } = this.machine;
    for (const { values, gradient, product } of this.parameters) {
      if (product !== null) {
        descend(this.machine, values, product, learningRate);
        continue;
      }
      const [from, to] = team.share(values.length, 4);
      if (to > from) kernels.sgdStep(values.address + 4 * from, gradient.address + 4 * from, to - from, learningRate);
    }
    team.barrier();
  }
}
