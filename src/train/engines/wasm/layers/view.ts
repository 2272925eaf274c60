import type { PlannedLayer } from '../../../../ir/network-plan.js';
import type { Floats, Machine } from '../machine.js';
import type { LayerInput } from './create-layer.js';
import type { Layer } from './layer.js';

/** Another shape for the same values: output and error are the input's own memory, and nothing has to be done. */
export class ViewLayer implements Layer {
  readonly output: Floats;
  readonly delta: Floats;
  readonly parameters = [];
  readonly state = [];

  constructor(
    machine: Machine,
    readonly plan: PlannedLayer,
    { output, delta }: LayerInput,
    maxRows: number,
  ) {
    this.output = output;
    // Nobody wants the network's input's error, but whoever reads this layer needs a place for it.
    this.delta = delta ?? machine.floats(maxRows * plan.outputSize);
  }

  forward(): void {
    // The input's memory is the output.
  }

  backward(): void {
    // So is the error's.
  }
}
