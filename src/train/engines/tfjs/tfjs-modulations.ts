import type { NetworkPlan } from '../../../ir/network-plan.js';
import type { LayerModulation, LearningRule } from '../../engine.js';
import type { Tensor, Tf } from './back-end.js';
import { DirectFeedbackVariant } from './direct-feedback-variant.js';
import { TfjsModulation } from './modulation.js';
import type { Draws } from './step-draws.js';

/** GRAPES on a whole network: when factors are taken, from what, and where they act. */
export class TfjsModulations {
  private readonly layers: readonly TfjsModulation[];
  private readonly variant: DirectFeedbackVariant | null;
  /** First of a layer's parameters in the plan's order. */
  private readonly firstOf: readonly number[];

  constructor(
    private readonly tf: Tf,
    plan: NetworkPlan,
    private readonly rule: LearningRule,
  ) {
    const { grapes, propagation } = rule;
    const on = grapes.mode !== 'off';
    const isVariant = on && grapes.variant === 'reference' && propagation === 'dfa';
    this.variant = isVariant ? new DirectFeedbackVariant(tf, plan) : null;
    this.layers = on ? plan.hidden.map((h) => new TfjsModulation(tf, plan.layers[h.layer], h, plan, rule)) : [];
    let next = 0;
    this.firstOf = plan.layers.map(({ parameters }) => (next += parameters.length) - parameters.length);
  }

  /**
   * @param point where the network is evaluated, `plain` the weights themselves: two things with NAG
   * @param draws of this step, or null when nobody trains
   */
  refresh(point: readonly Tensor[], plain: readonly Tensor[], draws: Draws | null): void {
    const reference = this.rule.grapes.variant === 'reference';
    const values = reference && this.rule.propagation !== 'bp' ? plain : point;
    const maskOf = (h: number): Float32Array | null => {
      const { dropout, hidden } = this.layers[h];
      if (!reference || draws === null || dropout === null) return null;
      return draws.masks.get(dropout.index)?.subarray(0, hidden.nodes) ?? null;
    };
    if (this.variant !== null) {
      this.variant.refresh((layer) => values[this.firstOf[layer]], maskOf);
      return;
    }
    this.layers.forEach((m, h) => {
      const first = this.firstOf[m.planned.index];
      m.refresh(values.slice(first, first + m.planned.parameters.length), maskOf(h));
    });
  }

  /**
   * Factors for the errors, [nodes], by the layer at whose output they act. Made before the tape, because what is made
   * on it is gone when the error comes back.
   */
  errorFactors(): ReadonlyMap<number, Tensor> {
    if (this.rule.grapes.mode !== 'propagating' || this.variant !== null) return new Map();
    return new Map(this.layers.map(({ hidden, factors }) => [hidden.anchor, this.tf.tensor1d(factors)]));
  }

  /** What the factors do to gradients that are already taken. */
  scaleGradients(gradients: readonly Tensor[]): Tensor[] {
    const scaled = [...gradients];
    this.layers.forEach((m, h) => {
      const first = this.firstOf[m.planned.index];
      if (this.variant !== null) scaled[first] = this.variant.scale(scaled[first], h);
      else if (this.rule.grapes.mode === 'local') {
        m.planned.parameters.forEach((p, i) => (scaled[first + i] = m.scale(scaled[first + i], p)));
      }
    });
    return scaled;
  }

  /** Factors that stay in force for more than a step: live, and part of what a checkpoint keeps. */
  get kept(): readonly Float32Array[] {
    return this.rule.grapes.everySteps > 1 ? this.list().map(({ factors }) => factors) : [];
  }

  /** What `refresh` would find for the weights, as copies: what is in force stays. */
  look(point: readonly Tensor[], plain: readonly Tensor[]): LayerModulation[] {
    const live = this.list();
    const copy = (m: LayerModulation): LayerModulation => ({
      ...m,
      responsibilities: m.responsibilities.slice(),
      factors: m.factors.slice(),
    });
    const inForce = live.map(copy);
    this.refresh(point, plain, null);
    const seen = live.map(copy);
    live.forEach(({ responsibilities, factors }, h) => {
      responsibilities.set(inForce[h].responsibilities);
      factors.set(inForce[h].factors);
    });
    return seen;
  }

  private list(): LayerModulation[] {
    return this.layers.map((m, h) => ({
      layerName: m.planned.name,
      responsibilities: this.variant?.sums[h] ?? m.responsibilities,
      factors: this.variant?.factors[h] ?? m.factors,
    }));
  }
}
