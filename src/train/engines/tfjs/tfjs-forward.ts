import type * as Tfjs from '@tensorflow/tfjs';
import { NETWORK_INPUT, type NetworkPlan, type PlannedLayer } from '../../../ir/network-plan.js';
import type { LearningRule } from '../../engine.js';
import { planFeedback } from '../../feedback.js';
import type { Tensor, Tf } from './back-end.js';
import { replaceError, scaleError, watchError } from './custom-gradients.js';
import type { LayerCall } from './layers/layer.js';
import { layerFunction } from './layers/layer-functions.js';
import type { Draws } from './step-draws.js';

/** The forward pass, with the places where GRAPES and direct feedback bend the error on its way back. */
export class TfjsForward {
  /** Mean and variance of the last training batch, by layer. */
  private readonly statistics = new Map<number, readonly [Tensor, Tensor]>();
  /** What has to outlive the tape. */
  private kept: Tensor[] = [];
  /** Index of a layer's feedback in `feedback`. */
  private readonly feedbackOf: ReadonlyMap<number, number>;

  constructor(
    private readonly tf: Tf,
    private readonly plan: NetworkPlan,
    private readonly rule: LearningRule,
    private readonly feedback: readonly Tensor[],
  ) {
    this.feedbackOf = new Map(planFeedback(plan, rule.propagation).map(({ layer }, i) => [layer, i]));
  }

  /**
   * @param learned one a parameter of the plan
   * @param state one a kept array of the plan
   * @param errorFactors factors [nodes] by the layer at whose output the error is multiplied
   * @returns [rows][output shape]
   */
  run(
    x: Tensor,
    learned: readonly Tensor[],
    state: readonly Tensor[],
    draws: Draws,
    errorFactors: ReadonlyMap<number, Tensor>,
  ): Tensor {
    const { tf, plan } = this;
    this.release();
    let outputError: Tensor | null = null;
    const outputs: Tensor[] = [];
    const cursor = { learned: 0, state: 0 };
    for (const planned of plan.layers) {
      const own = planned.parameters.map(({ part }) => [part, learned[cursor.learned++]] as const);
      const kept = planned.state.map(({ part }) => [part, state[cursor.state++]] as const);
      const inputs = planned.inputs.map((i) => (i === NETWORK_INPUT ? x : outputs[i]));
      const call = this.call(planned, draws, Object.fromEntries([...own, ...kept]));
      let output = layerFunction(planned.spec.type)(inputs, call);
      const factors = errorFactors.get(planned.index);
      if (factors !== undefined) output = scaleError(tf, output, factors);
      const feedback = this.feedbackOf.get(planned.index);
      if (draws.training && this.rule.propagation === 'dfa' && feedback !== undefined) {
        const { shape } = output;
        // The output's error comes first on the way back, so it is there when this is asked.
        output = replaceError(tf, output, () =>
          tf.matMul(outputError!, this.feedback[feedback], false, true).reshape(shape),
        );
      }
      outputs.push(output);
    }
    const last = outputs[plan.output];
    if (!draws.training || this.rule.propagation !== 'dfa') return last;
    return watchError(tf, last, (error) => {
      outputError = this.keep(error.reshape([draws.rows, -1]));
    });
  }

  private call(planned: PlannedLayer, draws: Draws, parameters: LayerCall['parameters']): LayerCall {
    const { tf, rule } = this;
    const mask = draws.masks.get(planned.index);
    const feedback = rule.propagation === 'fa' ? this.feedbackOf.get(planned.index) : undefined;
    return {
      tf,
      planned,
      rows: draws.rows,
      training: draws.training,
      parameters,
      feedback: feedback === undefined ? null : this.feedback[feedback],
      mask: mask === undefined ? null : tf.tensor(mask, [draws.rows, ...planned.outputShape]),
      key: draws.keys.get(planned.index) ?? 0,
      tellStatistics: (mean, variance) => {
        this.statistics.set(planned.index, [this.keep(mean), this.keep(variance)]);
      },
    };
  }

  private keep(tensor: Tensor): Tensor {
    const copy = this.tf.keep(tensor.clone());
    this.kept.push(copy);
    return copy;
  }

  /** Frees what the last pass kept. */
  release(): void {
    this.tf.dispose(this.kept);
    this.kept = [];
    this.statistics.clear();
  }

  /** moving ← momentum · moving + (1 − momentum) · the batch's; `state` as in `run`. */
  updateStatistics(state: readonly Tfjs.Variable[]): void {
    let next = 0;
    for (const { index, spec, state: kept } of this.plan.layers) {
      const observed = this.statistics.get(index) ?? [];
      kept.forEach((_, i) => {
        const moving = state[next++];
        if (spec.type !== 'batch_norm') return;
        moving.assign(moving.mul(spec.momentum).add(observed[i].mul(1 - spec.momentum)) as never);
      });
    }
  }
}
