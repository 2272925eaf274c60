import { ToolError } from '../errors/tool-error.js';
import type { Dataset } from '../ir/dataset.js';
import type { TrainOptions } from '../ir/options.js';

/**
 * What a sample of each class counts in the loss and in its gradient; sums are still divided by the number of samples,
 * as Keras does. `balanced` is samples / (classes · samples of the class) over the training samples, whose mean weight
 * is then 1; classes without a sample weigh 1 and do not count as classes. Throws TRAIN_CLASS_WEIGHTS for a list that
 * does not fit the dataset.
 */
export function classWeights(option: TrainOptions['classWeights'], { train, classNames }: Dataset): Float32Array {
  const classes = classNames.length;
  if (option === 'none') return new Float32Array(classes).fill(1);
  if (option === 'balanced') {
    const counts = countLabels(train.labels, classes);
    const present = counts.filter((n) => n > 0).length;
    return Float32Array.from(counts, (n) => (n === 0 ? 1 : train.count / (present * n)));
  }
  const isFit = option.length === classes && option.every((w) => Number.isFinite(w) && w >= 0);
  if (isFit && train.labels.some((label) => option[label] > 0)) return Float32Array.from(option);
  throw new ToolError(
    'TRAIN_CLASS_WEIGHTS',
    `Class weights are one number for each of the ${String(classes)} classes, none below 0 and not all 0: [${option.join(', ')}] is not.`,
    { context: { weights: option.length, classes } },
  );
}

export function countLabels(labels: ArrayLike<number>, classes: number): number[] {
  const counts = new Array<number>(classes).fill(0);
  for (let i = 0; i < labels.length; i++) counts[labels[i]]++;
  return counts;
}
