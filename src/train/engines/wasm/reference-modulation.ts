import { ToolError } from '../../../errors/tool-error.js';
import type { NetworkPlan } from '../../../ir/network-plan.js';
import type { LearningRule } from '../../engine.js';
import { modulationFactors } from '../../grapes/factor.js';
import { scaleColumns, scaleRows } from './arithmetic/matrix.js';
import { alone } from './arithmetic/samples.js';
import { DropoutLayer } from './layers/dropout.js';
import type { Layer, WeightedLayer } from './layers/layer.js';
import type { Floats, Machine } from './machine.js';
import { Modulation } from './modulation.js';

/** Throws TRAIN_OPTION_UNSUPPORTED for networks that the authors' code cannot build. */
export function checkReferenceVariant(plan: NetworkPlan): void {
  const other = plan.layers.find(({ spec }) => spec.type !== 'dense' && spec.type !== 'dropout');
  if (other === undefined) return;
  throw new ToolError(
    'TRAIN_OPTION_UNSUPPORTED',
    `The variant 'reference' is defined for dense networks only; '${other.name}' is ${other.spec.type}.`,
    { context: { layer: other.name, type: other.spec.type } },
  );
}

/**
 * GRAPES with the habits of the authors' code, for checking against it: the first sample's dropout mask counts in the
 * sums; FA and DFA look at the plain weights under NAG and do not clip; DFA sums outgoing weights, leaves the last
 * hidden layer's factors at 1, and scales the gradient between two hidden layers by the factors of both its ends.
 */
export class ReferenceModulation extends Modulation {
  private readonly mask: DropoutLayer | null;
  private readonly lastLayer: number;

  /**
   * @param place among the hidden layers, lowest first; `siblings` are all of them
   * @param plainOf a layer's weights themselves, not the point ahead of them
   */
  constructor(
    machine: Machine,
    layer: WeightedLayer,
    private readonly place: number,
    network: { readonly plan: NetworkPlan; readonly layers: readonly Layer[] },
    private readonly rule: LearningRule,
    private readonly siblings: readonly ReferenceModulation[],
    private readonly plainOf: (layer: WeightedLayer) => Floats,
  ) {
    const { plan, layers } = network;
    const hidden = plan.hidden[place];
    super(machine, layer, hidden, plan.layers[hidden.anchor], rule.grapes);
    const chain = layers.slice(hidden.layer, hidden.anchor + 1);
    this.mask = chain.find((l) => l instanceof DropoutLayer) ?? null;
    this.lastLayer = layers.length - 1;
    this.factors.values.fill(1);
  }

  /** Once all masks of the step are drawn. */
  override get refreshAfter(): number {
    return this.lastLayer;
  }

  override refresh(): void {
    alone(this.machine, () => {
      this.refreshAlone();
    });
  }

  private refreshAlone(): void {
    const { rule, factors, responsibilities } = this;
    const sums = responsibilities.values;
    if (rule.propagation === 'dfa') {
      const above = this.siblings.at(this.place + 1);
      if (above === undefined) return;
      above.sumOutgoing(sums);
      unclipped(sums, factors.values);
      return;
    }
    this.sumIncoming(sums);
    if (rule.propagation === 'fa' && rule.grapes.factor === 'per-node') unclipped(sums, factors.values);
    else modulationFactors(sums, rule.grapes, factors.values);
  }

  override modulateError(delta: Floats, rows: number): void {
    if (this.rule.propagation !== 'dfa') super.modulateError(delta, rows);
  }

  override get touchesGradients(): boolean {
    return this.rule.propagation === 'dfa' ? this.place > 0 : super.touchesGradients;
  }

  override modulateGradients(): void {
    if (this.rule.propagation !== 'dfa') {
      super.modulateGradients();
      return;
    }
    if (!this.touchesGradients) return;
    const { gradient } = this.layer.parameters[0];
    const below = this.siblings[this.place - 1].factors;
    scaleRows(this.machine, gradient, this.factors, this.hidden.nodes, below.length);
    scaleColumns(this.machine, gradient, below, this.hidden.nodes, below.length);
  }

  /** Σ over a node's incoming weights. */
  private sumIncoming(sums: Float32Array): void {
    this.eachWeight((j, _i, size) => (sums[j] += size), sums);
  }

  /** Σ over the weights that leave each node of the layer below. */
  private sumOutgoing(sums: Float32Array): void {
    this.eachWeight((_j, i, size) => (sums[i] += size), sums);
  }

  private eachWeight(visit: (node: number, input: number, size: number) => void, sums: Float32Array): void {
    sums.fill(0);
    const ahead = this.rule.propagation === 'bp';
    const weights = (ahead ? this.layer.parameters[0].values : this.plainOf(this.layer)).values;
    const inputs = weights.length / this.hidden.nodes;
    const mask = this.mask?.mask.values;
    weights.forEach((w, k) => {
      const j = Math.floor(k / inputs);
      visit(j, k % inputs, Math.abs(w) * (mask?.[j] ?? 1));
    });
  }
}

/** 2 r / max r, in [0, 2]. */
function unclipped(sums: Float32Array, out: Float32Array): void {
  const strongest = Math.max(...sums);
  out.set(sums.map((r) => (strongest > 0 ? (2 * r) / strongest : 1)));
}
