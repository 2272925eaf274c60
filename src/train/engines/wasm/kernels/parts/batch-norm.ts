// Normalization over the rows of [rows][channels]. Sums run in double, so that many rows lose nothing.

/** mean[c] and variance[c] (biased) over the rows. */
export function batchStatistics(x: usize, rows: i32, channels: i32, mean: usize, variance: usize): void {
  for (let c = 0; c < channels; c++) {
    const o: usize = (<usize>c) << 2;
    let sum: f64 = 0;
    for (let r = 0; r < rows; r++) sum += <f64>load<f32>(x + o + ((<usize>r * <usize>channels) << 2));
    const m = sum / <f64>rows;
    let squares: f64 = 0;
    for (let r = 0; r < rows; r++) {
      const v = <f64>load<f32>(x + o + ((<usize>r * <usize>channels) << 2)) - m;
      squares += v * v;
    }
    store<f32>(mean + o, <f32>m);
    store<f32>(variance + o, <f32>(squares / <f64>rows));
  }
}

/** scale[c] = 1 / sqrt(variance[c] + epsilon); normal = (x − mean) · scale; y = gamma · normal + beta. */
export function batchNormForward(x: usize, rows: i32, channels: i32, mean: usize, variance: usize, epsilon: f32, gamma: usize, beta: usize, scale: usize, normal: usize, y: usize): void {
  for (let c = 0; c < channels; c++) {
    const o: usize = (<usize>c) << 2;
    store<f32>(scale + o, <f32>(1 / sqrt<f64>(<f64>load<f32>(variance + o) + <f64>epsilon)));
  }
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < channels; c++) {
      const o: usize = (<usize>c) << 2;
      const at: usize = ((<usize>r * <usize>channels) << 2) + o;
      const n = (load<f32>(x + at) - load<f32>(mean + o)) * load<f32>(scale + o);
      store<f32>(normal + at, n);
      store<f32>(y + at, load<f32>(gamma + o) * n + load<f32>(beta + o));
    }
  }
}

/**
 * dgamma = alpha · Σ d · normal, dbeta = alpha · Σ d, and d becomes
 * gamma · scale · (d − mean(d) − normal · mean(d · normal)): the error of x, with means over the rows.
 */
export function batchNormBackward(d: usize, normal: usize, rows: i32, channels: i32, gamma: usize, scale: usize, dgamma: usize, dbeta: usize, alpha: f32): void {
  for (let c = 0; c < channels; c++) {
    const o: usize = (<usize>c) << 2;
    let sum: f64 = 0;
    let product: f64 = 0;
    for (let r = 0; r < rows; r++) {
      const at: usize = ((<usize>r * <usize>channels) << 2) + o;
      const e = <f64>load<f32>(d + at);
      sum += e;
      product += e * <f64>load<f32>(normal + at);
    }
    store<f32>(dgamma + o, <f32>(product * <f64>alpha));
    store<f32>(dbeta + o, <f32>(sum * <f64>alpha));
    const factor = load<f32>(gamma + o) * load<f32>(scale + o);
    const a = <f32>(sum / <f64>rows);
    const b = <f32>(product / <f64>rows);
    for (let r = 0; r < rows; r++) {
      const at: usize = ((<usize>r * <usize>channels) << 2) + o;
      store<f32>(d + at, factor * (load<f32>(d + at) - a - load<f32>(normal + at) * b));
    }
  }
}

/** kept = momentum · kept + (1 − momentum) · fresh */
export function moveAverage(kept: usize, fresh: usize, n: i32, momentum: f32): void {
  for (let i = 0; i < n; i++) {
    const o: usize = (<usize>i) << 2;
    store<f32>(kept + o, momentum * load<f32>(kept + o) + (1 - momentum) * load<f32>(fresh + o));
  }
}
