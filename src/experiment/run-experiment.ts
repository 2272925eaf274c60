import type { Progress } from '../util/progress.js';
import type { Experiment } from './experiment.js';
import { measuringJobs, tuningJobs, type Job, type JobResult } from './job.js';
import { createPool } from './pool.js';
import type { ExperimentData } from './prepare-data.js';
import type { ResultsFile } from './results-file.js';
import { tunedRates } from './tune.js';

export interface RunOptions {
  /** Jobs carried out at the same time. */
  readonly workers: number;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

export interface ExperimentRun {
  /** Every job's result: tuning first, in the order of the definition. */
  readonly results: readonly JobResult[];
  /** How many of them were carried out now, the others were in the file. */
  readonly ran: number;
}

/**
 * Chooses each arm's learning rate on validation samples with seeds of their own, then measures every arm on the test
 * samples. Finished jobs stand in `file` and are not run again.
 */
export async function runExperiment(
  experiment: Experiment,
  data: ExperimentData,
  file: ResultsFile,
  { workers, progress, signal }: RunOptions,
): Promise<ExperimentRun> {
  const pool = createPool(workers, data);
  let ran = 0;
  const carryOut = async (jobs: readonly Job[], label: string): Promise<JobResult[]> => {
    const missing = jobs.filter(({ key }) => file.get(key) === undefined);
    let done = jobs.length - missing.length;
    if (missing.length > 0) progress.update(label, done, jobs.length);
    const onResult = (result: JobResult): void => {
      file.add(result);
      ran++;
      progress.update(label, ++done, jobs.length, `${result.case}, ${result.arm}`);
    };
    await pool.run(missing, onResult, signal);
    return jobs.map(({ key }) => file.get(key)!);
  };
  try {
    const tuning = await carryOut(tuningJobs(experiment, data.digest), 'tune');
    const rateOf = tunedRates(experiment, tuning);
    const measuring = await carryOut(measuringJobs(experiment, data.digest, rateOf), 'measure');
    return { results: [...tuning, ...measuring], ran };
  } finally {
    await pool.close();
  }
}
