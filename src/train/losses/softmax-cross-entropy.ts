import type { Engine, Floats, Ints } from '../engine.js';

/** Softmax on the logits and cross-entropy against the label; its error signal is simply p − onehot. */
export class SoftmaxCrossEntropy {
  /** [rows][classes] */
  readonly probabilities: Floats;
  readonly predicted: Ints;

  constructor(
    private readonly engine: Engine,
    private readonly classes: number,
    maxRows: number,
  ) {
    this.probabilities = engine.floats(maxRows * classes);
    this.predicted = engine.ints(maxRows);
  }

  /** Writes the error signal to `delta` and the classes to `predicted`; returns the loss summed over the rows. */
  evaluate(logits: Floats, labels: Ints, delta: Floats, rows: number): number {
    this.engine.argmaxRows(logits, this.predicted, rows, this.classes);
    return this.engine.softmaxCrossEntropy(logits, labels, this.probabilities, delta, rows, this.classes);
  }
}
