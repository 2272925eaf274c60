import type { SimpleRnnLayerSpec } from '../../../../ir/model-spec.js';
import type { PlannedLayer } from '../../../../ir/network-plan.js';
import { ACTIVATION_KIND, type Samples } from '../arithmetic/recurrent.js';
import type { Floats, Machine } from '../machine.js';
import { RecurrentLayer } from './recurrent.js';

/** h_t = f(W x_t + U h_{t−1} + b); `states` are h. */
export class SimpleRnnLayer extends RecurrentLayer<SimpleRnnLayerSpec> {
  private readonly kind: number;

  constructor(
    machine: Machine,
    plan: PlannedLayer & { readonly spec: SimpleRnnLayerSpec },
    input: Floats,
    maxRows: number,
  ) {
    super(machine, plan, input, maxRows, 1);
    this.kind = ACTIVATION_KIND[plan.spec.activation];
  }

  protected override stepForward(t: number, samples: Samples): void {
    const { machine, steps, nodes } = this;
    const [from, count] = samples;
    this.addRecurrent(this.previous, t, samples);
    const next = t + 1 < steps ? this.at(this.previous, t + 1, from) : 0;
    const state = this.at(this.states, t, from);
    machine.kernels.rnnForward(this.kind, this.sumsAt(t, from), state, next, steps * nodes, count, nodes);
  }

  protected override stepBackward(t: number, samples: Samples): void {
    const { machine, steps, nodes } = this;
    const [from, count] = samples;
    const carry = this.carryAt(from);
    const state = this.at(this.states, t, from);
    machine.kernels.rnnBackward(this.kind, carry, state, this.sumsAt(t, from), steps * nodes, count, nodes);
    this.clearRows(this.carry, samples);
    this.sendBack(carry, t, samples);
  }
}
