import { join } from 'node:path';
import { writeFileAtomic } from '../../util/atomic-write.js';
import type { Experiment } from '../experiment.js';
import type { JobResult } from '../job.js';
import { resultLine } from '../results-file.js';
import type { RunFacts } from './facts.js';

/** NAME.json (what it was run on) and NAME.jsonl (every job): what docs/experiments.md is made of. */
export function writeReport(
  folder: string,
  experiment: Experiment,
  facts: RunFacts,
  results: readonly JobResult[],
): void {
  writeFileAtomic(
    join(folder, `${experiment.name}.json`),
    `${JSON.stringify({ ...facts, seeds: experiment.seeds }, null, 2)}\n`,
  );
  writeFileAtomic(join(folder, `${experiment.name}.jsonl`), results.map(resultLine).join(''));
}
