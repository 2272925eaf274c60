import type { AccuracyReport } from './report.js';

/** Index of the largest value; the lowest index wins a tie. This is the class of a row of logits everywhere. */
export function argmax(values: ArrayLike<number>): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) if (values[i] > values[best]) best = i;
  return best;
}

/**
 * Accuracy and confusion matrix of `predicted` against `labels`, both class indices in [0, classes).
 * A class with no sample counts 0 in `perClass` (its row of the confusion matrix is empty).
 */
export function accuracyReport(
  labels: ArrayLike<number>,
  predicted: ArrayLike<number>,
  classes: number,
): AccuracyReport {
  const confusion = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  for (let i = 0; i < labels.length; i++) confusion[labels[i]][predicted[i]]++;
  const perClass = confusion.map((row, c) => {
    const total = row.reduce((a, b) => a + b, 0);
    return total === 0 ? 0 : row[c] / total;
  });
  const correct = confusion.reduce((n, row, c) => n + row[c], 0);
  const samples = labels.length;
  return { samples, accuracy: samples === 0 ? 0 : correct / samples, perClass, confusion };
}
