import type { MulLayerSpec } from '../../../../ir/model-spec.js';
import type { PlannedLayer } from '../../../../ir/network-plan.js';
import { repeatedFactor } from '../../../../ir/ops/mul.js';
import { elementCount } from '../../../../ir/tensor.js';
import { activate, activateBackward } from '../arithmetic/elementwise.js';
import { clear, eachSample, sampleBytes } from '../arithmetic/samples.js';
import type { Floats, Machine } from '../machine.js';
import type { ErrorTarget, Layer, Pass } from './layer.js';

/** f(x · factor); the factor repeats along the leading axes where it is the smaller of both. */
export class MulLayer implements Layer {
  readonly output: Floats;
  readonly delta: Floats;
  readonly parameters = [];
  readonly state = [];
  /** Place of the factor among the inputs. */
  private readonly small: 0 | 1;
  /** Values of the factor, and how often it is used in a sample. */
  private readonly length: number;
  private readonly count: number;
  private readonly bytes: number;
  private readonly factorBytes: number;

  constructor(
    private readonly machine: Machine,
    readonly plan: PlannedLayer & { readonly spec: MulLayerSpec },
    private readonly inputs: readonly Floats[],
    maxRows: number,
  ) {
    this.small = repeatedFactor(plan.inputShapes);
    this.length = elementCount(plan.inputShapes[this.small]);
    this.count = plan.outputSize / this.length;
    this.bytes = sampleBytes(plan.outputSize);
    this.factorBytes = sampleBytes(this.length);
    this.output = machine.floats(maxRows * plan.outputSize);
    this.delta = machine.floats(maxRows * plan.outputSize);
  }

  forward({ rows }: Pass): void {
    const { machine, output, inputs, small, length, count, bytes, factorBytes } = this;
    const [x, factor] = [inputs[1 - small].address, inputs[small].address];
    eachSample(machine, rows, (row) => {
      const [y, from, by] = [output.address + row * bytes, x + row * bytes, factor + row * factorBytes];
      machine.kernels.multiplyRows(y, from, by, length, count, 0);
    });
    const { activation } = this.plan.spec;
    if (activation !== 'none') activate(machine, activation, output, rows * this.plan.outputSize);
  }

  backward({ rows }: Pass, targets: readonly (ErrorTarget | null)[]): void {
    const { machine, delta, inputs, small, length, count, bytes, factorBytes } = this;
    const { kernels } = machine;
    const { activation } = this.plan.spec;
    if (activation !== 'none') activateBackward(machine, activation, delta, this.output, rows * this.plan.outputSize);
    const [toFactor, toX] = [targets[small], targets[1 - small]];
    const [x, factor] = [inputs[1 - small].address, inputs[small].address];
    // A layer multiplied by itself gets both errors in one place: the one that begins it comes first.
    const sendToX = (): void => {
      if (toX === null) return;
      eachSample(machine, rows, (row) => {
        const [d, by, dx] = [delta.address, factor, toX.delta.address];
        const add = toX.accumulate ? 1 : 0;
        kernels.multiplyRows(dx + row * bytes, d + row * bytes, by + row * factorBytes, length, count, add);
      });
    };
    const sendToFactor = (): void => {
      if (toFactor === null) return;
      if (!toFactor.accumulate) clear(machine, toFactor.delta, rows * length);
      eachSample(machine, rows, (row) => {
        const [d, df] = [delta.address + row * bytes, toFactor.delta.address + row * factorBytes];
        kernels.addProducts(df, d, x + row * bytes, length, count);
      });
    };
    const inOrder = small === 0 ? [sendToFactor, sendToX] : [sendToX, sendToFactor];
    for (const send of inOrder) send();
  }
}
