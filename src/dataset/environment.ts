import type { Progress } from '../util/progress.js';

/** What reading a data source needs to know besides its options. */
export interface DatasetEnvironment {
  /** Folder that relative paths of the source start from. */
  readonly projectDir: string;
  /** Where downloaded datasets are kept. */
  readonly cacheDir: string;
  readonly seed: number;
  readonly progress: Progress;
}
