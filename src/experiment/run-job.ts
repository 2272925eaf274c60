import type { Job, JobResult } from './job.js';
import type { ExperimentData } from './prepare-data.js';
import { runAdaptTask } from './tasks/adapt-task.js';
import { runContinualTask } from './tasks/continual-task.js';
import type { Outcome } from './tasks/outcome.js';
import { runTrainTask } from './tasks/train-task.js';

/** Carries out one job. The same job on the same data gives the same result on every machine. */
export async function runJob(job: Job, data: ExperimentData): Promise<JobResult> {
  const { diverged, measures, curve } = await runTask(job, data);
  return {
    key: job.key,
    case: job.case.id,
    arm: job.arm.id,
    phase: job.phase,
    rate: job.rate,
    seed: job.seed,
    diverged,
    measures: Object.fromEntries(Object.entries(measures).map(([name, value]) => [name, rounded(value)])),
    curve: curve.map(rounded),
  };
}

function runTask(job: Job, data: ExperimentData): Promise<Outcome> {
  const { task } = job.case;
  switch (task.kind) {
    case 'train':
      return runTrainTask(task, job, data);
    case 'continual':
      return runContinualTask(task, job, data);
    case 'adapt':
      return runAdaptTask(task, job, data);
  }
}

/** Five decimals: finer than one sample of any test set here. */
function rounded(value: number): number {
  return Math.round(value * 1e5) / 1e5;
}
