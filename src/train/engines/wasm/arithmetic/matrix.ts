import type { Floats, Machine } from '../machine.js';

const FLOAT_BYTES = 4;
/** Rows of a tile of the matrix product. */
const TILE_ROWS = 4;

const rowOf = (array: Floats, row: number, length: number): number => array.address + FLOAT_BYTES * row * length;

/** c[m,n] = a[m,k] · b[n,k]ᵀ */
export function matmulTransposedB(
  { kernels, team }: Machine,
  a: Floats,
  b: Floats,
  c: Floats,
  m: number,
  n: number,
  k: number,
): void {
  const [from, to] = team.share(m, TILE_ROWS);
  if (to > from) kernels.gemmTransposed(rowOf(a, from, k), k, b.address, k, rowOf(c, from, n), n, to - from, n, k);
  team.barrier();
}

/** c[m,n] = a[m,k] · b[k,n], or c += a · b. */
export function matmul(
  { kernels, team }: Machine,
  a: Floats,
  b: Floats,
  c: Floats,
  m: number,
  n: number,
  k: number,
  accumulate = false,
): void {
  const [from, to] = team.share(m, TILE_ROWS);
  if (to > from) {
    kernels.gemm(rowOf(a, from, k), k, 1, b.address, n, rowOf(c, from, n), n, to - from, n, k, 1, accumulate ? 1 : 0);
  }
  team.barrier();
}

/** c[m,n] = alpha · a[k,m]ᵀ · b[k,n] */
export function matmulTransposedA(
  { kernels, team }: Machine,
  a: Floats,
  b: Floats,
  c: Floats,
  m: number,
  n: number,
  k: number,
  alpha: number,
): void {
  const [from, to] = team.share(m, TILE_ROWS);
  if (to > from) {
    kernels.gemm(a.address + FLOAT_BYTES * from, 1, m, b.address, n, rowOf(c, from, n), n, to - from, n, k, alpha, 0);
  }
  team.barrier();
}

/** y[r][c] += row[c] */
export function addRow({ kernels, team }: Machine, y: Floats, row: Floats, rows: number, cols: number): void {
  const [from, to] = team.share(rows);
  if (to > from) kernels.addRow(rowOf(y, from, cols), row.address, to - from, cols);
  team.barrier();
}

/** out[c] = alpha · Σ_r d[r][c]: one thread, it is short. */
export function columnSums(
  { kernels, team }: Machine,
  d: Floats,
  out: Floats,
  rows: number,
  cols: number,
  alpha: number,
): void {
  const [from, to] = team.share(1);
  if (to > from) kernels.columnSums(d.address, rows, cols, out.address, alpha);
  team.barrier();
}

/** out[r] = Σ_c |w[r][c]| */
export function absRowSums({ kernels, team }: Machine, w: Floats, out: Floats, rows: number, cols: number): void {
  const [from, to] = team.share(rows);
  if (to > from) kernels.absRowSums(rowOf(w, from, cols), to - from, cols, out.address + FLOAT_BYTES * from);
  team.barrier();
}

/** d[r][c] *= factor[c] */
export function scaleColumns({ kernels, team }: Machine, d: Floats, factor: Floats, rows: number, cols: number): void {
  const [from, to] = team.share(rows);
  if (to > from) kernels.scaleColumns(rowOf(d, from, cols), factor.address, to - from, cols);
  team.barrier();
}

/** g[r][c] *= factor[r]; with one column, an element-wise product. */
export function scaleRows({ kernels, team }: Machine, g: Floats, factor: Floats, rows: number, cols: number): void {
  const [from, to] = team.share(rows);
  if (to > from) kernels.scaleRows(rowOf(g, from, cols), factor.address + FLOAT_BYTES * from, to - from, cols);
  team.barrier();
}
