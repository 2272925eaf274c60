import type { Floats, Ints, Machine } from './machine.js';

/** Softmax on the logits and cross-entropy against the label; its error signal is simply p − onehot. */
export class SoftmaxCrossEntropy {
  /** [rows][classes] */
  readonly probabilities: Floats;
  readonly predicted: Ints;

  constructor(
    private readonly machine: Machine,
    private readonly classes: number,
    maxRows: number,
  ) {
    this.probabilities = machine.floats(maxRows * classes);
    this.predicted = machine.ints(maxRows);
  }

  /** Writes the error signal to `delta` and the classes to `predicted`; returns the loss summed over the rows. */
  evaluate(logits: Floats, labels: Ints, delta: Floats, rows: number): number {
    const { kernels, team } = this.machine;
    const { classes, predicted, probabilities } = this;
    const [from, to] = team.share(1);
    let loss = 0;
    if (to > from) {
      kernels.argmaxRows(logits.address, predicted.address, rows, classes);
      loss = kernels.softmaxCrossEntropy(
        logits.address,
        labels.address,
        probabilities.address,
        delta.address,
        rows,
        classes,
      );
    }
    team.barrier();
    return loss;
  }
}
