import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { checkpointHeader } from '../../train/checkpoint.js';

/** In a run's folder, while it trains. */
export const CHECKPOINT = 'checkpoint/train.bin';
/** In the folder of the finished stage: so that more epochs can follow. */
export const LAST_CHECKPOINT = 'checkpoint.bin';

export interface ResumePoint {
  readonly bytes: Uint8Array;
  /** Name of the run it comes from. */
  readonly run: string;
}

/**
 * The checkpoint to go on from: the run's own, or the latest of all runs that differ in the number of epochs alone.
 * @param digest of the checkpoints that fit (`checkpointDigest`)
 */
export function findResumePoint(runDir: string, digest: string, epochs: number): ResumePoint | null {
  const own = join(runDir, CHECKPOINT);
  if (existsSync(own)) return { bytes: readFileSync(own), run: basename(runDir) };
  const runsDir = dirname(runDir);
  let best: ResumePoint | null = null;
  let furthest = 0;
  for (const run of readdirSync(runsDir).sort()) {
    for (const file of [CHECKPOINT, `train/${LAST_CHECKPOINT}`]) {
      const path = join(runsDir, run, file);
      if (run === 'latest' || !existsSync(path)) continue;
      const bytes = readFileSync(path);
      const header = checkpointHeader(bytes);
      if (header?.configDigest !== digest || header.epoch > epochs || header.epoch <= furthest) continue;
      best = { bytes, run };
      furthest = header.epoch;
    }
  }
  return best;
}
