// The output: softmax with cross-entropy, and the predicted class.
import { exp64, log64 } from './math';

/**
 * P[r] = softmax(Z[r]) and D[r] = weights[r] * (P[r] - onehot(labels[r])) for each row; Z, P and D are [rows][cols],
 * apart from each other. Returns the cross-entropy of the rows, each times its weight, summed.
 */
export function softmaxCrossEntropy(
  Z: usize,
  labels: usize,
  weights: usize,
  P: usize,
  D: usize,
  rows: i32,
  cols: i32,
): f64 {
  let total: f64 = 0;
  for (let r = 0; r < rows; r++) {
    const at: usize = (<usize>r * <usize>cols) << 2;
    const z = Z + at, p = P + at, d = D + at;
    const label = load<i32>(labels + ((<usize>r) << 2));
    const weight: f64 = <f64>load<f32>(weights + ((<usize>r) << 2));
    const top: f64 = <f64>load<f32>(z + ((<usize>argmax(z, cols)) << 2));
    let sum: f64 = 0;
    for (let c = 0; c < cols; c++) sum += exp64(<f64>load<f32>(z + ((<usize>c) << 2)) - top);
    for (let c = 0; c < cols; c++) {
      const here: usize = (<usize>c) << 2;
      const y = exp64(<f64>load<f32>(z + here) - top) / sum;
      store<f32>(p + here, <f32>y);
      store<f32>(d + here, <f32>(weight * (c == label ? y - 1 : y)));
    }
    total += weight * (log64(sum) - (<f64>load<f32>(z + ((<usize>label) << 2)) - top));
  }
  return total;
}

/** classes[r] = index of the largest of Z[r], the lowest index among equals. */
export function argmaxRows(Z: usize, classes: usize, rows: i32, cols: i32): void {
  for (let r = 0; r < rows; r++) {
    store<i32>(classes + ((<usize>r) << 2), argmax(Z + ((<usize>r * <usize>cols) << 2), cols));
  }
}

function argmax(z: usize, cols: i32): i32 {
  let best = 0;
  let top = load<f32>(z);
  for (let c = 1; c < cols; c++) {
    const v = load<f32>(z + ((<usize>c) << 2));
    if (v > top) {
      top = v;
      best = c;
    }
  }
  return best;
}
