import type { RateCodeLayerSpec } from '../../../../ir/model-spec.js';
import type { PlannedLayer } from '../../../../ir/network-plan.js';
import { Rng } from '../../../../util/rng.js';
import { addressIn } from '../arithmetic/recurrent.js';
import { clear, eachSample } from '../arithmetic/samples.js';
import type { Floats, Machine } from '../machine.js';
import type { ErrorTarget, Layer, Pass } from './layer.js';

/** The key of the spikes that `rate_code` layer `name` draws in a step of training. */
export function rateCodeKey(seed: number, name: string, step: number): number {
  return Rng.forPurpose(seed, `rate-code/${name}/${String(step)}`).uint32();
}

/** Values become spikes over time; see RateCodeLayerSpec. */
export class RateCodeLayer implements Layer {
  readonly output: Floats;
  /** Empty: no error is ever sent here. */
  readonly delta: Floats;
  readonly parameters = [];
  readonly state = [];
  private readonly features: number;

  constructor(
    private readonly machine: Machine,
    readonly plan: PlannedLayer & { readonly spec: RateCodeLayerSpec },
    private readonly input: Floats,
    maxRows: number,
  ) {
    this.features = plan.outputSize / plan.spec.steps;
    this.output = machine.floats(maxRows * plan.outputSize);
    this.delta = machine.floats(0);
  }

  forward({ rows, training, seed, step }: Pass): void {
    const { machine, features, input, output } = this;
    const { name, outputSize, spec } = this.plan;
    const key = training ? rateCodeKey(seed, name, step) : spec.seed;
    eachSample(machine, rows, (row) => {
      const x = addressIn(input, row * features);
      const y = addressIn(output, row * outputSize);
      // In use the same sample has the same spikes wherever it stands in the batch.
      const first = training ? row * outputSize : 0;
      machine.kernels.rateCode(x, features, y, outputSize, key, first, spec.gain);
    });
  }

  backward({ rows }: Pass, [target]: readonly (ErrorTarget | null)[]): void {
    // Spikes are drawn: there is no error to send through them.
    if (target !== null && !target.accumulate) clear(this.machine, target.delta, rows * this.features);
  }
}
