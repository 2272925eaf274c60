// The output of an autoencoder: how far it is from the input.

/**
 * For each row the mean of (Y - X)² over its columns; D[r] = weights[r] * 2 (Y[r] - X[r]) / cols, its derivative. Y, X and
 * D are [rows][cols]; D may be Y. Returns the rows' errors, each times its weight, summed.
 */
export function meanSquaredError(Y: usize, X: usize, weights: usize, D: usize, rows: i32, cols: i32): f64 {
  let total: f64 = 0;
  for (let r = 0; r < rows; r++) {
    const weight: f64 = <f64>load<f32>(weights + ((<usize>r) << 2));
    const slope = (weight * 2) / <f64>cols;
    let sum: f64 = 0;
    for (let c = 0; c < cols; c++) {
      const at: usize = (<usize>r * <usize>cols + <usize>c) << 2;
      const difference: f64 = <f64>load<f32>(Y + at) - <f64>load<f32>(X + at);
      sum += difference * difference;
      store<f32>(D + at, <f32>(slope * difference));
    }
    total += (weight * sum) / <f64>cols;
  }
  return total;
}
