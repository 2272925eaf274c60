import type { Floats, Machine } from '../machine.js';
import type { GradientProduct } from '../parameter.js';
import type { Team } from '../team.js';

const FLOAT_BYTES = 4;
/** A tile of the matrix product, and how many of them a thread should have. */
const TILE = { rows: 4, columns: 8 };
const TILES_A_THREAD = 2;

const rowOf = (array: Floats, row: number, length: number): number => array.address + FLOAT_BYTES * row * length;

interface Block {
  readonly row: number;
  readonly column: number;
  readonly rows: number;
  readonly columns: number;
}

/**
 * This thread's block of a product [m][n]; null if it has none. Columns where there are enough, so that no two threads
 * pack the same part of `b`. Never fewer rows than a tile has, unless there are no more: such products are computed in
 * another order, and the bits must not depend on the number of threads.
 */
function blockOf(team: Team, m: number, n: number): Block | null {
  const least = TILES_A_THREAD * team.size;
  if (n >= least * TILE.columns) {
    const [from, to] = team.share(n, TILE.columns);
    return to > from ? { row: 0, column: from, rows: m, columns: to - from } : null;
  }
  const [from, to] = m >= least * TILE.rows ? team.share(m, TILE.rows) : team.member === 0 ? [0, m] : [0, 0];
  return to > from ? { row: from, column: 0, rows: to - from, columns: n } : null;
}

const addressOf = (array: Floats, row: number, column: number, length: number): number =>
  array.address + FLOAT_BYTES * (row * length + column);

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
  const block = blockOf(team, m, n);
  if (block !== null) {
    const { row, column, rows, columns } = block;
    const to = addressOf(c, row, column, n);
    kernels.gemmTransposed(rowOf(a, row, k), k, rowOf(b, column, k), k, to, n, rows, columns, k);
  }
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
  const block = blockOf(team, m, n);
  if (block !== null) {
    const { row, column, rows, columns } = block;
    const to = addressOf(c, row, column, n);
    kernels.gemm(rowOf(a, row, k), k, 1, addressOf(b, 0, column, n), n, to, n, rows, columns, k, 1, accumulate ? 1 : 0);
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
  const block = blockOf(team, m, n);
  if (block !== null) {
    const { row, column, rows, columns } = block;
    const to = addressOf(c, row, column, n);
    kernels.gemm(addressOf(a, 0, row, m), 1, m, addressOf(b, 0, column, n), n, to, n, rows, columns, k, alpha, 0);
  }
  team.barrier();
}

/**
 * w -= rate · gradient, the gradient being a product that is written nowhere; no barrier. The bits are those of the
 * product and the update one after the other for one sample, and where the product has four rows and terms or more.
 */
export function descend({ kernels, team }: Machine, w: Floats, gradient: GradientProduct, rate: number): void {
  const { rows, errors, nodes, input, inputs } = gradient;
  if (rows === 1) {
    const [from, to] = team.share(nodes);
    if (to > from) {
      kernels.sgdOuterStep(rowOf(w, from, inputs), rowOf(errors, from, 1), input.address, to - from, inputs, rate);
    }
    return;
  }
  const block = blockOf(team, nodes, inputs);
  if (block === null) return;
  const { row, column, rows: m, columns: n } = block;
  const to = addressOf(w, row, column, inputs);
  const [d, x] = [rowOf(errors, row, 1), rowOf(input, column, 1)];
  kernels.gemmUpdate(d, 1, nodes, x, inputs, to, inputs, m, n, rows, 1 / rows, rate);
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

/** out[c] = Σ_r |w[r][c]|: one thread, it is short. */
export function absColumnSums({ kernels, team }: Machine, w: Floats, out: Floats, rows: number, cols: number): void {
  const [from, to] = team.share(1);
  if (to > from) kernels.absColumnSums(w.address, rows, cols, out.address);
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
