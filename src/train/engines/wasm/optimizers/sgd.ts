import type { Floats, Machine } from '../machine.js';
import type { OuterProduct, Parameter } from '../parameter.js';
import type { Optimizer } from './optimizer.js';

/** w −= rate · g */
export class Sgd implements Optimizer {
  readonly state = [];
  readonly takesOuter = true;

  constructor(
    private readonly machine: Machine,
    private readonly parameters: readonly Parameter[],
  ) {}

  step(learningRate: number): void {
    const { kernels, team } = this.machine;
    for (const { values, gradient, outer } of this.parameters) {
      if (outer !== null) {
        this.stepOuter(values, outer, learningRate);
        continue;
      }
      const [from, to] = team.share(values.length, 4);
      if (to > from) kernels.sgdStep(values.address + 4 * from, gradient.address + 4 * from, to - from, learningRate);
    }
    team.barrier();
  }

  /** The same bits as with the product written out, at less than half the memory traffic. */
  private stepOuter(weights: Floats, { errors, nodes, input, inputs }: OuterProduct, learningRate: number): void {
    const { kernels, team } = this.machine;
    const [from, to] = team.share(nodes);
    if (to === from) return;
    const w = weights.address + 4 * from * inputs;
    kernels.sgdOuterStep(w, errors.address + 4 * from, input.address, to - from, inputs, learningRate);
  }
}
