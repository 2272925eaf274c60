import type { SnuLayerSpec } from '../../../../ir/model-spec.js';
import type { PlannedLayer } from '../../../../ir/network-plan.js';
import { ACTIVATION_KIND, addressIn, type Samples } from '../arithmetic/recurrent.js';
import type { Floats, Machine } from '../machine.js';
import { RecurrentLayer } from './recurrent.js';

/** See SnuLayerSpec; `states` are y, the spikes. The error also goes back through the reset, 1 − y. */
export class SnuLayer extends RecurrentLayer<SnuLayerSpec> {
  private readonly kind: number;
  private readonly soft: number;
  /** [rows][steps][units]: s. */
  private readonly membranes: Floats;
  /** [rows][units]: on the way back, what the step after sends to s. */
  private readonly membraneErrors: Floats;
  /** [rows][steps][units]: errors of s + b. */
  private readonly excessErrors: Floats;

  constructor(machine: Machine, plan: PlannedLayer & { readonly spec: SnuLayerSpec }, input: Floats, maxRows: number) {
    super(machine, plan, input, maxRows, 1);
    this.kind = ACTIVATION_KIND[plan.spec.activation];
    this.soft = plan.spec.soft ? 1 : 0;
    const size = maxRows * this.steps * this.nodes;
    this.membranes = machine.floats(size);
    this.membraneErrors = machine.floats(maxRows * this.nodes);
    this.excessErrors = machine.floats(size);
  }

  protected override get biasErrors(): Floats {
    return this.excessErrors;
  }

  /** Address of the step before in `membranes`, or 0. */
  private before(t: number, from: number): number {
    return t > 0 ? this.at(this.membranes, t - 1, from) : 0;
  }

  protected override stepForward(t: number, samples: Samples): void {
    const { machine, steps, nodes } = this;
    const [from, count] = samples;
    this.addRecurrent(this.previous, t, samples);
    machine.kernels.snuForward(
      this.kind,
      this.soft,
      this.plan.spec.decay,
      this.sumsAt(t, from),
      this.bias!.values.address,
      this.before(t, from),
      this.at(this.previous, t, from),
      this.at(this.membranes, t, from),
      this.at(this.states, t, from),
      t + 1 < steps ? this.at(this.previous, t + 1, from) : 0,
      steps * nodes,
      count,
      nodes,
    );
  }

  protected override stepBackward(t: number, samples: Samples): void {
    const { machine, steps, nodes, membraneErrors } = this;
    const [from, count] = samples;
    if (t === steps - 1) this.clearRows(membraneErrors, samples);
    const carry = this.carryAt(from);
    machine.kernels.snuBackward(
      this.kind,
      this.soft,
      this.plan.spec.decay,
      carry,
      addressIn(membraneErrors, from * nodes),
      this.bias!.values.address,
      this.before(t, from),
      this.at(this.previous, t, from),
      this.at(this.membranes, t, from),
      this.at(this.states, t, from),
      this.at(this.excessErrors, t, from),
      this.sumsAt(t, from),
      steps * nodes,
      count,
      nodes,
    );
    this.sendBack(carry, t, samples);
  }
}
