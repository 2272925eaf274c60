import type { BatchNormLayerSpec } from '../../../../ir/model-spec.js';
import type { PlannedLayer } from '../../../../ir/network-plan.js';
import { accumulate, activate, activateBackward, copy } from '../arithmetic/elementwise.js';
import { alone } from '../arithmetic/samples.js';
import type { Floats, Machine } from '../machine.js';
import { plainParameter, type KeptState, type Parameter } from '../parameter.js';
import type { ErrorTarget, Layer, Pass } from './layer.js';

/** Per channel (last axis), over rows and positions; what it computes stands in src/ir/ops/batch-norm.ts. */
export class BatchNormLayer implements Layer {
  readonly output: Floats;
  readonly delta: Floats;
  readonly parameters: readonly Parameter[];
  readonly state: readonly KeptState[];
  private readonly channels: number;
  private readonly batchMean: Floats;
  private readonly batchVariance: Floats;
  private readonly scale: Floats;
  /** The normalized input. */
  private readonly normal: Floats;

  constructor(
    private readonly machine: Machine,
    readonly plan: PlannedLayer & { readonly spec: BatchNormLayerSpec },
    private readonly input: Floats,
    maxRows: number,
  ) {
    this.channels = plan.outputShape.at(-1)!;
    this.parameters = plan.parameters.map((planned) => plainParameter(machine, planned));
    this.state = plan.state.map((planned) => ({ planned, values: machine.floats(this.channels) }));
    this.batchMean = machine.floats(this.channels);
    this.batchVariance = machine.floats(this.channels);
    this.scale = machine.floats(this.channels);
    const size = maxRows * plan.outputSize;
    this.normal = machine.floats(size);
    this.output = machine.floats(size);
    this.delta = machine.floats(size);
  }

  /** Values of one channel in the batch. */
  private count(rows: number): number {
    return (rows * this.plan.outputSize) / this.channels;
  }

  forward({ rows, training }: Pass): void {
    const { machine, channels, batchMean, batchVariance } = this;
    const { kernels } = machine;
    const { momentum, epsilon, activation } = this.plan.spec;
    const [gamma, beta] = this.parameters.map((p) => p.values.address);
    const [movingMean, movingVariance] = this.state.map((s) => s.values);
    const [mean, variance] = training ? [batchMean, batchVariance] : [movingMean, movingVariance];
    const x = this.input.address;
    alone(machine, () => {
      if (training) {
        kernels.batchStatistics(x, this.count(rows), channels, batchMean.address, batchVariance.address);
        kernels.moveAverage(movingMean.address, batchMean.address, channels, momentum);
        kernels.moveAverage(movingVariance.address, batchVariance.address, channels, momentum);
      }
      kernels.batchNormForward(
        x,
        this.count(rows),
        channels,
        mean.address,
        variance.address,
        epsilon,
        gamma,
        beta,
        this.scale.address,
        this.normal.address,
        this.output.address,
      );
    });
    if (activation !== 'none') activate(machine, activation, this.output, rows * this.plan.outputSize);
  }

  backward({ rows }: Pass, [target]: readonly (ErrorTarget | null)[]): void {
    const { machine, delta } = this;
    const n = rows * this.plan.outputSize;
    const { activation } = this.plan.spec;
    if (activation !== 'none') activateBackward(machine, activation, delta, this.output, n);
    const [gamma, beta] = this.parameters;
    alone(machine, () => {
      machine.kernels.batchNormBackward(
        delta.address,
        this.normal.address,
        this.count(rows),
        this.channels,
        gamma.values.address,
        this.scale.address,
        gamma.gradient.address,
        beta.gradient.address,
        1 / rows,
      );
    });
    if (target === null) return;
    if (target.accumulate) accumulate(machine, target.delta, delta, n);
    else copy(machine, target.delta, delta, n);
  }
}
