// Matrix products for dense layers, row-major. Two kernels are enough: a dense layer needs
//   forward   Y[b,o]  = X[b,i] · W[o,i]^T     gemmTransposed: both rows run along the sum
//   backward  dX[b,i] = D[b,o] · W[o,i]       gemm
//   gradient  dW[o,i] = D[b,o]^T · X[b,i]     gemm, with A read across (rowStride 1)

/**
 * C[m,n] = alpha * A·B (+ C if accumulate). A's element (i,p) stands at A + 4 (i * rowStride + p * sumStride);
 * B is [k,n] with row length ldb, C is [m,n] with row length ldc. Tiles of 4 × 8 keep eight sums in registers.
 */
export function gemm(
  A: usize, rowStride: i32, sumStride: i32, B: usize, ldb: i32, C: usize, ldc: i32,
  m: i32, n: i32, k: i32, alpha: f32, accumulate: i32,
): void {
  const row: usize = (<usize>rowStride) << 2;
  const sum: usize = (<usize>sumStride) << 2;
  const b4: usize = (<usize>ldb) << 2;
  const c4: usize = (<usize>ldc) << 2;
  const n8 = n & ~7;
  const m4 = m & ~3;
  for (let j = 0; j < n8; j += 8) {
    const b = B + ((<usize>j) << 2);
    const c = C + ((<usize>j) << 2);
    for (let i = 0; i < m4; i += 4) tile4x8(A + <usize>i * row, row, sum, b, b4, c + <usize>i * c4, c4, k, alpha, accumulate);
    for (let i = m4; i < m; i++) tile1x8(A + <usize>i * row, sum, b, b4, c + <usize>i * c4, k, alpha, accumulate);
  }
  let j = n8;
  if (j + 4 <= n) {
    for (let i = 0; i < m; i++) {
      const at: usize = (<usize>j) << 2;
      tile1x4(A + <usize>i * row, sum, B + at, b4, C + at + <usize>i * c4, k, alpha, accumulate);
    }
    j += 4;
  }
  for (; j < n; j++) {
    for (let i = 0; i < m; i++) {
      const at: usize = (<usize>j) << 2;
      tile1x1(A + <usize>i * row, sum, B + at, b4, C + at + <usize>i * c4, k, alpha, accumulate);
    }
  }
}

// @ts-ignore: decorator
@inline
function tile4x8(A: usize, row: usize, sum: usize, B: usize, b4: usize, C: usize, c4: usize, k: i32, alpha: f32, accumulate: i32): void {
  let c00 = f32x4.splat(0), c01 = f32x4.splat(0), c10 = f32x4.splat(0), c11 = f32x4.splat(0);
  let c20 = f32x4.splat(0), c21 = f32x4.splat(0), c30 = f32x4.splat(0), c31 = f32x4.splat(0);
  let a0: usize = A, a1: usize = a0 + row, a2: usize = a1 + row, a3: usize = a2 + row, b: usize = B;
  for (let p = 0; p < k; p++) {
    const b0 = v128.load(b), b1 = v128.load(b, 16);
    let a = v128.load32_splat(a0);
    c00 = f32x4.add(c00, f32x4.mul(a, b0));
    c01 = f32x4.add(c01, f32x4.mul(a, b1));
    a = v128.load32_splat(a1);
    c10 = f32x4.add(c10, f32x4.mul(a, b0));
    c11 = f32x4.add(c11, f32x4.mul(a, b1));
    a = v128.load32_splat(a2);
    c20 = f32x4.add(c20, f32x4.mul(a, b0));
    c21 = f32x4.add(c21, f32x4.mul(a, b1));
    a = v128.load32_splat(a3);
    c30 = f32x4.add(c30, f32x4.mul(a, b0));
    c31 = f32x4.add(c31, f32x4.mul(a, b1));
    a0 += sum;
    a1 += sum;
    a2 += sum;
    a3 += sum;
    b += b4;
  }
  let c = C;
  store4(c, c00, alpha, accumulate);
  store4(c + 16, c01, alpha, accumulate);
  c += c4;
  store4(c, c10, alpha, accumulate);
  store4(c + 16, c11, alpha, accumulate);
  c += c4;
  store4(c, c20, alpha, accumulate);
  store4(c + 16, c21, alpha, accumulate);
  c += c4;
  store4(c, c30, alpha, accumulate);
  store4(c + 16, c31, alpha, accumulate);
}

// @ts-ignore: decorator
@inline
function tile1x8(A: usize, sum: usize, B: usize, b4: usize, C: usize, k: i32, alpha: f32, accumulate: i32): void {
  let c0 = f32x4.splat(0), c1 = f32x4.splat(0);
  let a = A, b = B;
  for (let p = 0; p < k; p++) {
    const x = v128.load32_splat(a);
    c0 = f32x4.add(c0, f32x4.mul(x, v128.load(b)));
    c1 = f32x4.add(c1, f32x4.mul(x, v128.load(b, 16)));
    a += sum;
    b += b4;
  }
  store4(C, c0, alpha, accumulate);
  store4(C + 16, c1, alpha, accumulate);
}

// @ts-ignore: decorator
@inline
function tile1x4(A: usize, sum: usize, B: usize, b4: usize, C: usize, k: i32, alpha: f32, accumulate: i32): void {
  let c0 = f32x4.splat(0);
  let a = A, b = B;
  for (let p = 0; p < k; p++) {
    c0 = f32x4.add(c0, f32x4.mul(v128.load32_splat(a), v128.load(b)));
    a += sum;
    b += b4;
  }
  store4(C, c0, alpha, accumulate);
}

// @ts-ignore: decorator
@inline
function tile1x1(A: usize, sum: usize, B: usize, b4: usize, C: usize, k: i32, alpha: f32, accumulate: i32): void {
  let s: f32 = 0;
  let a = A, b = B;
  for (let p = 0; p < k; p++) {
    s += load<f32>(a) * load<f32>(b);
    a += sum;
    b += b4;
  }
  s *= alpha;
  store<f32>(C, accumulate ? load<f32>(C) + s : s);
}

// @ts-ignore: decorator
@inline
function store4(at: usize, sum: v128, alpha: f32, accumulate: i32): void {
  let v = f32x4.mul(sum, f32x4.splat(alpha));
  if (accumulate) v = f32x4.add(v128.load(at), v);
  v128.store(at, v);
}

/**
 * C[m,n] = A[m,k] · B[n,k]^T, rows of length lda, ldb, ldc. Each sum runs in four lanes that are added at the end,
 * then the rest of k.
 */
export function gemmTransposed(A: usize, lda: i32, B: usize, ldb: i32, C: usize, ldc: i32, m: i32, n: i32, k: i32): void {
  const a4: usize = (<usize>lda) << 2;
  const b4: usize = (<usize>ldb) << 2;
  const c4: usize = (<usize>ldc) << 2;
  const m4 = m & ~3;
  const n2 = n & ~1;
  for (let j = 0; j < n2; j += 2) {
    const b = B + <usize>j * b4;
    const c = C + ((<usize>j) << 2);
    for (let i = 0; i < m4; i += 4) dots4x2(A + <usize>i * a4, a4, b, b4, c + <usize>i * c4, c4, k);
  }
  for (let j = n2; j < n; j++) {
    for (let i = 0; i < m4; i++) {
      store<f32>(C + <usize>i * c4 + ((<usize>j) << 2), dot(A + <usize>i * a4, B + <usize>j * b4, k));
    }
  }
  for (let i = m4; i < m; i++) {
    const a = A + <usize>i * a4;
    const c = C + <usize>i * c4;
    const n4 = n & ~3;
    for (let j = 0; j < n4; j += 4) dots1x4(a, B + <usize>j * b4, b4, c + ((<usize>j) << 2), k);
    for (let j = n4; j < n; j++) store<f32>(c + ((<usize>j) << 2), dot(a, B + <usize>j * b4, k));
  }
}

// @ts-ignore: decorator
@inline
function dots4x2(A: usize, a4: usize, B: usize, b4: usize, C: usize, c4: usize, k: i32): void {
  let s00 = f32x4.splat(0), s01 = f32x4.splat(0), s10 = f32x4.splat(0), s11 = f32x4.splat(0);
  let s20 = f32x4.splat(0), s21 = f32x4.splat(0), s30 = f32x4.splat(0), s31 = f32x4.splat(0);
  let p0: usize = A, p1: usize = p0 + a4, p2: usize = p1 + a4, p3: usize = p2 + a4, q0: usize = B, q1: usize = B + b4;
  const k4 = k >> 2;
  for (let p = 0; p < k4; p++) {
    const b0 = v128.load(q0), b1 = v128.load(q1);
    let a = v128.load(p0);
    s00 = f32x4.add(s00, f32x4.mul(a, b0));
    s01 = f32x4.add(s01, f32x4.mul(a, b1));
    a = v128.load(p1);
    s10 = f32x4.add(s10, f32x4.mul(a, b0));
    s11 = f32x4.add(s11, f32x4.mul(a, b1));
    a = v128.load(p2);
    s20 = f32x4.add(s20, f32x4.mul(a, b0));
    s21 = f32x4.add(s21, f32x4.mul(a, b1));
    a = v128.load(p3);
    s30 = f32x4.add(s30, f32x4.mul(a, b0));
    s31 = f32x4.add(s31, f32x4.mul(a, b1));
    p0 += 16;
    p1 += 16;
    p2 += 16;
    p3 += 16;
    q0 += 16;
    q1 += 16;
  }
  const rest = k & 3;
  let c = C;
  store<f32>(c, lanes(s00) + tail(p0, q0, rest));
  store<f32>(c, lanes(s01) + tail(p0, q1, rest), 4);
  c += c4;
  store<f32>(c, lanes(s10) + tail(p1, q0, rest));
  store<f32>(c, lanes(s11) + tail(p1, q1, rest), 4);
  c += c4;
  store<f32>(c, lanes(s20) + tail(p2, q0, rest));
  store<f32>(c, lanes(s21) + tail(p2, q1, rest), 4);
  c += c4;
  store<f32>(c, lanes(s30) + tail(p3, q0, rest));
  store<f32>(c, lanes(s31) + tail(p3, q1, rest), 4);
}

// @ts-ignore: decorator
@inline
function dots1x4(A: usize, B: usize, b4: usize, C: usize, k: i32): void {
  let s0 = f32x4.splat(0), s1 = f32x4.splat(0), s2 = f32x4.splat(0), s3 = f32x4.splat(0);
  let a: usize = A, q0: usize = B, q1: usize = q0 + b4, q2: usize = q1 + b4, q3: usize = q2 + b4;
  const k4 = k >> 2;
  for (let p = 0; p < k4; p++) {
    const x = v128.load(a);
    s0 = f32x4.add(s0, f32x4.mul(x, v128.load(q0)));
    s1 = f32x4.add(s1, f32x4.mul(x, v128.load(q1)));
    s2 = f32x4.add(s2, f32x4.mul(x, v128.load(q2)));
    s3 = f32x4.add(s3, f32x4.mul(x, v128.load(q3)));
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
    s = f32x4.add(s, f32x4.mul(v128.load(a), v128.load(b)));
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
