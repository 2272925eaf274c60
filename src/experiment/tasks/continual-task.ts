import type { ExperimentData } from '../prepare-data.js';
import type { ContinualTask } from '../experiment.js';
import type { Job } from '../job.js';
import type { Outcome } from './outcome.js';
import { taskSequence } from './task-sequence.js';
import { Diverged, Trainee } from './trainee.js';

/**
 * With a[i][j] the accuracy on task j after learning task i of n (Lopez-Paz and Ranzato, 2017; Chaudhry et al., 2018):
 * `accuracy` mean of a[n−1]; `forgetting` mean over j < n−1 of max_i a[i][j] − a[n−1][j]; `backwardTransfer` mean over
 * j < n−1 of a[n−1][j] − a[j][j]; `learned` mean of a[j][j]. The curve is the mean over all tasks after each of them.
 */
export async function runContinualTask(task: ContinualTask, job: Job, data: ExperimentData): Promise<Outcome> {
  const trainee = await Trainee.create(task, job.arm, data.dataset.inputShape, job.seed);
  const parts = taskSequence(task, data, job.phase, job.seed);
  const guessing = 1 / (task.sequence === 'split-pairs' ? 2 : data.dataset.classNames.length);
  const accuracies = (): number[] => parts.map(({ measured }) => trainee.accuracy(measured));
  const start = mean(accuracies());
  let diverged = false;
  const table: number[][] = [];
  for (const [k, { train }] of parts.entries()) {
    if (!diverged) {
      try {
        trainee.resetOptimizer();
        trainee.pass(train, job.rate, `task/${String(k)}`);
      } catch (error) {
        if (!(error instanceof Diverged)) throw error;
        diverged = true;
      }
    }
    table.push(diverged ? parts.map(() => guessing) : accuracies());
  }
  trainee.network.dispose();
  return { diverged, curve: [start, ...table.map(mean)], measures: continualMeasures(table) };
}

/** @param table accuracy on task j after learning task i */
export function continualMeasures(
  table: readonly (readonly number[])[],
): Record<'accuracy' | 'forgetting' | 'backwardTransfer' | 'learned', number> {
  const last = table[table.length - 1];
  const earlier = last.slice(0, -1);
  return {
    accuracy: mean(last),
    forgetting: mean(earlier.map((end, j) => Math.max(...table.slice(j).map((row) => row[j])) - end)),
    backwardTransfer: mean(earlier.map((end, j) => end - table[j][j])),
    learned: mean(table.map((row, j) => row[j])),
  };
}

function mean(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0) / values.length;
}
