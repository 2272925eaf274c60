import type { Floats, Machine } from '../machine.js';

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

/** An error that the first writer begins: zeros to add to. */
export function clear(machine: Machine, array: Floats, n: number): void {
  alone(machine, () => array.values.fill(0, 0, n));
}
