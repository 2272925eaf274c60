import type { TrainOptions } from '../../../ir/options.js';
import type { Tensor, Tf } from './back-end.js';

export interface Target {
  /** [rows] */
  readonly labels: Int32Array;
  /** [rows][values], for reconstruction */
  readonly input: Tensor;
  /** [rows] */
  readonly rowWeights: Tensor;
}

/** Loss of each row, [rows]: cross-entropy of the softmax, or the mean squared difference from the input. */
export function rowLosses(tf: Tf, loss: TrainOptions['loss'], outputs: Tensor, target: Target): Tensor {
  const [rows] = target.rowWeights.shape;
  const flat = outputs.reshape([rows, -1]);
  if (loss === 'reconstruction') {
    return flat
      .sub(target.input.reshape([rows, -1]))
      .square()
      .mean(1)
      .mul(target.rowWeights);
  }
  const wanted = tf.oneHot(tf.tensor1d(target.labels, 'int32'), flat.shape[1]!);
  const top = flat.max(1, true);
  const shifted = flat.sub(top);
  const logOfSum = shifted.exp().sum(1).log();
  return logOfSum.sub(shifted.mul(wanted).sum(1)).mul(target.rowWeights);
}
