/**
 * exp, log and tanh in float32, operation by operation as docs/numerics.md defines them and as
 * firmware/learn/grapes_math_f32.h computes them: every sum, product and quotient is rounded to float32 on its own,
 * so host and device agree on every bit. The polynomials are those of the Cephes library (S. Moshier), written out
 * with float32 constants. Never Math.exp and the like: their last bits differ between machines.
 */
const f = Math.fround;

const word = new Uint32Array(1);
const real = new Float32Array(word.buffer);

/** The bits of a float32. */
export function bitsOf(x: number): number {
  real[0] = x;
  return word[0];
}

/** The float32 with these bits. */
export function floatOf(bits: number): number {
  word[0] = bits;
  return real[0];
}

/** 2^n for n in [-126, 127]. */
function powerOfTwo(n: number): number {
  return floatOf((n + 127) << 23);
}

const LOG2_E = f(1.442695040888963);
/** ln 2 in two parts: the first has 9 significant bits, so that its product with an exponent is exact. */
const LN2_HIGH = f(0.693359375);
const LN2_LOW = f(-2.1219444e-4);
/** Above: e^x > the largest float32. */
const EXP_OVERFLOW = f(88.7228317);
/** Below: e^x < half the smallest subnormal. */
const EXP_UNDERFLOW = f(-103.972076);

const E5 = f(1.98756915e-4);
const E4 = f(1.3981999507e-3);
const E3 = f(8.3334519073e-3);
const E2 = f(4.1665795894e-2);
const E1 = f(1.6666665459e-1);
const E0 = 0.5;

/** e^x. Error below 1 ulp for normal results. NaN gives NaN; overflow +Infinity; underflow +0. */
export function expf(x: number): number {
  if (x !== x) return NaN;
  if (x > EXP_OVERFLOW) return Infinity;
  if (x < EXP_UNDERFLOW) return 0;
  const t = f(x * LOG2_E);
  const k = Math.trunc(f(t + (t < 0 ? -0.5 : 0.5)));
  const r = f(f(x - f(k * LN2_HIGH)) - f(k * LN2_LOW));
  let p = f(f(E5 * r) + E4);
  p = f(f(p * r) + E3);
  p = f(f(p * r) + E2);
  p = f(f(p * r) + E1);
  p = f(f(p * r) + E0);
  const y = f(f(f(p * f(r * r)) + r) + 1);
  // 2^k in two factors: k = 128 and subnormal results have no single one. Only the last product can round.
  const half = Math.trunc(k / 2);
  return f(f(y * powerOfTwo(half)) * powerOfTwo(k - half));
}

const SQRT_HALF = f(0.7071067811865476);
const L8 = f(7.0376836292e-2);
const L7 = f(-1.151461031e-1);
const L6 = f(1.167699874e-1);
const L5 = f(-1.2420140846e-1);
const L4 = f(1.4249322787e-1);
const L3 = f(-1.6668057665e-1);
const L2 = f(2.0000714765e-1);
const L1 = f(-2.4999993993e-1);
const L0 = f(3.3333331174e-1);

/** Natural logarithm. Error below 1 ulp. NaN and negative numbers give NaN; both zeros -Infinity; +Infinity itself. */
export function logf(x: number): number {
  if (x !== x || x < 0) return NaN;
  if (x === 0) return -Infinity;
  if (x === Infinity) return Infinity;
  let e = -126;
  let m = x;
  if (m < 1.17549435e-38) {
    m = f(m * 8388608); // 2^23: a subnormal becomes normal
    e = -149;
  }
  const b = bitsOf(m);
  e += b >>> 23;
  m = floatOf((b & 0x007fffff) | 0x3f000000);
  if (m < SQRT_HALF) {
    e -= 1;
    m = f(f(m + m) - 1);
  } else {
    m = f(m - 1);
  }
  const z = f(m * m);
  let p = f(f(L8 * m) + L7);
  p = f(f(p * m) + L6);
  p = f(f(p * m) + L5);
  p = f(f(p * m) + L4);
  p = f(f(p * m) + L3);
  p = f(f(p * m) + L2);
  p = f(f(p * m) + L1);
  p = f(f(p * m) + L0);
  let y = f(f(p * m) * z);
  y = f(y + f(e * LN2_LOW));
  y = f(y - f(0.5 * z));
  return f(f(m + y) + f(e * LN2_HIGH));
}

const T4 = f(-5.70498872745e-3);
const T3 = f(2.06390887954e-2);
const T2 = f(-5.37397155531e-2);
const T1 = f(1.33314422036e-1);
const T0 = f(-3.33332819422e-1);
/** Below: a polynomial; above: through e^x. */
const TANH_SPLIT = f(0.625);
/** From here on tanh rounds to 1. */
const TANH_ONE = f(9.01091385);

/** Hyperbolic tangent. Error below 2 ulp. Odd in every bit: tanhf(-x) = -tanhf(x), zeros included. NaN gives NaN. */
export function tanhf(x: number): number {
  if (x !== x) return NaN;
  const a = Math.abs(x);
  let y: number;
  if (a >= TANH_ONE) {
    y = 1;
  } else if (a >= TANH_SPLIT) {
    y = f(1 - f(2 / f(expf(f(a + a)) + 1)));
  } else {
    const z = f(a * a);
    let p = f(f(T4 * z) + T3);
    p = f(f(p * z) + T2);
    p = f(f(p * z) + T1);
    p = f(f(p * z) + T0);
    y = f(f(f(p * z) * a) + a);
  }
  return x < 0 || Object.is(x, -0) ? -y : y;
}
