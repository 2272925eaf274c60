// The length of a vector, and a change of it.

/** Σ x², each square and each sum in float64: neither overflows where float32 does not. Four sums, added at the end. */
export function sumOfSquares(x: usize, n: i32): f64 {
  let low = f64x2.splat(0), high = f64x2.splat(0);
  let i = 0;
  for (; i + 4 <= n; i += 4) {
    const v = v128.load(x);
    const a = f64x2.promote_low_f32x4(v);
    const b = f64x2.promote_low_f32x4(v128.shuffle<i64>(v, v, 1, 0));
    low = f64x2.add(low, f64x2.mul(a, a));
    high = f64x2.add(high, f64x2.mul(b, b));
    x += 16;
  }
  let sum =
    f64x2.extract_lane(low, 0) + f64x2.extract_lane(low, 1) + (f64x2.extract_lane(high, 0) + f64x2.extract_lane(high, 1));
  for (; i < n; i++) {
    const v: f64 = load<f32>(x);
    sum += v * v;
    x += 4;
  }
  return sum;
}

/** x *= factor */
export function scale(x: usize, n: i32, factor: f32): void {
  const f4 = f32x4.splat(factor);
  let i = 0;
  for (; i + 4 <= n; i += 4) {
    v128.store(x, f32x4.mul(v128.load(x), f4));
    x += 16;
  }
  for (; i < n; i++) {
    store<f32>(x, load<f32>(x) * factor);
    x += 4;
  }
}
