import type { BatchResult } from '../../../engine.js';
import type { Machine } from '../machine.js';
import { SharedLoss, type Loss, type LossArrays } from './loss.js';

/** Mean squared difference between the output and the input of an autoencoder. Labels have no part in it. */
export class Reconstruction implements Loss {
  private readonly shared: SharedLoss;

  constructor(
    private readonly machine: Machine,
    private readonly arrays: LossArrays,
    private readonly values: number,
  ) {
    this.shared = new SharedLoss(machine);
  }

  evaluate(rows: number): BatchResult {
    const { output, delta, input, rowWeights } = this.arrays;
    const addresses = [output.address, input.address, rowWeights.address, delta.address] as const;
    const loss = this.shared.take(() => this.machine.kernels.meanSquaredError(...addresses, rows, this.values));
    return { loss, correct: 0 };
  }
}
