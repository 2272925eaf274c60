/** Steps of a round, and how many of them try out each of the two ways. */
const ROUND = 256;
const TRIALS = 6;

/**
 * Whether to work together or alone: both are tried at the beginning of each round of steps, and what took less time is
 * kept to until the next. On a machine that is busy with other things, threads wait for one another more than they help.
 * The results are the same bits, so that a clock may decide.
 */
export class Pace {
  private at = 0;
  private readonly times: { together: number[]; alone: number[] } = { together: [], alone: [] };
  private isBetterTogether = true;

  /** For the step to come. */
  get isTogether(): boolean {
    if (this.at < TRIALS) return true;
    return this.at < 2 * TRIALS ? false : this.isBetterTogether;
  }

  /** A step, begun as `isTogether` said, has taken so long. */
  note(ms: number): void {
    const { times } = this;
    if (this.at < 2 * TRIALS) (this.isTogether ? times.together : times.alone).push(ms);
    this.at++;
    if (this.at === 2 * TRIALS) {
      this.isBetterTogether = median(times.together) < median(times.alone);
      times.together.length = times.alone.length = 0;
    }
    if (this.at === ROUND) this.at = 0;
  }
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1];
}
