/**
 * Threads that run one and the same program on one memory: each has built the same layers at the same addresses, and goes
 * through the same calls. What keeps the bits of a result independent of how many threads there are, and races away:
 *
 * - Work is shared out by parts of an *output* (rows, columns, samples), never along a sum. What adds up over samples is
 *   done by one thread (`alone`), or by a loop over a part of the output.
 * - A kernel that computes in vectors of 4 gets parts that begin at multiples of 4 (`grain`), so that the same elements
 *   take the vector path, and the same the scalar rest, whoever computes them.
 * - After each write to shared arrays comes a barrier, outside of any condition: every thread passes the same barriers in
 *   the same order. The helpers in arithmetic/ end with one; between them, layers need none of their own.
 * - JavaScript fields are a thread's own; what a step remembers for the next one lives in machine arrays.
 * - Scratch that is written by several threads at once is allocated `team.size` times; `member` picks one's own.
 * - A constructor may write initial values (the same in every thread); reading and writing parameters from outside happens
 *   between steps, on member 0, while the others wait.
 */
export interface Team {
  readonly size: number;
  /** From 0. Member 0 is the thread that the others work for. */
  readonly member: number;
  /**
   * This thread's part of `count` rows, in units of `grain`: from inclusive, to exclusive; may be empty. Parts differ by
   * one unit at most, the larger ones first: of a count of 1 member 0 has it.
   */
  share(count: number, grain?: number): readonly [from: number, to: number];
  /** Nobody goes on before everybody has come here. */
  barrier(): void;
}

export const SOLO: Team = {
  size: 1,
  member: 0,
  share: (count) => [0, count],
  barrier: () => undefined,
};
