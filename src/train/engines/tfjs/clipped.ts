import type { Tensor, Tf } from './back-end.js';

/** The gradients times min(1, norm / their length as one vector); null: as they are. In a tidy of the caller's. */
export function clipped(tf: Tf, gradients: readonly Tensor[], norm: number | null): readonly Tensor[] {
  if (norm === null) return gradients;
  const length = tf.addN(gradients.map((g) => g.square().sum())).sqrt();
  const factor = tf.minimum(1, tf.scalar(norm).div(length));
  return gradients.map((g) => g.mul(factor));
}
