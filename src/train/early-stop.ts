/**
 * Watches one number an epoch, smaller is better. With a patience, training stops after that many epochs in a row
 * without a new best, and the best epoch's weights are the result. Without (null) nothing stops, and the last are.
 */
export class EarlyStop {
  constructor(
    private readonly patience: number | null,
    public bestLoss = Infinity,
    /** Counted from 1; 0 before the first epoch. */
    public bestEpoch = 0,
  ) {}

  /** Returns whether this epoch's weights are the ones to keep. */
  observe(epoch: number, loss: number): boolean {
    if (this.patience !== null && !(loss < this.bestLoss)) return false;
    this.bestLoss = loss;
    this.bestEpoch = epoch;
    return true;
  }

  shouldStop(epoch: number): boolean {
    return this.patience !== null && epoch - this.bestEpoch >= this.patience;
  }
}
