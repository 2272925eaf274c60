import type { BatchResult } from '../../../engine.js';
import type { Floats, Ints, Machine } from '../machine.js';
import type { Loss, LossArrays } from './loss.js';

/** Softmax on the logits and cross-entropy against the label; its error signal is simply p − onehot. */
export class SoftmaxCrossEntropy implements Loss {
  /** [rows][classes] */
  readonly probabilities: Floats;
  readonly predicted: Ints;

  constructor(
    private readonly machine: Machine,
    private readonly arrays: LossArrays,
    private readonly classes: number,
    maxRows: number,
  ) {
    this.probabilities = machine.floats(maxRows * classes);
    this.predicted = machine.ints(maxRows);
  }

  evaluate(rows: number): BatchResult {
    const { kernels, team } = this.machine;
    const { classes, predicted, probabilities } = this;
    const { output, delta, labels, rowWeights } = this.arrays;
    const [from, to] = team.share(1);
    let loss = 0;
    if (to > from) {
      kernels.argmaxRows(output.address, predicted.address, rows, classes);
      loss = kernels.softmaxCrossEntropy(
        output.address,
        labels.address,
        rowWeights.address,
        probabilities.address,
        delta.address,
        rows,
        classes,
      );
    }
    team.barrier();
    return { loss, correct: this.countCorrect(rows) };
  }

  private countCorrect(rows: number): number {
    const predicted = this.predicted.values;
    const labels = this.arrays.labels.values;
    let correct = 0;
    for (let r = 0; r < rows; r++) if (predicted[r] === labels[r]) correct++;
    return correct;
  }
}
