// exp and log from + − × ÷ and bit operations, in float64 so that rounding to float32 is right but for rare ties.
// Not the device's expf (docs/numerics.md): the trainer's float network is never compared bit by bit with a device.

/** e^x. Underflows to 0, overflows to infinity, NaN stays NaN. */
export function exp64(x: f64): f64 {
  if (!(x > -708.0)) return x != x ? x : 0.0;
  if (x > 709.0) return Infinity;
  const k = nearest<f64>(x * 1.4426950408889634);
  // x - k ln 2 in two parts: the first is exact because ln 2's head has trailing zeros.
  const r = (x - k * 0.6931471803691238) - k * 1.9082149292705877e-10;
  let p: f64 = 1.0 / 6227020800.0;
  p = p * r + 1.0 / 479001600.0;
  p = p * r + 1.0 / 39916800.0;
  p = p * r + 1.0 / 3628800.0;
  p = p * r + 1.0 / 362880.0;
  p = p * r + 1.0 / 40320.0;
  p = p * r + 1.0 / 5040.0;
  p = p * r + 1.0 / 720.0;
  p = p * r + 1.0 / 120.0;
  p = p * r + 1.0 / 24.0;
  p = p * r + 1.0 / 6.0;
  p = p * r + 0.5;
  p = p * r + 1.0;
  p = p * r + 1.0;
  return p * reinterpret<f64>((<i64>k + 1023) << 52);
}

/** Natural logarithm of a normal positive number; NaN stays NaN. */
export function log64(x: f64): f64 {
  if (x != x) return x;
  const bits = reinterpret<i64>(x);
  let e = <i32>((bits >> 52) & 0x7ff) - 1023;
  let m = reinterpret<f64>((bits & 0x000f_ffff_ffff_ffff) | 0x3ff0_0000_0000_0000);
  if (m > 1.4142135623730951) {
    m *= 0.5;
    e++;
  }
  // ln m = 2 atanh((m - 1) / (m + 1)); |t| ≤ 0.172, so t^21 is below 1e-16.
  const t = (m - 1.0) / (m + 1.0);
  const t2 = t * t;
  let s: f64 = 1.0 / 19.0;
  s = s * t2 + 1.0 / 17.0;
  s = s * t2 + 1.0 / 15.0;
  s = s * t2 + 1.0 / 13.0;
  s = s * t2 + 1.0 / 11.0;
  s = s * t2 + 1.0 / 9.0;
  s = s * t2 + 1.0 / 7.0;
  s = s * t2 + 1.0 / 5.0;
  s = s * t2 + 1.0 / 3.0;
  s = s * t2 + 1.0;
  return 2.0 * t * s + <f64>e * 0.6931471805599453;
}

/** tanh x = sign(x) (1 - 2 / (e^{2|x|} + 1)). */
export function tanh64(x: f64): f64 {
  const a = abs<f64>(x);
  // Below this the difference of nearly equal numbers would cost digits: tanh x = x - x³/3 + 2x⁵/15 there.
  if (a < 0.01) return x * (1.0 - x * x * (0.3333333333333333 - x * x * 0.13333333333333333));
  const y = 1.0 - 2.0 / (exp64(2.0 * a) + 1.0);
  return x < 0 ? -y : y;
}
