// Products with one to three rows, or sums of one to three terms: nothing is packed, B streams through once a row.
import { multiplyAdd } from './gemm-tile';

/** As `gemm`, alpha multiplied in first. Rows of B are added up one after the other; those to be multiplied by 0 are left out. */
export function multiplyFew(
  A: usize, rowStride: i32, sumStride: i32, B: usize, ldb: i32, C: usize, ldc: i32,
  m: i32, n: i32, k: i32, alpha: f32, accumulate: i32,
): void {
  const b4: usize = (<usize>ldb) << 2;
  for (let i = 0; i < m; i++) {
    const c = C + ((<usize>i * <usize>ldc) << 2);
    const a = A + ((<usize>i * <usize>rowStride) << 2);
    let empty = !accumulate;
    for (let p = 0; p < k; p++) {
      const x: f32 = load<f32>(a + ((<usize>p * <usize>sumStride) << 2)) * alpha;
      if (x == 0) continue;
      if (empty) setRow(c, B + <usize>p * b4, x, n);
      else addRow(c, B + <usize>p * b4, x, n);
      empty = false;
    }
    if (empty) memory.fill(c, 0, (<usize>n) << 2);
  }
}

/** c[j] = x · b[j] */
// @ts-ignore: decorator
@inline
function setRow(c: usize, b: usize, x: f32, n: i32): void {
  const x4 = f32x4.splat(x);
  const n8 = n & ~7;
  for (let j = 0; j < n8; j += 8) {
    const at: usize = (<usize>j) << 2;
    v128.store(c + at, f32x4.mul(x4, v128.load(b + at)));
    v128.store(c + at, f32x4.mul(x4, v128.load(b + at, 16)), 16);
  }
  for (let j = n8; j < n; j++) {
    const at: usize = (<usize>j) << 2;
    store<f32>(c + at, x * load<f32>(b + at));
  }
}

/** c[j] += x · b[j] */
// @ts-ignore: decorator
@inline
function addRow(c: usize, b: usize, x: f32, n: i32): void {
  const x4 = f32x4.splat(x);
  const n8 = n & ~7;
  for (let j = 0; j < n8; j += 8) {
    const at: usize = (<usize>j) << 2;
    v128.store(c + at, multiplyAdd(x4, v128.load(b + at), v128.load(c + at)));
    v128.store(c + at, multiplyAdd(x4, v128.load(b + at, 16), v128.load(c + at, 16)), 16);
  }
  for (let j = n8; j < n; j++) {
    const at: usize = (<usize>j) << 2;
    store<f32>(c + at, load<f32>(c + at) + x * load<f32>(b + at));
  }
}

/** As `gemmTransposed`. Each sum runs in four lanes that are added at the end, then the rest of k. */
export function multiplyFewTransposed(A: usize, lda: i32, B: usize, ldb: i32, C: usize, ldc: i32, m: i32, n: i32, k: i32): void {
  const b4: usize = (<usize>ldb) << 2;
  for (let i = 0; i < m; i++) {
    const a = A + ((<usize>i * <usize>lda) << 2);
    const c = C + ((<usize>i * <usize>ldc) << 2);
    const n4 = n & ~3;
    for (let j = 0; j < n4; j += 4) dots4(a, B + <usize>j * b4, b4, c + ((<usize>j) << 2), k);
    for (let j = n4; j < n; j++) store<f32>(c + ((<usize>j) << 2), dot(a, B + <usize>j * b4, k));
  }
}

// @ts-ignore: decorator
@inline
function dots4(A: usize, B: usize, b4: usize, C: usize, k: i32): void {
  let s0 = f32x4.splat(0), s1 = f32x4.splat(0), s2 = f32x4.splat(0), s3 = f32x4.splat(0);
  let a: usize = A, q0: usize = B, q1: usize = q0 + b4, q2: usize = q1 + b4, q3: usize = q2 + b4;
  const k4 = k >> 2;
  for (let p = 0; p < k4; p++) {
    const x = v128.load(a);
    s0 = multiplyAdd(x, v128.load(q0), s0);
    s1 = multiplyAdd(x, v128.load(q1), s1);
    s2 = multiplyAdd(x, v128.load(q2), s2);
    s3 = multiplyAdd(x, v128.load(q3), s3);
    a += 16;
    q0 += 16;
    q1 += 16;
    q2 += 16;
    q3 += 16;
  }
  const rest = k & 3;
  store<f32>(C, lanes(s0) + tail(a, q0, rest));
  store<f32>(C, lanes(s1) + tail(a, q1, rest), 4);
  store<f32>(C, lanes(s2) + tail(a, q2, rest), 8);
  store<f32>(C, lanes(s3) + tail(a, q3, rest), 12);
}

function dot(a: usize, b: usize, k: i32): f32 {
  let s = f32x4.splat(0);
  const k4 = k >> 2;
  for (let p = 0; p < k4; p++) {
    s = multiplyAdd(v128.load(a), v128.load(b), s);
    a += 16;
    b += 16;
  }
  return lanes(s) + tail(a, b, k & 3);
}

// @ts-ignore: decorator
@inline
function lanes(s: v128): f32 {
  return (f32x4.extract_lane(s, 0) + f32x4.extract_lane(s, 1)) + (f32x4.extract_lane(s, 2) + f32x4.extract_lane(s, 3));
}

// @ts-ignore: decorator
@inline
function tail(a: usize, b: usize, rest: i32): f32 {
  let s: f32 = 0;
  for (let p = 0; p < rest; p++) s += load<f32>(a + ((<usize>p) << 2)) * load<f32>(b + ((<usize>p) << 2));
  return s;
}
