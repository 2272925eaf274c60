// Normalization over the rows of [rows][stride], of `channels` neighbouring channels: threads take different ones. Sums
// run in double, so that many rows lose nothing; eight channels go down the rows together.

// @ts-ignore: decorator
@inline
function low(v: v128): v128 {
  return f64x2.promote_low_f32x4(v);
}

// @ts-ignore: decorator
@inline
function high(v: v128): v128 {
  return f64x2.promote_low_f32x4(v128.shuffle<i32>(v, v, 2, 3, 2, 3));
}

/** mean[c] and variance[c] (biased) over the rows. */
export function batchStatistics(x: usize, rows: i32, stride: i32, channels: i32, mean: usize, variance: usize): void {
  const step: usize = (<usize>stride) << 2;
  const n = <f64>rows;
  let c = 0;
  for (; c + 8 <= channels; c += 8) {
    const o: usize = (<usize>c) << 2;
    let s0 = f64x2.splat(0), s1 = f64x2.splat(0), s2 = f64x2.splat(0), s3 = f64x2.splat(0);
    let at = x + o;
    for (let r = 0; r < rows; r++, at += step) {
      const a = v128.load(at), b = v128.load(at, 16);
      s0 = f64x2.add(s0, low(a));
      s1 = f64x2.add(s1, high(a));
      s2 = f64x2.add(s2, low(b));
      s3 = f64x2.add(s3, high(b));
    }
    const all = f64x2.splat(n);
    const m0 = f64x2.div(s0, all), m1 = f64x2.div(s1, all), m2 = f64x2.div(s2, all), m3 = f64x2.div(s3, all);
    s0 = f64x2.splat(0);
    s1 = f64x2.splat(0);
    s2 = f64x2.splat(0);
    s3 = f64x2.splat(0);
    at = x + o;
    for (let r = 0; r < rows; r++, at += step) {
      const a = v128.load(at), b = v128.load(at, 16);
      const d0 = f64x2.sub(low(a), m0), d1 = f64x2.sub(high(a), m1), d2 = f64x2.sub(low(b), m2), d3 = f64x2.sub(high(b), m3);
      s0 = f64x2.add(s0, f64x2.mul(d0, d0));
      s1 = f64x2.add(s1, f64x2.mul(d1, d1));
      s2 = f64x2.add(s2, f64x2.mul(d2, d2));
      s3 = f64x2.add(s3, f64x2.mul(d3, d3));
    }
    storeSingles(mean + o, m0, m1, m2, m3);
    storeSingles(variance + o, f64x2.div(s0, all), f64x2.div(s1, all), f64x2.div(s2, all), f64x2.div(s3, all));
  }
  for (; c < channels; c++) {
    const o: usize = (<usize>c) << 2;
    let sum: f64 = 0;
    for (let r = 0; r < rows; r++) sum += <f64>load<f32>(x + o + <usize>r * step);
    const m = sum / n;
    let squares: f64 = 0;
    for (let r = 0; r < rows; r++) {
      const v = <f64>load<f32>(x + o + <usize>r * step) - m;
      squares += v * v;
    }
    store<f32>(mean + o, <f32>m);
    store<f32>(variance + o, <f32>(squares / n));
  }
}

/** Eight doubles, rounded. */
// @ts-ignore: decorator
@inline
function storeSingles(to: usize, a: v128, b: v128, c: v128, d: v128): void {
  const left = v128.shuffle<i32>(f32x4.demote_f64x2_zero(a), f32x4.demote_f64x2_zero(b), 0, 1, 4, 5);
  const right = v128.shuffle<i32>(f32x4.demote_f64x2_zero(c), f32x4.demote_f64x2_zero(d), 0, 1, 4, 5);
  v128.store(to, left);
  v128.store(to, right, 16);
}

/** scale[c] = 1 / sqrt(variance[c] + epsilon) */
export function batchNormScale(variance: usize, channels: i32, epsilon: f32, scale: usize): void {
  for (let c = 0; c < channels; c++) {
    const o: usize = (<usize>c) << 2;
    store<f32>(scale + o, <f32>(1 / sqrt<f64>(<f64>load<f32>(variance + o) + <f64>epsilon)));
  }
}

/** y = gamma · (x − mean) · scale + beta, over all channels of the rows. */
export function batchNormForward(x: usize, rows: i32, channels: i32, mean: usize, scale: usize, gamma: usize, beta: usize, y: usize): void {
  const vectors: usize = (<usize>(channels & ~3)) << 2;
  const end: usize = (<usize>channels) << 2;
  for (let r = 0; r < rows; r++, x += end, y += end) {
    let o: usize = 0;
    for (; o < vectors; o += 16) {
      const n = f32x4.mul(f32x4.sub(v128.load(x + o), v128.load(mean + o)), v128.load(scale + o));
      v128.store(y + o, f32x4.add(f32x4.mul(v128.load(gamma + o), n), v128.load(beta + o)));
    }
    for (; o < end; o += 4) {
      const n = (load<f32>(x + o) - load<f32>(mean + o)) * load<f32>(scale + o);
      store<f32>(y + o, load<f32>(gamma + o) * n + load<f32>(beta + o));
    }
  }
}

/**
 * With n = (x − mean) · scale: dgamma = alpha · Σ d · n, dbeta = alpha · Σ d, and for batchNormBackward the means over
 * the rows errors = mean(d), products = mean(d · n).
 */
export function batchNormGradients(
  d: usize, x: usize, rows: i32, stride: i32, channels: i32, mean: usize, scale: usize,
  dgamma: usize, dbeta: usize, alpha: f32, errors: usize, products: usize,
): void {
  const step: usize = (<usize>stride) << 2;
  const n = <f64>rows;
  let c = 0;
  for (; c + 4 <= channels; c += 4) {
    const o: usize = (<usize>c) << 2;
    const m = v128.load(mean + o), s = v128.load(scale + o);
    let e0 = f64x2.splat(0), e1 = f64x2.splat(0), p0 = f64x2.splat(0), p1 = f64x2.splat(0);
    let at = o;
    for (let r = 0; r < rows; r++, at += step) {
      const e = v128.load(d + at);
      const normal = f32x4.mul(f32x4.sub(v128.load(x + at), m), s);
      const l = low(e), h = high(e);
      e0 = f64x2.add(e0, l);
      e1 = f64x2.add(e1, h);
      p0 = f64x2.add(p0, f64x2.mul(l, low(normal)));
      p1 = f64x2.add(p1, f64x2.mul(h, high(normal)));
    }
    const all = f64x2.splat(n), a = f64x2.splat(<f64>alpha);
    storeFour(dgamma + o, f64x2.mul(p0, a), f64x2.mul(p1, a));
    storeFour(dbeta + o, f64x2.mul(e0, a), f64x2.mul(e1, a));
    storeFour(errors + o, f64x2.div(e0, all), f64x2.div(e1, all));
    storeFour(products + o, f64x2.div(p0, all), f64x2.div(p1, all));
  }
  for (; c < channels; c++) {
    const o: usize = (<usize>c) << 2;
    let sum: f64 = 0;
    let product: f64 = 0;
    for (let r = 0; r < rows; r++) {
      const at: usize = <usize>r * step + o;
      const e = <f64>load<f32>(d + at);
      sum += e;
      product += e * <f64>((load<f32>(x + at) - load<f32>(mean + o)) * load<f32>(scale + o));
    }
    store<f32>(dgamma + o, <f32>(product * <f64>alpha));
    store<f32>(dbeta + o, <f32>(sum * <f64>alpha));
    store<f32>(errors + o, <f32>(sum / n));
    store<f32>(products + o, <f32>(product / n));
  }
}

// @ts-ignore: decorator
@inline
function storeFour(to: usize, a: v128, b: v128): void {
  v128.store(to, v128.shuffle<i32>(f32x4.demote_f64x2_zero(a), f32x4.demote_f64x2_zero(b), 0, 1, 4, 5));
}

/** dx (+)= gamma · scale · (d − errors − n · products), the error of x, over all channels of the rows. */
export function batchNormBackward(
  d: usize, x: usize, rows: i32, channels: i32, mean: usize, scale: usize, gamma: usize,
  errors: usize, products: usize, dx: usize, accumulate: i32,
): void {
  const vectors: usize = (<usize>(channels & ~3)) << 2;
  const end: usize = (<usize>channels) << 2;
  for (let r = 0; r < rows; r++, d += end, x += end, dx += end) {
    let o: usize = 0;
    for (; o < vectors; o += 16) {
      const s = v128.load(scale + o);
      const n = f32x4.mul(f32x4.sub(v128.load(x + o), v128.load(mean + o)), s);
      const e = f32x4.sub(f32x4.sub(v128.load(d + o), v128.load(errors + o)), f32x4.mul(n, v128.load(products + o)));
      let v = f32x4.mul(f32x4.mul(v128.load(gamma + o), s), e);
      if (accumulate) v = f32x4.add(v128.load(dx + o), v);
      v128.store(dx + o, v);
    }
    for (; o < end; o += 4) {
      const s = load<f32>(scale + o);
      const n = (load<f32>(x + o) - load<f32>(mean + o)) * s;
      let v = load<f32>(gamma + o) * s * (load<f32>(d + o) - load<f32>(errors + o) - n * load<f32>(products + o));
      if (accumulate) v += load<f32>(dx + o);
      store<f32>(dx + o, v);
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
