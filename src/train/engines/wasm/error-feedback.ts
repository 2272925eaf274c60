import type { ErrorPropagation } from '../../../ir/model-spec.js';
import type { NetworkPlan } from '../../../ir/network-plan.js';
import { initialFeedback, learnsFrom, planFeedback } from '../../feedback.js';
import { matmulTransposedB } from './arithmetic/matrix.js';
import { isWeighted, type Layer } from './layers/layer.js';
import type { Floats, Machine } from './machine.js';

interface Feedback {
  readonly layer: Layer;
  readonly array: Floats;
}

/**
 * Fixed random arrays in the place of weights on the error's way down. FA: each layer sends its error through one. DFA:
 * the output's error goes straight to every hidden anchor; what lies between an anchor and the next weights is bypassed.
 * Drawn from the seed, so no checkpoint has to keep them.
 */
export class ErrorFeedback {
  private readonly feedback: readonly Feedback[];

  constructor(
    private readonly machine: Machine,
    private readonly plan: NetworkPlan,
    layers: readonly Layer[],
    private readonly propagation: ErrorPropagation,
    seed: number,
  ) {
    const drawn = initialFeedback(plan, propagation, seed);
    this.feedback = planFeedback(plan, propagation).map(({ layer }, i) => {
      return { layer: layers[layer], array: machine.floats(drawn[i].length) };
    });
    this.write(drawn);
    if (propagation !== 'fa') return;
    for (const { layer, array } of this.feedback) if (isWeighted(layer)) layer.feedback = array;
  }

  /** Whether a layer that reads layer `i` sends its error there. */
  isWanted(i: number): boolean {
    if (!learnsFrom(i, this.plan)) return false;
    if (this.propagation !== 'dfa') return true;
    const { parameters, inputs } = this.plan.layers[i];
    const isAnchor = this.plan.hidden.some(({ anchor }) => anchor === i);
    return !isAnchor && (parameters.length > 0 || inputs.some((input) => this.isWanted(input)));
  }

  /** DFA: delta = e · Bᵀ at every anchor, from the output's error, before the backward pass uses it up. */
  project(error: Floats, rows: number): void {
    if (this.propagation !== 'dfa') return;
    const outputs = this.plan.layers[this.plan.output].outputSize;
    for (const { layer, array } of this.feedback) {
      matmulTransposedB(this.machine, error, array, layer.delta, rows, layer.plan.outputSize, outputs);
    }
  }

  /** Copies, in the order of `planFeedback`. */
  read(): Float32Array[] {
    return this.feedback.map(({ layer, array }) =>
      this.propagation === 'fa' ? layer.parameters[0].read(array) : array.values.slice(),
    );
  }

  write(arrays: readonly Float32Array[]): void {
    this.feedback.forEach(({ layer, array }, i) => {
      if (this.propagation === 'fa') layer.parameters[0].write(array, arrays[i]);
      else array.values.set(arrays[i]);
    });
  }
}
