import type { BatchResult } from '../../../engine.js';
import type { Floats, Ints, Machine } from '../machine.js';
import { SharedLoss, type Loss, type LossArrays } from './loss.js';

/** Softmax on the logits and cross-entropy against the label; its error signal is simply p − onehot. */
export class SoftmaxCrossEntropy implements Loss {
  /** [rows][classes] */
  readonly probabilities: Floats;
  readonly predicted: Ints;
  private readonly shared: SharedLoss;

  constructor(
    private readonly machine: Machine,
    private readonly arrays: LossArrays,
    private readonly classes: number,
    maxRows: number,
  ) {
    this.probabilities = machine.floats(maxRows * classes);
    this.predicted = machine.ints(maxRows);
    this.shared = new SharedLoss(machine);
  }

  evaluate(rows: number): BatchResult {
    const { kernels } = this.machine;
    const { classes, predicted, probabilities } = this;
    const { output, delta, labels, rowWeights } = this.arrays;
    const loss = this.shared.take(() => {
      kernels.argmaxRows(output.address, predicted.address, rows, classes);
      return kernels.softmaxCrossEntropy(
        output.address,
        labels.address,
        rowWeights.address,
        probabilities.address,
        delta.address,
        rows,
        classes,
      );
    });
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
