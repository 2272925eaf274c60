import type { ExperimentData } from '../prepare-data.js';
import type { TrainTask } from '../experiment.js';
import type { Job } from '../job.js';
import { masksOf } from './sparsity.js';
import type { Outcome } from './outcome.js';
import { Diverged, Trainee } from './trainee.js';

/**
 * Accuracy after the last epoch; the mean over the epochs (`area`), and the epochs until the goal, which say how fast.
 * A tuning run measures on validation samples, any other on test samples.
 */
export async function runTrainTask(task: TrainTask, job: Job, { dataset }: ExperimentData): Promise<Outcome> {
  const trainee = await Trainee.create(task, job.arm, dataset.inputShape, job.seed);
  const { network } = trainee;
  const masks = masksOf(task.sparsity, network.plan, network.readParameters(), job.seed);
  if (masks !== null) trainee.keepOnly(masks);
  const measured = job.phase === 'tune' ? dataset.validation : dataset.test;
  const guessing = 1 / dataset.classNames.length;
  const curve = [trainee.accuracy(measured)];
  let diverged = false;
  let { rate } = job;
  for (let epoch = 0; epoch < task.epochs; epoch++) {
    if (!diverged) {
      try {
        trainee.pass(dataset.train, rate, `epoch/${String(epoch)}`);
      } catch (error) {
        if (!(error instanceof Diverged)) throw error;
        diverged = true;
      }
    }
    rate *= task.decay ?? 1;
    curve.push(diverged ? guessing : trainee.accuracy(measured));
  }
  network.dispose();
  const learned = curve.slice(1);
  return {
    diverged,
    curve,
    measures: {
      accuracy: curve[task.epochs],
      area: learned.reduce((a, b) => a + b, 0) / learned.length,
      epochsToGoal: timeTo(curve, task.goal),
    },
  };
}

/** Where the curve first reaches the goal, by straight lines between its points; its length if it never does. */
export function timeTo(curve: readonly number[], goal: number): number {
  const first = curve.findIndex((v) => v >= goal);
  if (first === -1) return curve.length - 1;
  if (first === 0) return 0;
  return first - 1 + (goal - curve[first - 1]) / (curve[first] - curve[first - 1]);
}
