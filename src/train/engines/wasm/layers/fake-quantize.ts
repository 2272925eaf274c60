import type { FakeQuantizeLayerSpec } from '../../../../ir/model-spec.js';
import type { PlannedLayer } from '../../../../ir/network-plan.js';
import { stepRange } from '../../../../ir/ops/fake-quantize.js';
import { accumulate, copy } from '../arithmetic/elementwise.js';
import type { Floats, Machine } from '../machine.js';
import type { ErrorTarget, Layer, Pass } from './layer.js';

const FLOAT_BYTES = 4;
const LANES = 4;

/** Values as integers would hold them; the error goes straight through where none was clamped. */
export class FakeQuantizeLayer implements Layer {
  readonly output: Floats;
  readonly delta: Floats;
  readonly parameters = [];
  readonly state = [];
  private readonly range: readonly [number, number];

  constructor(
    private readonly machine: Machine,
    readonly plan: PlannedLayer & { readonly spec: FakeQuantizeLayerSpec },
    private readonly input: Floats,
    maxRows: number,
  ) {
    this.output = machine.floats(maxRows * plan.outputSize);
    this.delta = machine.floats(maxRows * plan.outputSize);
    this.range = stepRange(plan.spec);
  }

  forward({ rows }: Pass): void {
    const { kernels, team } = this.machine;
    const [from, to] = team.share(rows * this.plan.outputSize, LANES);
    const offset = FLOAT_BYTES * from;
    if (to > from) {
      const [x, y] = [this.input.address + offset, this.output.address + offset];
      kernels.fakeQuantize(x, y, to - from, this.plan.spec.scale, ...this.range);
    }
    team.barrier();
  }

  backward({ rows }: Pass, [target]: readonly (ErrorTarget | null)[]): void {
    if (target === null) return;
    const { kernels, team } = this.machine;
    const n = rows * this.plan.outputSize;
    const [from, to] = team.share(n, LANES);
    const offset = FLOAT_BYTES * from;
    if (to > from) {
      const [d, x] = [this.delta.address + offset, this.input.address + offset];
      kernels.fakeQuantizeBackward(d, x, to - from, this.plan.spec.scale, ...this.range);
    }
    team.barrier();
    if (target.accumulate) accumulate(this.machine, target.delta, this.delta, n);
    else copy(this.machine, target.delta, this.delta, n);
  }
}
