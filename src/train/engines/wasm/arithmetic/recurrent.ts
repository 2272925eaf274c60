import type { Activation } from '../../../../ir/graph.js';
import type { Floats, Machine } from '../machine.js';
import type { Team } from '../team.js';
import { alone } from './samples.js';

const FLOAT_BYTES = 4;
/** Rows of a tile of the matrix product; products of fewer rows are computed in another order. */
const TILE_ROWS = 4;

/** Kinds of activations as kernels/parts/recurrent.ts numbers them. */
export const ACTIVATION_KIND: Readonly<Record<Activation, number>> = {
  none: 0,
  relu: 1,
  relu6: 2,
  tanh: 3,
  sigmoid: 4,
};

/** The first one of some samples of a batch, and how many they are. */
export type Samples = readonly [from: number, count: number];

/** Address of element `at` of an array. */
export const addressIn = (array: Floats, at: number): number => array.address + FLOAT_BYTES * at;

/**
 * A part of `count` rows that bits do not depend on: so many threads that each has at least a tile, or one alone. The
 * rows of a recurrence are samples, which do not know of each other: a thread takes its own through all steps.
 */
function tilesOf(team: Team, count: number): readonly [from: number, to: number] {
  if (count >= 2 * TILE_ROWS * team.size) return team.share(count, TILE_ROWS);
  const [from, to] = team.share(1);
  return to > from ? [0, count] : [0, 0];
}

/** Runs `work` on all samples of the batch; threads take different ones. */
export function someSamples({ team }: Machine, rows: number, work: (samples: Samples) => void): void {
  const [from, to] = tilesOf(team, rows);
  if (to > from) work([from, to - from]);
  team.barrier();
}

/** out[cols][rows] = aᵀ */
export function transpose(machine: Machine, a: Floats, rows: number, cols: number, out: Floats): void {
  alone(machine, () => {
    machine.kernels.transpose(a.address, rows, cols, out.address);
  });
}

/** c[m, n], at row `row` = alpha · d[k, row … row + m of stride]ᵀ · b[k, n]: the gradient of some gates' recurrent weights. */
export function gateGradients(
  { kernels, team }: Machine,
  d: Floats,
  stride: number,
  b: Floats,
  c: Floats,
  [row, m, n, k]: readonly [row: number, m: number, n: number, k: number],
  alpha: number,
): void {
  const [from, to] = tilesOf(team, m);
  if (to > from) {
    const first = row + from;
    kernels.gemm(addressIn(d, first), 1, stride, b.address, n, addressIn(c, first * n), n, to - from, n, k, alpha, 0);
  }
  team.barrier();
}

/** sums[j] = Σ |w| over the rows of node j in all gates of all arrays; `columns` are the arrays' row lengths. */
export function gateSums(
  machine: Machine,
  arrays: readonly Floats[],
  columns: readonly number[],
  gates: number,
  sums: Floats,
): void {
  alone(machine, () => {
    sums.values.fill(0);
    arrays.forEach((w, i) => {
      machine.kernels.addGateSums(w.address, gates, sums.length, columns[i], sums.address);
    });
  });
}

/** g[gate · units + j][c] *= factor[j] */
export function scaleGates(machine: Machine, g: Floats, factor: Floats, gates: number, cols: number): void {
  const { length } = factor;
  alone(machine, () => {
    for (let gate = 0; gate < gates; gate++) {
      machine.kernels.scaleRows(addressIn(g, gate * length * cols), factor.address, length, cols);
    }
  });
}
