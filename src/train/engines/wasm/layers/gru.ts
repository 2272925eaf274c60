import type { GruLayerSpec } from '../../../../ir/model-spec.js';
import type { PlannedLayer } from '../../../../ir/network-plan.js';
import { addressIn, gateGradients, type Samples } from '../arithmetic/recurrent.js';
import type { Floats, Machine } from '../machine.js';
import type { Parameter } from '../parameter.js';
import { RecurrentLayer } from './recurrent.js';

/** The gates that see the state before, z and r, and the candidate, which sees it through r. */
const GATES = [0, 2] as const;
const CANDIDATE = [2, 1] as const;

/** See GruLayerSpec; `states` are h, and `sums` hold z, r, c side by side. */
export class GruLayer extends RecurrentLayer<GruLayerSpec> {
  /** [rows][steps][units]: r · h, what the candidate sees of the state before. */
  private readonly gated: Floats;
  /** [rows][units]: its error. */
  private readonly gatedErrors: Floats;

  constructor(machine: Machine, plan: PlannedLayer & { readonly spec: GruLayerSpec }, input: Floats, maxRows: number) {
    super(machine, plan, input, maxRows, 3);
    this.gated = machine.floats(maxRows * this.steps * this.nodes);
    this.gatedErrors = machine.floats(maxRows * this.nodes);
  }

  protected override stepForward(t: number, samples: Samples): void {
    const { steps, nodes } = this;
    const { kernels } = this.machine;
    const [from, count] = samples;
    const sums = this.sumsAt(t, from);
    const previous = this.at(this.previous, t, from);
    this.addRecurrent(this.previous, t, samples, GATES);
    kernels.gruGates(sums, previous, this.at(this.gated, t, from), steps * nodes, count, nodes);
    this.addRecurrent(this.gated, t, samples, CANDIDATE);
    const next = t + 1 < steps ? this.at(this.previous, t + 1, from) : 0;
    kernels.gruState(sums, previous, this.at(this.states, t, from), next, steps * nodes, count, nodes);
  }

  protected override stepBackward(t: number, samples: Samples): void {
    const { steps, nodes, gatedErrors } = this;
    const { kernels } = this.machine;
    const [from, count] = samples;
    const sums = this.sumsAt(t, from);
    const carry = this.carryAt(from);
    const previous = this.at(this.previous, t, from);
    const gated = addressIn(gatedErrors, from * nodes);
    kernels.gruBackwardState(carry, sums, previous, steps * nodes, count, nodes);
    this.clearRows(gatedErrors, samples);
    this.sendBack(gated, t, samples, CANDIDATE);
    kernels.gruBackwardGates(gated, carry, sums, previous, steps * nodes, count, nodes);
    this.sendBack(carry, t, samples, GATES);
  }

  protected override recurrentGradient({ gradient }: Parameter, rows: number): void {
    const { machine, nodes, width, sums } = this;
    const positions = rows * this.steps;
    gateGradients(machine, sums, width, this.previous, gradient, [0, 2 * nodes, nodes, positions], 1 / rows);
    gateGradients(machine, sums, width, this.gated, gradient, [2 * nodes, nodes, nodes, positions], 1 / rows);
  }
}
