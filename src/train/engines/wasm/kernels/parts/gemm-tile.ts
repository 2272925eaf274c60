// The innermost part of gemm: a tile of 4 × 8 sums that stays in registers.

/**
 * a · b + c, each of the two rounded on its own. In the relaxed build (`train.fast`) one fused operation where the
 * processor has it: faster, but other bits on other machines.
 */
// @ts-ignore: decorator
@inline
export function multiplyAdd(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_madd(a, b, c);
  return f32x4.add(c, f32x4.mul(a, b));
}

/**
 * C[4][8] = beta · (alpha · A[4][k] · P[k][8]) (+ C if accumulate), k ≥ 1; rows of A are a4 bytes apart, rows of C c4 bytes.
 *
 * Four steps of the sum a turn, so that addresses are constants of the instructions. The way out after each step is what
 * makes it fast: without a branch between them the compiler puts the four steps' loads in front, runs out of the sixteen
 * registers and spills.
 */
export function tile4x8(A: usize, a4: usize, P: usize, C: usize, c4: usize, k: i32, alpha: f32, beta: f32, accumulate: i32): void {
  sums4x8(A, a4, P, C, c4, k, true, alpha, beta, accumulate);
}

/** C[4][8] = A[4][k] · P[k][8]: the same sums as they are. */
export function plainTile4x8(A: usize, a4: usize, P: usize, C: usize, c4: usize, k: i32): void {
  sums4x8(A, a4, P, C, c4, k, false, 1, 1, 0);
}

// @ts-ignore: decorator
@inline
function sums4x8(
  A: usize, a4: usize, P: usize, C: usize, c4: usize, k: i32, scaled: bool, alpha: f32, beta: f32, accumulate: i32,
): void {
  let c00 = f32x4.splat(0), c01 = f32x4.splat(0), c10 = f32x4.splat(0), c11 = f32x4.splat(0);
  let c20 = f32x4.splat(0), c21 = f32x4.splat(0), c30 = f32x4.splat(0), c31 = f32x4.splat(0);
  let a0 = A, a1 = a0 + a4, a2 = a1 + a4, a3 = a2 + a4, b = P;
  let b0: v128, b1: v128, a: v128;
  let rest = k;
  while (true) {
    b0 = v128.load(b), b1 = v128.load(b, 16);
    a = v128.load32_splat(a0), c00 = multiplyAdd(a, b0, c00), c01 = multiplyAdd(a, b1, c01);
    a = v128.load32_splat(a1), c10 = multiplyAdd(a, b0, c10), c11 = multiplyAdd(a, b1, c11);
    a = v128.load32_splat(a2), c20 = multiplyAdd(a, b0, c20), c21 = multiplyAdd(a, b1, c21);
    a = v128.load32_splat(a3), c30 = multiplyAdd(a, b0, c30), c31 = multiplyAdd(a, b1, c31);
    if (rest == 1) break;
    b0 = v128.load(b, 32), b1 = v128.load(b, 48);
    a = v128.load32_splat(a0, 4), c00 = multiplyAdd(a, b0, c00), c01 = multiplyAdd(a, b1, c01);
    a = v128.load32_splat(a1, 4), c10 = multiplyAdd(a, b0, c10), c11 = multiplyAdd(a, b1, c11);
    a = v128.load32_splat(a2, 4), c20 = multiplyAdd(a, b0, c20), c21 = multiplyAdd(a, b1, c21);
    a = v128.load32_splat(a3, 4), c30 = multiplyAdd(a, b0, c30), c31 = multiplyAdd(a, b1, c31);
    if (rest == 2) break;
    b0 = v128.load(b, 64), b1 = v128.load(b, 80);
    a = v128.load32_splat(a0, 8), c00 = multiplyAdd(a, b0, c00), c01 = multiplyAdd(a, b1, c01);
    a = v128.load32_splat(a1, 8), c10 = multiplyAdd(a, b0, c10), c11 = multiplyAdd(a, b1, c11);
    a = v128.load32_splat(a2, 8), c20 = multiplyAdd(a, b0, c20), c21 = multiplyAdd(a, b1, c21);
    a = v128.load32_splat(a3, 8), c30 = multiplyAdd(a, b0, c30), c31 = multiplyAdd(a, b1, c31);
    if (rest == 3) break;
    b0 = v128.load(b, 96), b1 = v128.load(b, 112);
    a = v128.load32_splat(a0, 12), c00 = multiplyAdd(a, b0, c00), c01 = multiplyAdd(a, b1, c01);
    a = v128.load32_splat(a1, 12), c10 = multiplyAdd(a, b0, c10), c11 = multiplyAdd(a, b1, c11);
    a = v128.load32_splat(a2, 12), c20 = multiplyAdd(a, b0, c20), c21 = multiplyAdd(a, b1, c21);
    a = v128.load32_splat(a3, 12), c30 = multiplyAdd(a, b0, c30), c31 = multiplyAdd(a, b1, c31);
    rest -= 4;
    if (rest == 0) break;
    a0 += 16, a1 += 16, a2 += 16, a3 += 16, b += 128;
  }
  let c = C;
  put(c, c00, scaled, alpha, beta, accumulate), put(c + 16, c01, scaled, alpha, beta, accumulate);
  c += c4;
  put(c, c10, scaled, alpha, beta, accumulate), put(c + 16, c11, scaled, alpha, beta, accumulate);
  c += c4;
  put(c, c20, scaled, alpha, beta, accumulate), put(c + 16, c21, scaled, alpha, beta, accumulate);
  c += c4;
  put(c, c30, scaled, alpha, beta, accumulate), put(c + 16, c31, scaled, alpha, beta, accumulate);
}

/** The same for one row: each element is the same sum in the same order. */
export function tile1x8(A: usize, P: usize, C: usize, k: i32, alpha: f32, beta: f32, accumulate: i32): void {
  let c0 = f32x4.splat(0), c1 = f32x4.splat(0);
  let a = A, b = P;
  for (let p = 0; p < k; p++) {
    const x = v128.load32_splat(a);
    c0 = multiplyAdd(x, v128.load(b), c0);
    c1 = multiplyAdd(x, v128.load(b, 16), c1);
    a += 4;
    b += 32;
  }
  put(C, c0, true, alpha, beta, accumulate);
  put(C + 16, c1, true, alpha, beta, accumulate);
}

/** `scaled` is known where this is compiled: plain sums are stored at once. */
// @ts-ignore: decorator
@inline
function put(at: usize, sum: v128, scaled: bool, alpha: f32, beta: f32, accumulate: i32): void {
  let v = sum;
  if (scaled) {
    v = f32x4.mul(f32x4.mul(sum, f32x4.splat(alpha)), f32x4.splat(beta));
    if (accumulate) v = f32x4.add(v128.load(at), v);
  }
  v128.store(at, v);
}

/** S[4][8] (+)= Σ_t D[t][4]ᵀ · V[t][8]: both read along a row; rows are d4, v4 and s4 bytes apart. */
export function outerTile4x8(D: usize, d4: usize, V: usize, v4: usize, S: usize, s4: usize, terms: i32, accumulate: i32): void {
  let c00 = f32x4.splat(0), c01 = f32x4.splat(0), c10 = f32x4.splat(0), c11 = f32x4.splat(0);
  let c20 = f32x4.splat(0), c21 = f32x4.splat(0), c30 = f32x4.splat(0), c31 = f32x4.splat(0);
  let d = D, v = V;
  for (let t = 0; t < terms; t++, d += d4, v += v4) {
    const b0 = v128.load(v), b1 = v128.load(v, 16);
    let a = v128.load32_splat(d);
    c00 = multiplyAdd(a, b0, c00), c01 = multiplyAdd(a, b1, c01);
    a = v128.load32_splat(d, 4), c10 = multiplyAdd(a, b0, c10), c11 = multiplyAdd(a, b1, c11);
    a = v128.load32_splat(d, 8), c20 = multiplyAdd(a, b0, c20), c21 = multiplyAdd(a, b1, c21);
    a = v128.load32_splat(d, 12), c30 = multiplyAdd(a, b0, c30), c31 = multiplyAdd(a, b1, c31);
  }
  let s = S;
  add(s, c00, accumulate), add(s + 16, c01, accumulate);
  s += s4;
  add(s, c10, accumulate), add(s + 16, c11, accumulate);
  s += s4;
  add(s, c20, accumulate), add(s + 16, c21, accumulate);
  s += s4;
  add(s, c30, accumulate), add(s + 16, c31, accumulate);
}

// @ts-ignore: decorator
@inline
function add(at: usize, sum: v128, accumulate: i32): void {
  v128.store(at, accumulate ? f32x4.add(v128.load(at), sum) : sum);
}
