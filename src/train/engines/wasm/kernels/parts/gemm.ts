// Matrix products, row-major. A dense layer needs
//   forward   Y[b,o]  = X[b,i] · W[o,i]^T     gemmTransposed: both rows run along the sum
//   backward  dX[b,i] = D[b,o] · W[o,i]       gemm
//   gradient  dW[o,i] = D[b,o]^T · X[b,i]     gemm, with A read across (rowStride 1)
// Panels of eight columns of B are packed first, whichever way B lies, and tiles of 4 × 8 run over them. An element of the
// result is a sum over p in ascending order, in blocks of BLOCK_K; it does not depend on its neighbours, so that threads
// may share out columns, or rows at four or more a thread. A batch of a few rows goes through gemv.ts, where sums have
// another order.
import { multiplyFew, multiplyFewTransposed } from './gemv';
import { tile1x8, tile4x8 } from './gemm-tile';
import { copyPanel, transposeBlock, transposePanel } from './pack';
import { BLOCK_K, BLOCK_M, packedScratch, panelScratch, tileScratch } from './scratch';

/** Rows below which packing B costs more than it saves; terms below which a sum in registers saves nothing. */
const FEW_ROWS: i32 = 4;
const FEW_TERMS: i32 = 4;

/**
 * C[m,n] = alpha * A·B (+ C if accumulate). A's element (i,p) stands at A + 4 (i * rowStride + p * sumStride), one of the
 * two being 1; B is [k,n] with row length ldb, C is [m,n] with row length ldc.
 */
export function gemm(
  A: usize, rowStride: i32, sumStride: i32, B: usize, ldb: i32, C: usize, ldc: i32,
  m: i32, n: i32, k: i32, alpha: f32, accumulate: i32,
): void {
  if (m < FEW_ROWS || k < FEW_TERMS) multiplyFew(A, rowStride, sumStride, B, ldb, C, ldc, m, n, k, alpha, accumulate);
  else multiply(A, rowStride, sumStride, B, ldb, 0, C, ldc, m, n, k, alpha, 1, accumulate);
}

/**
 * C[m,n] -= rate * (alpha * A·B), A and B as in `gemm`. With C the weights, that is a
 * step of SGD whose gradient is written nowhere; its bits are those of gemm and sgdStep for sums of one block.
 */
export function gemmUpdate(
  A: usize, rowStride: i32, sumStride: i32, B: usize, ldb: i32, C: usize, ldc: i32,
  m: i32, n: i32, k: i32, alpha: f32, rate: f32,
): void {
  multiply(A, rowStride, sumStride, B, ldb, 0, C, ldc, m, n, k, alpha, -rate, 1);
}

/** C[m,n] = A[m,k] · B[n,k]^T, rows of length lda, ldb, ldc. */
export function gemmTransposed(A: usize, lda: i32, B: usize, ldb: i32, C: usize, ldc: i32, m: i32, n: i32, k: i32): void {
  if (m < FEW_ROWS) multiplyFewTransposed(A, lda, B, ldb, C, ldc, m, n, k);
  else multiply(A, lda, 1, B, ldb, 1, C, ldc, m, n, k, 1, 1, 0);
}

/** `transposed`: B is [n,k]. */
function multiply(
  A: usize, rowStride: i32, sumStride: i32, B: usize, ldb: i32, transposed: i32, C: usize, ldc: i32,
  m: i32, n: i32, k: i32, alpha: f32, beta: f32, accumulate: i32,
): void {
  const panel = panelScratch();
  const b4: usize = (<usize>ldb) << 2;
  const c4: usize = (<usize>ldc) << 2;
  for (let p = 0; p < k; p += BLOCK_K) {
    const block = min(BLOCK_K, k - p);
    const adds = accumulate | i32(p > 0);
    for (let i = 0; i < m; i += BLOCK_M) {
      const rows = min(BLOCK_M, m - i);
      let a = A + ((<usize>i * <usize>rowStride + <usize>p * <usize>sumStride) << 2);
      let a4: usize = (<usize>rowStride) << 2;
      if (sumStride != 1) {
        transposeBlock(a, (<usize>sumStride) << 2, packedScratch(), rows, block);
        a = packedScratch();
        a4 = (<usize>block) << 2;
      }
      const c = C + <usize>i * c4;
      for (let j = 0; j < n; j += 8) {
        const at: usize = (<usize>j) << 2;
        if (transposed) transposePanel(B + <usize>j * b4 + ((<usize>p) << 2), b4, panel, block, n - j);
        else copyPanel(B + <usize>p * b4 + at, b4, panel, block, n - j);
        if (n - j >= 8) column(a, a4, panel, c + at, c4, rows, block, alpha, beta, adds);
        else lastColumn(a, a4, panel, c + at, c4, rows, n - j, block, alpha, beta, adds);
      }
    }
  }
}

/** Eight columns of C. */
function column(A: usize, a4: usize, panel: usize, C: usize, c4: usize, m: i32, k: i32, alpha: f32, beta: f32, accumulate: i32): void {
  const m4 = m & ~3;
  for (let i = 0; i < m4; i += 4) tile4x8(A + <usize>i * a4, a4, panel, C + <usize>i * c4, c4, k, alpha, beta, accumulate);
  for (let i = m4; i < m; i++) tile1x8(A + <usize>i * a4, panel, C + <usize>i * c4, k, alpha, beta, accumulate);
}

/** Fewer than eight columns of C, by way of a tile in the scratch. */
function lastColumn(
  A: usize, a4: usize, panel: usize, C: usize, c4: usize, m: i32, cols: i32, k: i32, alpha: f32, beta: f32, accumulate: i32,
): void {
  const tile = tileScratch();
  for (let i = 0; i < m; i += 4) {
    const rows = min(4, m - i);
    column(A + <usize>i * a4, a4, panel, tile, 32, rows, k, alpha, beta, 0);
    for (let r = 0; r < rows; r++) {
      for (let j = 0; j < cols; j++) {
        const to = C + <usize>(i + r) * c4 + ((<usize>j) << 2);
        const sum = load<f32>(tile + ((<usize>r) << 5) + ((<usize>j) << 2));
        store<f32>(to, accumulate ? load<f32>(to) + sum : sum);
      }
    }
  }
}
