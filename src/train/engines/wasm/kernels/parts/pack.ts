// Copies of parts of matrices in the order in which the tiles of gemm read them.

/** P[p][0..8) = B[p][0..8), rows of b4 bytes; columns from `cols` on are 0. */
export function copyPanel(B: usize, b4: usize, P: usize, k: i32, cols: i32): void {
  let b = B, q = P;
  if (cols >= 8) {
    for (let p = 0; p < k; p++) {
      v128.store(q, v128.load(b));
      v128.store(q, v128.load(b, 16), 16);
      q += 32;
      b += b4;
    }
    return;
  }
  for (let p = 0; p < k; p++) {
    for (let j = 0; j < 8; j++) store<f32>(q + ((<usize>j) << 2), j < cols ? load<f32>(b + ((<usize>j) << 2)) : 0);
    q += 32;
    b += b4;
  }
}

/** P[p][0..8) = B[0..8)[p], rows of b4 bytes; columns from `cols` on are 0. */
export function transposePanel(B: usize, b4: usize, P: usize, k: i32, cols: i32): void {
  const k4 = k & ~3;
  let done = 0;
  if (cols >= 8) {
    for (let p = 0; p < k4; p += 4) {
      const at: usize = (<usize>p) << 2;
      transpose4x4(B + at, b4, P + (at << 3), 32);
      transpose4x4(B + at + (b4 << 2), b4, P + (at << 3) + 16, 32);
    }
    done = k4;
  }
  for (let p = done; p < k; p++) {
    const from = B + ((<usize>p) << 2), to = P + ((<usize>p) << 5);
    for (let j = 0; j < 8; j++) store<f32>(to + ((<usize>j) << 2), j < cols ? load<f32>(from + <usize>j * b4) : 0);
  }
}

/** D[i][p] = A[p][i]: A in rows of a4 bytes, D in rows of k numbers. */
export function transposeBlock(A: usize, a4: usize, D: usize, m: i32, k: i32): void {
  const d4: usize = (<usize>k) << 2;
  const m4 = m & ~3, k4 = k & ~3;
  for (let i = 0; i < m4; i += 4) {
    const a = A + ((<usize>i) << 2), d = D + <usize>i * d4;
    for (let p = 0; p < k4; p += 4) transpose4x4(a + <usize>p * a4, a4, d + ((<usize>p) << 2), d4);
  }
  for (let i = 0; i < m; i++) {
    for (let p = i < m4 ? k4 : 0; p < k; p++) {
      store<f32>(D + <usize>i * d4 + ((<usize>p) << 2), load<f32>(A + <usize>p * a4 + ((<usize>i) << 2)));
    }
  }
}

// @ts-ignore: decorator
@inline
function transpose4x4(A: usize, a4: usize, D: usize, d4: usize): void {
  const r0 = v128.load(A), r1 = v128.load(A + a4), r2 = v128.load(A + (a4 << 1)), r3 = v128.load(A + a4 * 3);
  const t0 = v128.shuffle<f32>(r0, r1, 0, 4, 1, 5), t1 = v128.shuffle<f32>(r0, r1, 2, 6, 3, 7);
  const t2 = v128.shuffle<f32>(r2, r3, 0, 4, 1, 5), t3 = v128.shuffle<f32>(r2, r3, 2, 6, 3, 7);
  v128.store(D, v128.shuffle<f32>(t0, t2, 0, 1, 4, 5));
  v128.store(D + d4, v128.shuffle<f32>(t0, t2, 2, 3, 6, 7));
  v128.store(D + (d4 << 1), v128.shuffle<f32>(t1, t3, 0, 1, 4, 5));
  v128.store(D + d4 * 3, v128.shuffle<f32>(t1, t3, 2, 3, 6, 7));
}
