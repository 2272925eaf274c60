/** What a run of an experiment was run on, beside its definition. */
export interface RunFacts {
  /** Name of the dataset that was used. */
  readonly data: string;
  readonly dataDigest: string;
  /** Digits drawn by the tool, because the real data was not at hand. */
  readonly standIn: boolean;
  /** A small version, to see that it works. */
  readonly quick: boolean;
}
