/**
 * Threads that run one and the same program on one memory. Each kernel call is shared out by rows of its output, never
 * along a sum, so that the bits of the result do not depend on how many there are.
 */
export interface Team {
  readonly size: number;
  /** This thread's part of `count` rows, in units of `grain`: from inclusive, to exclusive; may be empty. */
  share(count: number, grain?: number): readonly [from: number, to: number];
  /** Nobody goes on before everybody has come here. */
  barrier(): void;
}

export const SOLO: Team = {
  size: 1,
  share: (count) => [0, count],
  barrier: () => undefined,
};
