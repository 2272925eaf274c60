import type { HiddenNodes, NetworkPlan, PlannedLayer, PlannedParameter } from '../../../ir/network-plan.js';
import type { LearningRule } from '../../engine.js';
import { modulationFactors } from '../../grapes/factor.js';
import type { Tensor, Tf } from './back-end.js';

/** GRAPES on one hidden layer: factors from the weights that the forward pass uses, constants for the gradient. */
export class TfjsModulation {
  readonly responsibilities: Float32Array;
  readonly factors: Float32Array;
  /** The dropout layer of its chain, or null: the authors' code lets its mask into the sums. */
  readonly dropout: PlannedLayer | null;

  constructor(
    private readonly tf: Tf,
    readonly planned: PlannedLayer,
    readonly hidden: HiddenNodes,
    plan: NetworkPlan,
    private readonly rule: LearningRule,
  ) {
    this.responsibilities = new Float32Array(hidden.nodes);
    this.factors = new Float32Array(hidden.nodes).fill(1);
    this.dropout =
      plan.layers.slice(planned.index, hidden.anchor + 1).find(({ spec }) => spec.type === 'dropout') ?? null;
  }

  /**
   * @param values this layer's parameters, in the plan's order
   * @param mask of the first sample, for the variant `reference`; null otherwise
   */
  refresh(values: readonly Tensor[], mask: Float32Array | null): void {
    const { tf, planned, responsibilities, rule } = this;
    const sums = tf.tidy(() =>
      tf
        .addN(planned.parameters.flatMap((p, i) => (isIncoming(p) ? [nodeSums(values[i], p, this.hidden.nodes)] : [])))
        .dataSync(),
    );
    responsibilities.set(sums);
    if (mask !== null) responsibilities.forEach((r, j) => (responsibilities[j] = r * mask[j]));
    if (rule.grapes.variant === 'reference' && rule.propagation === 'fa' && rule.grapes.factor === 'per-node') {
      const strongest = Math.max(...responsibilities);
      this.factors.set(responsibilities.map((r) => (strongest > 0 ? (2 * r) / strongest : 1)));
    } else {
      modulationFactors(responsibilities, rule.grapes, this.factors);
    }
  }

  /** Local: gradients of what belongs to a node, times its factor. */
  scale(gradient: Tensor, parameter: PlannedParameter): Tensor {
    return gradient.mul(alongNodes(this.tf, this.factors, parameter));
  }
}

/** Biases are left out, incoming weights from the layer below and from the layer itself count alike. */
function isIncoming({ part }: PlannedParameter): boolean {
  return part === 'weights' || part === 'recurrent_weights';
}

/** Only depthwise weights have the nodes at their last axis. */
function nodesAreLast({ part, shape, fanIn }: PlannedParameter): boolean {
  return part === 'weights' && shape.length === 3 && shape[0] * shape[1] === fanIn;
}

/** Σ |w| of each node; a node of a gated layer has a row in every gate. */
function nodeSums(values: Tensor, parameter: PlannedParameter, nodes: number): Tensor {
  const sizes = values.abs();
  return nodesAreLast(parameter) ? sizes.sum([0, 1]) : sizes.reshape([-1, nodes, parameter.fanIn]).sum([0, 2]);
}

function alongNodes(tf: Tf, factors: Float32Array, parameter: PlannedParameter): Tensor {
  const m = tf.tensor1d(factors);
  if (nodesAreLast(parameter)) return m;
  const { shape } = parameter;
  const gates = shape[0] / factors.length;
  return m.tile([gates]).reshape([shape[0], ...shape.slice(1).map(() => 1)]);
}
