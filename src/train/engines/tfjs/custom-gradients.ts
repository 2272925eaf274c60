// Operations whose error is not the derivative of their value. The value is never changed.
import type { Tensor, Tf } from './back-end.js';

type Gradient = (dy: Tensor) => Tensor | Tensor[];

function withGradient(tf: Tf, value: (...inputs: Tensor[]) => Tensor, inputs: Tensor[], gradient: Gradient): Tensor {
  return tf.customGrad((...args: unknown[]) => ({
    // The last argument is tfjs' own.
    value: value(...(args.slice(0, inputs.length) as Tensor[])),
    gradFunc: gradient,
  }))(...inputs);
}

/** The error is multiplied by `factors`, one a node (the last axis): GRAPES, propagating. */
export function scaleError(tf: Tf, x: Tensor, factors: Tensor): Tensor {
  return withGradient(
    tf,
    (v) => v.clone(),
    [x],
    (dy) => dy.mul(factors),
  );
}

/** The error is given to `look`, which must not keep the tensor, and goes on unchanged. */
export function watchError(tf: Tf, x: Tensor, look: (dy: Tensor) => void): Tensor {
  return withGradient(
    tf,
    (v) => v.clone(),
    [x],
    (dy) => {
      look(dy);
      return dy.clone();
    },
  );
}

/** Whatever error arrives, `error()` goes on in its place. */
export function replaceError(tf: Tf, x: Tensor, error: () => Tensor): Tensor {
  return withGradient(
    tf,
    (v) => v.clone(),
    [x],
    () => error(),
  );
}

/** Nothing goes on. */
export function stopError(tf: Tf, x: Tensor): Tensor {
  return withGradient(
    tf,
    (v) => v.clone(),
    [x],
    (dy) => tf.zerosLike(dy),
  );
}

/** f(x, weights); the error of `x` is taken through `feedback` where there is one (feedback alignment). */
export function throughFeedback(
  tf: Tf,
  f: (x: Tensor, weights: Tensor) => Tensor,
  x: Tensor,
  weights: Tensor,
  feedback: Tensor | null,
): Tensor {
  if (feedback === null) return f(x, weights);
  const value = f(stopError(tf, x), weights);
  const path = f(x, feedback);
  return withGradient(
    tf,
    (v) => v.clone(),
    [value, path],
    (dy) => [dy.clone(), dy.clone()],
  );
}

/** 1 where x is above 0, else 0; backward as if it were tanh. */
export function spike(tf: Tf, x: Tensor): Tensor {
  return withGradient(
    tf,
    (v) => v.greater(0).cast('float32'),
    [x],
    (dy) => dy.mul(tf.scalar(1).sub(x.tanh().square())),
  );
}
