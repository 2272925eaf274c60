import type { ActivationLayerSpec, AddLayerSpec } from '../../../../ir/model-spec.js';
import type { PlannedLayer } from '../../../../ir/network-plan.js';
import { accumulate, activate, activateBackward, copy } from '../arithmetic/elementwise.js';
import type { Floats, Machine } from '../machine.js';
import type { ErrorTarget, Layer, Pass } from './layer.js';

/** f(sum of the inputs); with one input, an activation of its own. */
export class AddLayer implements Layer {
  readonly output: Floats;
  readonly delta: Floats;
  readonly parameters = [];
  readonly state = [];

  constructor(
    private readonly machine: Machine,
    readonly plan: PlannedLayer & { readonly spec: AddLayerSpec | ActivationLayerSpec },
    private readonly inputs: readonly Floats[],
    maxRows: number,
  ) {
    this.output = machine.floats(maxRows * plan.outputSize);
    this.delta = machine.floats(maxRows * plan.outputSize);
  }

  forward({ rows }: Pass): void {
    const { machine, output, inputs } = this;
    const n = rows * this.plan.outputSize;
    copy(machine, output, inputs[0], n);
    for (let i = 1; i < inputs.length; i++) accumulate(machine, output, inputs[i], n);
    const { activation } = this.plan.spec;
    if (activation !== 'none') activate(machine, activation, output, n);
  }

  backward({ rows }: Pass, targets: readonly (ErrorTarget | null)[]): void {
    const { machine, delta } = this;
    const n = rows * this.plan.outputSize;
    const { activation } = this.plan.spec;
    if (activation !== 'none') activateBackward(machine, activation, delta, this.output, n);
    for (const target of targets) {
      if (target === null) continue;
      if (target.accumulate) accumulate(machine, target.delta, delta, n);
      else copy(machine, target.delta, delta, n);
    }
  }
}
