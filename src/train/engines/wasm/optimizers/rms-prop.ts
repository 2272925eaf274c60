import type { OptimizerOptions } from '../../../../ir/options.js';
import type { Floats, Machine } from '../machine.js';
import type { Parameter } from '../parameter.js';
import type { Optimizer } from './optimizer.js';

type RmsPropOptions = Extract<OptimizerOptions, { readonly type: 'rmsprop' }>;

/** s = decay · s + (1 − decay) · g²;  w −= rate · g / √(s + epsilon) */
export class RmsProp implements Optimizer {
  /** Mean squares. */
  readonly state: readonly Floats[];

  constructor(
    private readonly machine: Machine,
    private readonly parameters: readonly Parameter[],
    private readonly options: RmsPropOptions,
  ) {
    this.state = parameters.map((p) => machine.floats(p.values.length));
  }

  step(learningRate: number): void {
    const { kernels, team } = this.machine;
    const { decay, epsilon } = this.options;
    this.parameters.forEach(({ values, gradient }, i) => {
      const [from, to] = team.share(values.length, 4);
      const [w, s, g] = [values, this.state[i], gradient].map(({ address }) => address + 4 * from);
      if (to > from) kernels.rmspropStep(w, s, g, to - from, learningRate, decay, 1 - decay, epsilon);
    });
    team.barrier();
  }
}
