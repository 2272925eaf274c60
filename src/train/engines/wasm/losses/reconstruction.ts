import type { BatchResult } from '../../../engine.js';
import type { Machine } from '../machine.js';
import type { Loss, LossArrays } from './loss.js';

/** Mean squared difference between the output and the input of an autoencoder. Labels have no part in it. */
export class Reconstruction implements Loss {
  constructor(
    private readonly machine: Machine,
    private readonly arrays: LossArrays,
    private readonly values: number,
  ) {}

  evaluate(rows: number): BatchResult {
    const { kernels, team } = this.machine;
    const { output, delta, input, rowWeights } = this.arrays;
    const [from, to] = team.share(1);
    let loss = 0;
    if (to > from) {
      const addresses = [output.address, input.address, rowWeights.address, delta.address] as const;
      loss = kernels.meanSquaredError(...addresses, rows, this.values);
    }
    team.barrier();
    return { loss, correct: 0 };
  }
}
