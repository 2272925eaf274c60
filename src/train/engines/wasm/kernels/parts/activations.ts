// Element-wise activations, in place, and their backward passes.
import { exp64, tanh64 } from './math';

/** y = max(y, 0). NaN stays NaN, so that a run that has diverged is seen. */
export function reluForward(y: usize, n: i32): void {
  const zero = f32x4.splat(0);
  let i = 0;
  for (; i + 4 <= n; i += 4) {
    v128.store(y, f32x4.max(v128.load(y), zero));
    y += 16;
  }
  for (; i < n; i++) {
    store<f32>(y, max<f32>(load<f32>(y), 0));
    y += 4;
  }
}

/** d = 0 where y ≤ 0: relu'(0) = 0. */
export function reluBackward(d: usize, y: usize, n: i32): void {
  const zero = f32x4.splat(0);
  let i = 0;
  for (; i + 4 <= n; i += 4) {
    v128.store(d, v128.and(v128.load(d), f32x4.gt(v128.load(y), zero)));
    d += 16;
    y += 16;
  }
  for (; i < n; i++) {
    if (!(load<f32>(y) > 0)) store<f32>(d, 0);
    d += 4;
    y += 4;
  }
}

export function tanhForward(y: usize, n: i32): void {
  for (let i = 0; i < n; i++) {
    store<f32>(y, <f32>tanh64(<f64>load<f32>(y)));
    y += 4;
  }
}

/** d *= 1 - y², with y = tanh(a) as it was before dropout. */
export function tanhBackward(d: usize, y: usize, n: i32): void {
  const one = f32x4.splat(1);
  let i = 0;
  for (; i + 4 <= n; i += 4) {
    const v = v128.load(y);
    v128.store(d, f32x4.mul(v128.load(d), f32x4.sub(one, f32x4.mul(v, v))));
    d += 16;
    y += 16;
  }
  for (; i < n; i++) {
    const v = load<f32>(y);
    store<f32>(d, load<f32>(d) * (1 - v * v));
    d += 4;
    y += 4;
  }
}

/** y = min(max(y, 0), 6). */
export function relu6Forward(y: usize, n: i32): void {
  for (let i = 0; i < n; i++) {
    store<f32>(y, min<f32>(max<f32>(load<f32>(y), 0), 6));
    y += 4;
  }
}

/** d = 0 where y is not strictly between 0 and 6. */
export function relu6Backward(d: usize, y: usize, n: i32): void {
  for (let i = 0; i < n; i++) {
    const v = load<f32>(y);
    if (!(v > 0 && v < 6)) store<f32>(d, 0);
    d += 4;
    y += 4;
  }
}

export function sigmoidForward(y: usize, n: i32): void {
  for (let i = 0; i < n; i++) {
    store<f32>(y, <f32>(1 / (1 + exp64(-<f64>load<f32>(y)))));
    y += 4;
  }
}

/** d *= y (1 - y) */
export function sigmoidBackward(d: usize, y: usize, n: i32): void {
  for (let i = 0; i < n; i++) {
    const v = load<f32>(y);
    store<f32>(d, load<f32>(d) * (v * (1 - v)));
    d += 4;
    y += 4;
  }
}
