import type { OptimizerOptions } from '../../../../ir/options.js';
import type { Floats, Machine } from '../machine.js';
import type { Parameter } from '../parameter.js';
import type { Optimizer } from './optimizer.js';

type AdamOptions = Extract<OptimizerOptions, { readonly type: 'adam' }>;

/** Adam with bias correction; epsilon outside the root. Formulas stand beside the kernel. */
export class Adam implements Optimizer {
  /** Means of the gradients, means of their squares, and the steps done (one number; exact up to 2^24). */
  readonly state: readonly Floats[];
  private readonly count: Floats;
  /** β1ᵗ and β2ᵗ after `counted` steps: repeated products, because `**` may differ between JavaScript engines. */
  private counted = 0;
  private powers: readonly [number, number] = [1, 1];

  constructor(
    private readonly machine: Machine,
    private readonly parameters: readonly Parameter[],
    private readonly options: AdamOptions,
  ) {
    const moments = [...parameters, ...parameters].map((p) => machine.floats(p.values.length));
    this.count = machine.floats(1);
    this.state = [...moments, this.count];
  }

  step(learningRate: number): void {
    const { kernels, team } = this.machine;
    const { beta1, beta2, epsilon } = this.options;
    const [first, second] = this.corrections();
    this.parameters.forEach(({ values, gradient }, i) => {
      const [from, to] = team.share(values.length, 4);
      const arrays = [values, this.state[i], this.state[this.parameters.length + i], gradient];
      const [w, m, s, g] = arrays.map(({ address }) => address + 4 * from);
      if (to === from) return;
      const [fresh1, fresh2] = [1 - beta1, 1 - beta2];
      kernels.adamStep(w, m, s, g, to - from, learningRate, beta1, fresh1, beta2, fresh2, first, second, epsilon);
    });
    team.barrier();
  }

  /** Counts this step. */
  private corrections(): [number, number] {
    const { team } = this.machine;
    const { beta1, beta2 } = this.options;
    const [from, to] = team.share(1);
    if (to > from) this.count.values[0] += 1;
    team.barrier();
    const t = this.count.values[0];
    if (t < this.counted) {
      this.counted = 0;
      this.powers = [1, 1];
    }
    for (; this.counted < t; this.counted++) this.powers = [this.powers[0] * beta1, this.powers[1] * beta2];
    return [1 - this.powers[0], 1 - this.powers[1]];
  }
}
