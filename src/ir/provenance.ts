/** Where an artefact came from. No clock and no machine in it, so that the same inputs give the same bytes. */
export interface Provenance {
  /** Version of grapes-mcu that made the artefact. */
  readonly toolVersion: string;
  /** Seed of every random choice on the way, or null where nothing was random. */
  readonly seed: number | null;
  /** SHA-256 (hex) of each input, by the input's name. */
  readonly inputs: Readonly<Record<string, string>>;
  /** The arithmetic behind the numbers, where other machines may give others: `wasm, fast`; absent where they may not. */
  readonly engine?: string;
}
