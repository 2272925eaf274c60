import type { BatchResult } from '../../../engine.js';
import type { Floats, Ints, Machine } from '../machine.js';

/** Where a loss finds the batch. All arrays are rows, one a sample. */
export interface LossArrays {
  /** [rows][values]: what the network answered. */
  readonly output: Floats;
  /** [rows][values]: takes the error signal. */
  readonly delta: Floats;
  /** [rows][values] */
  readonly input: Floats;
  /** [rows] */
  readonly labels: Ints;
  /** [rows]: what each row counts. */
  readonly rowWeights: Floats;
}

/** What a network's answers are held against. */
export interface Loss {
  /**
   * Losses of the batch's rows and, in `delta`, the derivative of each row's; both times the row's weight. One thread
   * learns the numbers; to the others the loss is 0, or NaN where it is not finite, so that all of them stop together.
   */
  evaluate(rows: number): BatchResult;
}

/** Has one thread take the loss, and tells all whether it is finite. */
export class SharedLoss {
  private readonly isFinite: Ints;

  constructor(private readonly machine: Machine) {
    this.isFinite = machine.ints(1);
  }

  take(evaluate: () => number): number {
    const { team } = this.machine;
    const [from, to] = team.share(1);
    let loss = 0;
    if (to > from) {
      loss = evaluate();
      this.isFinite.values[0] = Number.isFinite(loss) ? 1 : 0;
    }
    team.barrier();
    return to > from || this.isFinite.values[0] === 1 ? loss : NaN;
  }
}
