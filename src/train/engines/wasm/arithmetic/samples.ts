import type { Floats, Machine } from '../machine.js';

/** Vectors must not be cut. */
const LANES = 4;

/** Bytes from one sample to the next. */
export const sampleBytes = (values: number): number => 4 * values;

/** Runs `work` on each row (sample) of the batch; threads take different rows. */
export function eachSample({ team }: Machine, rows: number, work: (row: number) => void): void {
  const [from, to] = team.share(rows);
  for (let row = from; row < to; row++) work(row);
  team.barrier();
}

/** For what adds up over samples in one fixed order: one thread does it. */
export function alone({ team }: Machine, work: () => void): void {
  const [from, to] = team.share(1);
  if (to > from) work();
  team.barrier();
}

/** Parts of a batch that are summed each by itself: how many, the bits depend on, so it does not follow the threads. */
const PARTS = 4;

/** Room for sums over samples of `length` numbers, beside the array that they end in. */
export function partialSums(machine: Machine, length: number): readonly Floats[] {
  return Array.from({ length: PARTS - 1 }, () => machine.floats(length));
}

/**
 * out = Σ over the samples, in a fixed order whatever the number of threads. `work` adds a sample to the numbers at an
 * address, or overwrites them with it.
 */
export function sumOverSamples(
  machine: Machine,
  rows: number,
  out: Floats,
  partial: readonly Floats[],
  work: (row: number, to: number, add: boolean) => void,
): void {
  sumOverParts(machine, rows, out, partial, (begin, end, to) => {
    for (let row = begin; row < end; row++) work(row, to, row > begin);
  });
}

/** The same, `work` overwriting the numbers at an address with the sum over its samples: begin inclusive, end exclusive. */
export function sumOverParts(
  machine: Machine,
  rows: number,
  out: Floats,
  partial: readonly Floats[],
  work: (begin: number, end: number, to: number) => void,
): void {
  const { kernels, team } = machine;
  const sums = [out, ...partial].slice(0, rows);
  const [first, last] = team.share(sums.length);
  for (let part = first; part < last; part++) {
    const begin = Math.floor((rows * part) / sums.length);
    const end = Math.floor((rows * (part + 1)) / sums.length);
    work(begin, end, sums[part].address);
  }
  team.barrier();
  const [from, to] = team.share(out.length, LANES);
  if (to > from) {
    for (let part = 1; part < sums.length; part++) {
      kernels.accumulate(out.address + sampleBytes(from), sums[part].address + sampleBytes(from), to - from);
    }
  }
  team.barrier();
}

/** An error that the first writer begins: zeros to add to. */
export function clear({ team }: Machine, array: Floats, n: number): void {
  const [from, to] = team.share(n, LANES);
  array.values.fill(0, from, to);
  team.barrier();
}
