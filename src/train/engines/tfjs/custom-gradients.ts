// Operations whose error is not the derivative of their value (the value is never changed), and two whose derivative
// tfjs would put together from many more operations than it takes.
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
  return tf.customGrad((...args: unknown[]) => {
    const [v, save] = args as [Tensor, (tensors: Tensor[]) => void];
    save([tf.scalar(1).sub(v.tanh().square())]);
    const value = v.greater(0).cast('float32');
    return { value, gradFunc: (dy: Tensor, [slope]: Tensor[]) => dy.mul(slope) };
  })(x);
}

/** max(x, 0), with relu'(0) = 0 */
export function relu(tf: Tf, x: Tensor): Tensor {
  return tf.customGrad((...args: unknown[]) => {
    const [v, save] = args as [Tensor, (tensors: Tensor[]) => void];
    const value = v.relu();
    save([value]);
    return { value, gradFunc: (dy: Tensor, saved: Tensor[]) => dy.mul(saved[0].sign()) };
  })(x);
}

/**
 * (x − mean) / sqrt(variance + epsilon) over all axes but the last.
 * @param tell gets mean and variance, which it must copy
 */
export function normalize(tf: Tf, x: Tensor, epsilon: number, tell: (mean: Tensor, variance: Tensor) => void): Tensor {
  const axes = x.shape.slice(0, -1).map((_, axis) => axis);
  return tf.customGrad((...args: unknown[]) => {
    const [v, save] = args as [Tensor, (tensors: Tensor[]) => void];
    const mean = v.mean(axes);
    const centred = v.sub(mean);
    const variance = centred.square().mean(axes);
    tell(mean, variance);
    const scale = variance.add(epsilon).rsqrt();
    const value = centred.mul(scale);
    save([value, scale]);
    const gradFunc = (dy: Tensor, [n, s]: Tensor[]): Tensor =>
      dy
        .sub(dy.mean(axes))
        .sub(n.mul(dy.mul(n).mean(axes)))
        .mul(s);
    return { value, gradFunc };
  })(x);
}

/** What `f` makes of x; the error goes through unchanged where `passes` is 1 (null: everywhere), else it ends. */
export function passWhere(
  tf: Tf,
  x: Tensor,
  f: (v: Tensor) => { readonly value: Tensor; readonly passes: Tensor | null },
): Tensor {
  return tf.customGrad((...args: unknown[]) => {
    const [v, save] = args as [Tensor, (tensors: Tensor[]) => void];
    const { value, passes } = f(v);
    save(passes === null ? [] : [passes]);
    return { value, gradFunc: (dy: Tensor, saved: Tensor[]) => (passes === null ? dy.clone() : dy.mul(saved[0])) };
  })(x);
}
