import type * as Tfjs from '@tensorflow/tfjs';
import type { OptimizerOptions } from '../../../ir/options.js';
import type { Tensor, Tf } from './back-end.js';

/**
 * The optimizers of docs/grapes.md on tfjs tensors; tfjs' own differ in where epsilon stands and what the velocity holds.
 * Memory: one array a parameter, zero at first; with Adam two, then one number, the steps done.
 */
export class TfjsOptimizer {
  readonly memory: readonly Tfjs.Variable[];

  constructor(
    private readonly tf: Tf,
    private readonly parameters: readonly Tfjs.Variable[],
    private readonly options: OptimizerOptions,
  ) {
    const copies = { sgd: 0, momentum: 1, nag: 1, rmsprop: 1, adam: 2 }[options.type];
    const zeros = (shape: number[]): Tfjs.Variable => tf.tidy(() => tf.variable(tf.zeros(shape), false));
    const arrays = Array.from({ length: copies }, () => parameters.map((p) => zeros(p.shape)));
    this.memory = [...arrays.flat(), ...(options.type === 'adam' ? [zeros([1])] : [])];
  }

  /** Where the network is evaluated and differentiated: ahead of the weights with NAG, w − momentum · v. */
  point(): Tensor[] {
    const { options, parameters, memory } = this;
    if (options.type !== 'nag') return [...parameters];
    return parameters.map((p, i) => p.sub(memory[i].mul(options.momentum)));
  }

  step(gradients: readonly Tensor[], rate: number): void {
    this.tf.tidy(() => {
      const adamScales = this.options.type === 'adam' ? this.countStep() : [1, 1];
      this.parameters.forEach((parameter, i) => {
        parameter.assign(parameter.sub(this.move(gradients[i], i, rate, adamScales)) as never);
      });
    });
  }

  /** What is to be subtracted. Velocities hold the rate: a new one acts on new gradients only. */
  private move(gradient: Tensor, i: number, rate: number, [first, second]: readonly number[]): Tensor {
    const { options, memory, parameters } = this;
    const remember = (k: number, share: number, news: Tensor): Tensor => {
      const next = memory[k].mul(share).add(news);
      memory[k].assign(next as never);
      return next;
    };
    switch (options.type) {
      case 'sgd':
        return gradient.mul(rate);
      case 'momentum':
      case 'nag':
        return remember(i, options.momentum, gradient.mul(rate));
      case 'rmsprop': {
        const square = remember(i, options.decay, gradient.square().mul(1 - options.decay));
        return gradient.mul(rate).div(square.add(options.epsilon).sqrt());
      }
      case 'adam': {
        const mean = remember(i, options.beta1, gradient.mul(1 - options.beta1));
        const square = remember(parameters.length + i, options.beta2, gradient.square().mul(1 - options.beta2));
        return mean.div(first).mul(rate).div(square.div(second).sqrt().add(options.epsilon));
      }
    }
  }

  /** Adam's bias corrections of this step: 1 − βᵗ. */
  private countStep(): [number, number] {
    const { options, memory } = this;
    if (options.type !== 'adam') return [1, 1];
    const count = memory[memory.length - 1];
    const t = count.dataSync()[0] + 1;
    count.assign(this.tf.tensor1d([t]));
    return [1 - options.beta1 ** t, 1 - options.beta2 ** t];
  }
}
