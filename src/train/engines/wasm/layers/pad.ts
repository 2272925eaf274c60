import type { PadLayerSpec } from '../../../../ir/model-spec.js';
import type { PlannedLayer } from '../../../../ir/network-plan.js';
import { paddedRuns, type PaddedRuns } from '../../../../ir/ops/pad.js';
import { eachSample, sampleBytes } from '../arithmetic/samples.js';
import type { Floats, Machine } from '../machine.js';
import type { ErrorTarget, Layer, Pass } from './layer.js';

/** The input in a frame of zeros, which are written once: nobody else writes there. */
export class PadLayer implements Layer {
  readonly output: Floats;
  readonly delta: Floats;
  readonly parameters = [];
  readonly state = [];
  private readonly runs: PaddedRuns;
  private readonly inputSize: number;

  constructor(
    private readonly machine: Machine,
    readonly plan: PlannedLayer & { readonly spec: PadLayerSpec },
    private readonly input: Floats,
    maxRows: number,
  ) {
    this.runs = paddedRuns(plan.spec, plan.inputShapes[0]);
    this.inputSize = this.runs.length * this.runs.places.length;
    this.output = machine.floats(maxRows * plan.outputSize);
    this.delta = machine.floats(maxRows * plan.outputSize);
  }

  forward({ rows }: Pass): void {
    const { kernels } = this.machine;
    this.eachRun(rows, this.output, this.input, (inside, run, length) => {
      kernels.copyBlocks(inside, length, run, length, length, 1);
    });
  }

  backward({ rows }: Pass, [target]: readonly (ErrorTarget | null)[]): void {
    if (target === null) return;
    const { kernels } = this.machine;
    this.eachRun(rows, this.delta, target.delta, (inside, run, length) => {
      if (target.accumulate) kernels.addBlocks(run, length, inside, length, length, 1);
      else kernels.copyBlocks(run, length, inside, length, length, 1);
    });
  }

  private eachRun(
    rows: number,
    padded: Floats,
    plain: Floats,
    move: (inside: number, run: number, length: number) => void,
  ): void {
    const { length, places } = this.runs;
    eachSample(this.machine, rows, (row) => {
      const [to, from] = [row * this.plan.outputSize, row * this.inputSize];
      places.forEach((place, k) => {
        move(padded.address + sampleBytes(to + place), plain.address + sampleBytes(from + k * length), length);
      });
    });
  }
}
