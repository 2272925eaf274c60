import type { DropoutLayerSpec } from '../../../../ir/model-spec.js';
import type { PlannedLayer } from '../../../../ir/network-plan.js';
import { Rng } from '../../../../util/rng.js';
import { accumulate, copy, dropoutMask, multiply } from '../arithmetic/elementwise.js';
import type { Floats, Machine } from '../machine.js';
import type { ErrorTarget, Layer, Pass } from './layer.js';

/** The mask of the step that `dropout` layer `name` draws, as a key for the hash in kernels/parts/dropout.ts. */
export function dropoutKey(seed: number, name: string, step: number): number {
  return Rng.forPurpose(seed, `dropout/${name}/${String(step)}`).uint32();
}

/** Inverted dropout: what is kept is scaled up by 1 / keep while training; nothing happens otherwise. */
export class DropoutLayer implements Layer {
  readonly output: Floats;
  readonly delta: Floats;
  readonly parameters = [];
  readonly state = [];
  /** [rows][values] of 0 or 1 / keep. Tests of golden vectors write it and freeze the layer. */
  readonly mask: Floats;
  frozen = false;

  constructor(
    private readonly machine: Machine,
    readonly plan: PlannedLayer & { readonly spec: DropoutLayerSpec },
    private readonly input: Floats,
    maxRows: number,
  ) {
    const size = maxRows * plan.outputSize;
    this.output = machine.floats(size);
    this.delta = machine.floats(size);
    this.mask = machine.floats(size);
    if (plan.spec.rate === 0) {
      this.mask.values.fill(1);
      this.frozen = true;
    }
  }

  forward({ rows, training, seed, step }: Pass): void {
    const n = rows * this.plan.outputSize;
    const { rate } = this.plan.spec;
    if (!training) {
      copy(this.machine, this.output, this.input, n);
      return;
    }
    if (!this.frozen) dropoutMask(this.machine, this.mask, n, dropoutKey(seed, this.plan.name, step), 1 - rate);
    multiply(this.machine, this.output, this.input, this.mask, n);
  }

  backward({ rows }: Pass, [target]: readonly (ErrorTarget | null)[]): void {
    if (target === null) return;
    const n = rows * this.plan.outputSize;
    multiply(this.machine, this.delta, this.delta, this.mask, n);
    if (target.accumulate) accumulate(this.machine, target.delta, this.delta, n);
    else copy(this.machine, target.delta, this.delta, n);
  }
}
