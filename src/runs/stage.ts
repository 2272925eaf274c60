import type { StageOutput } from './stage-output.js';

/**
 * One step of a run, as `make` would see it. It runs again only if its key changed: the options, the digests of its
 * inputs, or the versions of the stage and the tool.
 */
export interface Stage {
  /** Also its folder in the run: `train`, `build/mps2-an386`. */
  readonly id: string;
  /** Raised when the stage would give other bytes for the same inputs. */
  readonly version: number;
  /** Plain values; whatever changes the result stands here. */
  readonly options: unknown;
  /** SHA-256 (hex) of each input, by the input's name. */
  readonly inputs: Readonly<Record<string, string>>;
  /** Seed of its random choices; null where nothing is random. */
  readonly seed: number | null;
  /**
   * Files that hold measured times and the like: kept, but no part of the digest, so that the rest of the stage is
   * the same bytes every time.
   */
  readonly volatileFiles?: readonly string[];
  /** False where something outside our knowledge takes part (a board on a port): never taken as up to date. */
  readonly repeatable?: boolean;
  /** Writes the stage's files through `output`. Throws to leave nothing behind. */
  run(output: StageOutput): Promise<void>;
}

export interface StageResult {
  readonly id: string;
  /** Absolute path of the finished folder. */
  readonly dir: string;
  /** Digest of the stage's files: the input digest of whatever is built from them. */
  readonly digest: string;
  readonly action: 'ran' | 'current';
}
