import { ToolError } from '../../../errors/tool-error.js';
import type { NetworkPlan } from '../../../ir/network-plan.js';
import type { Tensor, Tf } from './back-end.js';

/**
 * The rule of the authors' code for direct feedback: p of a hidden layer comes from the *outgoing* weights of its nodes,
 * 2 s / max s without a clip, all ones for the last one. The gradient of the weights between two hidden layers is scaled
 * by p of both its ends; the lowest and the output weights learn plainly. Dense networks only.
 */
export class DirectFeedbackVariant {
  /** One a hidden layer, lowest first. */
  readonly factors: Float32Array[];
  readonly sums: Float32Array[];

  constructor(
    private readonly tf: Tf,
    private readonly plan: NetworkPlan,
  ) {
    const weighted = plan.layers.filter(({ parameters }) => parameters.length > 0);
    const other = weighted.find(({ spec }) => spec.type !== 'dense');
    if (other !== undefined) {
      throw new ToolError(
        'TRAIN_OPTION_UNSUPPORTED',
        `The variant 'reference' with dfa is defined for dense networks only; '${other.name}' is ${other.spec.type}.`,
        { context: { layer: other.name, type: other.spec.type } },
      );
    }
    this.factors = plan.hidden.map(({ nodes }) => new Float32Array(nodes).fill(1));
    this.sums = plan.hidden.map(({ nodes }) => new Float32Array(nodes));
  }

  /**
   * @param weightsOf weights [units][inputs] of a layer
   * @param maskOf mask of the first sample of a hidden layer, or null
   */
  refresh(weightsOf: (layer: number) => Tensor, maskOf: (hidden: number) => Float32Array | null): void {
    const { hidden } = this.plan;
    for (let h = 0; h + 1 < hidden.length; h++) {
      const above = hidden[h + 1];
      const mask = maskOf(h + 1);
      const sums = this.tf.tidy(() => {
        const sizes = weightsOf(above.layer).abs();
        return (mask === null ? sizes : sizes.mul(this.tf.tensor(mask, [above.nodes, 1]))).sum(0).dataSync();
      });
      this.sums[h].set(sums);
      const strongest = Math.max(...this.sums[h]);
      this.factors[h].set(this.sums[h].map((s) => (strongest > 0 ? (2 * s) / strongest : 1)));
    }
  }

  /** The gradient [units][inputs] of hidden layer number `h`, 1 or above. */
  scale(gradient: Tensor, h: number): Tensor {
    if (h === 0) return gradient;
    const column = this.tf.tensor(this.factors[h], [this.factors[h].length, 1]);
    return gradient.mul(column).mul(this.tf.tensor1d(this.factors[h - 1]));
  }
}
