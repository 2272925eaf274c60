import type { BatchNormLayerSpec } from '../../../../ir/model-spec.js';
import type { PlannedLayer } from '../../../../ir/network-plan.js';
import { activate, activateBackward } from '../arithmetic/elementwise.js';
import type { Floats, Machine } from '../machine.js';
import { plainParameter, type KeptState, type Parameter } from '../parameter.js';
import type { ErrorTarget, Layer, Pass } from './layer.js';

/** Channels that the kernels sum side by side. */
const GRAIN = 8;

/**
 * Per channel (last axis), over rows and positions; what it computes stands in src/ir/ops/batch-norm.ts. Threads share
 * out sums by channel, and all else by row. The normalized input is computed anew on the way back, which is cheaper than
 * keeping it.
 */
export class BatchNormLayer implements Layer {
  readonly output: Floats;
  readonly delta: Floats;
  readonly parameters: readonly Parameter[];
  readonly state: readonly KeptState[];
  private readonly channels: number;
  private readonly batchMean: Floats;
  private readonly batchVariance: Floats;
  private readonly scale: Floats;
  /** Means over the batch of the error, and of its product with the normalized input. */
  private readonly errors: Floats;
  private readonly products: Floats;

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
    this.errors = machine.floats(this.channels);
    this.products = machine.floats(this.channels);
    const size = maxRows * plan.outputSize;
    this.output = machine.floats(size);
    this.delta = machine.floats(size);
  }

  /** Values of one channel in the batch. */
  private count(rows: number): number {
    return (rows * this.plan.outputSize) / this.channels;
  }

  forward({ rows, training }: Pass): void {
    const { machine, channels, scale } = this;
    const { kernels, team } = machine;
    const { epsilon, activation } = this.plan.spec;
    if (training) this.takeStatistics(rows);
    const [movingMean, movingVariance] = this.state.map((s) => s.values);
    const [mean, variance] = training ? [this.batchMean, this.batchVariance] : [movingMean, movingVariance];
    const [first, last] = team.share(channels, GRAIN);
    const skip = 4 * first;
    if (last > first) kernels.batchNormScale(variance.address + skip, last - first, epsilon, scale.address + skip);
    team.barrier();

    const [gamma, beta] = this.parameters.map((p) => p.values.address);
    const [from, to] = team.share(this.count(rows));
    const offset = 4 * from * channels;
    if (to > from) {
      kernels.batchNormForward(
        this.input.address + offset,
        to - from,
        channels,
        mean.address,
        scale.address,
        gamma,
        beta,
        this.output.address + offset,
      );
    }
    team.barrier();
    if (activation !== 'none') activate(machine, activation, this.output, rows * this.plan.outputSize);
  }

  private takeStatistics(rows: number): void {
    const { channels, batchMean, batchVariance } = this;
    const { kernels, team } = this.machine;
    const { momentum } = this.plan.spec;
    const [movingMean, movingVariance] = this.state.map((s) => s.values.address);
    const [first, last] = team.share(channels, GRAIN);
    const n = last - first;
    const skip = 4 * first;
    if (n > 0) {
      const [mean, variance] = [batchMean.address + skip, batchVariance.address + skip];
      kernels.batchStatistics(this.input.address + skip, this.count(rows), channels, n, mean, variance);
      kernels.moveAverage(movingMean + skip, mean, n, momentum);
      kernels.moveAverage(movingVariance + skip, variance, n, momentum);
    }
    team.barrier();
  }

  backward({ rows }: Pass, [target]: readonly (ErrorTarget | null)[]): void {
    const { machine, delta } = this;
    const { activation } = this.plan.spec;
    if (activation !== 'none') activateBackward(machine, activation, delta, this.output, rows * this.plan.outputSize);
    this.takeGradients(rows);
    if (target !== null) this.sendDown(rows, target);
  }

  private takeGradients(rows: number): void {
    const { channels, delta, input } = this;
    const { kernels, team } = this.machine;
    const [gamma, beta] = this.parameters;
    const [first, last] = team.share(channels, GRAIN);
    const skip = 4 * first;
    if (last > first) {
      kernels.batchNormGradients(
        delta.address + skip,
        input.address + skip,
        this.count(rows),
        channels,
        last - first,
        this.batchMean.address + skip,
        this.scale.address + skip,
        gamma.gradient.address + skip,
        beta.gradient.address + skip,
        1 / rows,
        this.errors.address + skip,
        this.products.address + skip,
      );
    }
    team.barrier();
  }

  private sendDown(rows: number, target: ErrorTarget): void {
    const { channels, delta, input } = this;
    const { kernels, team } = this.machine;
    const [from, to] = team.share(this.count(rows));
    const offset = 4 * from * channels;
    if (to > from) {
      kernels.batchNormBackward(
        delta.address + offset,
        input.address + offset,
        to - from,
        channels,
        this.batchMean.address,
        this.scale.address,
        this.parameters[0].values.address,
        this.errors.address,
        this.products.address,
        target.delta.address + offset,
        target.accumulate ? 1 : 0,
      );
    }
    team.barrier();
  }
}
