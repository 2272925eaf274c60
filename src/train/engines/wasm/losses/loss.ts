import type { BatchResult } from '../../../engine.js';
import type { Floats, Ints } from '../machine.js';

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
  /** Losses of the batch's rows and, in `delta`, the derivative of each row's; both times the row's weight. */
  evaluate(rows: number): BatchResult;
}
