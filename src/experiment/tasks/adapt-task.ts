import { applyDrift } from '../../dataset/drift.js';
import { Rng } from '../../util/rng.js';
import { PLAIN } from '../arms.js';
import type { AdaptTask } from '../experiment.js';
import type { Job } from '../job.js';
import type { ExperimentData } from '../prepare-data.js';
import type { Outcome } from './outcome.js';
import { masksOf } from './sparsity.js';
import { Diverged, Trainee } from './trainee.js';

const PRETRAIN_BATCH = 16;
/** Looks at the accuracy on the way. */
const STRETCHES = 6;

/**
 * A trained network (the same for every arm of a seed) learns turned pictures one by one. `newWorld` is the accuracy on
 * turned pictures afterwards, `oldWorld` on upright ones, `accuracy` their mean; the curve follows that mean.
 */
export async function runAdaptTask(task: AdaptTask, job: Job, data: ExperimentData): Promise<Outcome> {
  const { dataset } = data;
  const trainee = await Trainee.create(task, job.arm, dataset.inputShape, job.seed);
  const trained = await pretrained(task, job.seed, data);
  trainee.network.writeParameters(trained);
  const masks = masksOf(task.sparsity, trainee.network.plan, trained, job.seed);
  if (masks !== null) trainee.keepOnly(masks);

  const turn = { kind: 'rotate', degrees: task.degrees } as const;
  const upright = job.phase === 'tune' ? dataset.validation : dataset.test;
  const turned = applyDrift(upright, dataset.inputShape, turn, job.seed);
  const stream = applyDrift(dataset.train, dataset.inputShape, turn, job.seed);
  const order = Uint32Array.from({ length: stream.count }, (_, i) => i);
  Rng.forPurpose(job.seed, 'experiment/stream').shuffle(order);

  const guessing = 1 / dataset.classNames.length;
  let diverged = false;
  const look = (): { newWorld: number; oldWorld: number } =>
    diverged
      ? { newWorld: guessing, oldWorld: guessing }
      : { newWorld: trainee.accuracy(turned), oldWorld: trainee.accuracy(upright) };
  const seen = [look()];
  const stretch = Math.ceil(task.steps / STRETCHES) * task.batchSize;
  for (let at = 0; at < task.steps * task.batchSize; at += stretch) {
    try {
      if (!diverged) trainee.learn(stream, order.subarray(at, at + stretch), job.rate);
    } catch (error) {
      if (!(error instanceof Diverged)) throw error;
      diverged = true;
    }
    seen.push(look());
  }
  trainee.network.dispose();
  const curve = seen.map(({ newWorld, oldWorld }) => (newWorld + oldWorld) / 2);
  return { diverged, curve, measures: { accuracy: curve[curve.length - 1], ...seen[seen.length - 1] } };
}

/** Weights after pre-training. */
async function pretrained(task: AdaptTask, seed: number, { dataset }: ExperimentData): Promise<Float32Array[]> {
  const how = { ...task, optimizer: 'momentum', batchSize: PRETRAIN_BATCH } as const;
  const trainee = await Trainee.create(how, PLAIN, dataset.inputShape, seed);
  for (let epoch = 0; epoch < task.pretrainEpochs; epoch++) {
    trainee.pass(dataset.train, task.pretrainRate, `pretrain/${String(epoch)}`);
  }
  const weights = trainee.network.readParameters();
  trainee.network.dispose();
  return weights;
}
