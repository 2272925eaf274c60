import type { ConcatenationLayerSpec } from '../../../../ir/model-spec.js';
import type { PlannedLayer } from '../../../../ir/network-plan.js';
import { joinedAxis, joinedRuns } from '../../../../ir/ops/concatenation.js';
import { eachSample, sampleBytes } from '../arithmetic/samples.js';
import type { Floats, Machine } from '../machine.js';
import type { ErrorTarget, Layer, Pass } from './layer.js';

/** The inputs behind each other along one axis. */
export class ConcatenationLayer implements Layer {
  readonly output: Floats;
  readonly delta: Floats;
  readonly parameters = [];
  readonly state = [];
  private readonly runs: number;
  /** Values of a run of each input, of all of them together, and where each begins. */
  private readonly lengths: readonly number[];
  private readonly whole: number;
  private readonly offsets: readonly number[];

  constructor(
    private readonly machine: Machine,
    readonly plan: PlannedLayer & { readonly spec: ConcatenationLayerSpec },
    private readonly inputs: readonly Floats[],
    maxRows: number,
  ) {
    const { runs, lengths } = joinedRuns(plan.inputShapes, joinedAxis(plan.spec, plan.inputShapes[0]));
    this.runs = runs;
    this.lengths = lengths;
    this.whole = plan.outputSize / runs;
    this.offsets = lengths.map((_, k) => lengths.slice(0, k).reduce((n, length) => n + length, 0));
    this.output = machine.floats(maxRows * plan.outputSize);
    this.delta = machine.floats(maxRows * plan.outputSize);
  }

  forward({ rows }: Pass): void {
    const { machine, output, inputs, runs, whole, lengths } = this;
    eachSample(machine, rows, (row) => {
      inputs.forEach((input, k) => {
        const to = output.address + sampleBytes(row * runs * whole + this.offsets[k]);
        const from = input.address + sampleBytes(row * runs * lengths[k]);
        machine.kernels.copyBlocks(to, whole, from, lengths[k], lengths[k], runs);
      });
    });
  }

  backward({ rows }: Pass, targets: readonly (ErrorTarget | null)[]): void {
    const { machine, delta, runs, whole, lengths } = this;
    const { kernels } = machine;
    eachSample(machine, rows, (row) => {
      targets.forEach((target, k) => {
        if (target === null) return;
        const to = target.delta.address + sampleBytes(row * runs * lengths[k]);
        const from = delta.address + sampleBytes(row * runs * whole + this.offsets[k]);
        if (target.accumulate) kernels.addBlocks(to, lengths[k], from, whole, lengths[k], runs);
        else kernels.copyBlocks(to, lengths[k], from, whole, lengths[k], runs);
      });
    });
  }
}
