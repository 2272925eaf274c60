import { isToolError, ToolError } from '../errors/tool-error.js';
import { datasetDigest } from '../ir/dataset-digest.js';
import { normalThreshold } from '../ir/anomaly.js';
import type { Dataset, Samples } from '../ir/dataset.js';
import type { FloatGraph, ReconstructTask } from '../ir/graph.js';
import type { ModelSpec } from '../ir/model-spec.js';
import type { NetworkPlan } from '../ir/network-plan.js';
import type { TrainOptions } from '../ir/options.js';
import { planNetwork } from '../ir/plan-network.js';
import type { AccuracyReport, EpochMetrics, TrainReport } from '../ir/report.js';
import { elementCount } from '../ir/tensor.js';
import { littleEndianBytes } from '../util/bytes.js';
import { canonicalJson, sha256Hex } from '../util/digest.js';
import { toolVersion } from '../util/package-root.js';
import { silentProgress, type Progress } from '../util/progress.js';
import { countLabels } from './class-weights.js';
import { checkModel } from './check-model.js';
import { encodeCheckpoint } from './checkpoint.js';
import { createEngine } from './engines/create-engine.js';
import type { Engine, TrainingNetwork } from './engine.js';
import { evaluateAutoencoder, evaluateNetwork, reconstructionErrors } from './evaluate-network.js';
import { identifierOf, toGraph } from './to-graph.js';
import { TrainingRun } from './training-run.js';
import type { TrainingState } from './training-state.js';

export interface TrainHooks {
  /** Name of the resulting model; the dataset's name if absent. */
  readonly name?: string;
  readonly progress?: Progress;
  /** Aborting throws the signal's reason, after the last whole epoch went to `onCheckpoint`. */
  readonly signal?: AbortSignal;
  /** Many times a second: for live views. */
  readonly onState?: (state: TrainingState) => void;
  /** A line of metrics.jsonl. Epochs before a resume are not told again. */
  readonly onEpoch?: (metrics: EpochMetrics) => void;
  /** Gets the run's state every `checkpointEveryEpochs` epochs, after the last, and the last good one when it fails. */
  readonly onCheckpoint?: (bytes: Uint8Array, epoch: number) => void;
  /** Where `onCheckpoint` puts the bytes, for messages. */
  readonly checkpointPath?: string;
  /** Weights to begin with, in the order of `TrainingNetwork.readParameters`; drawn by the initializer if absent. */
  readonly initial?: readonly Float32Array[];
  /** Bytes of a checkpoint to go on from. The result has the same bytes as that of a run never interrupted. */
  readonly resumeFrom?: Uint8Array;
}

/**
 * Trains `model` on the dataset's training samples and measures it on its test samples.
 * The same dataset, model and options give the same weights, bit for bit, on every machine.
 */
export async function train(
  dataset: Dataset,
  model: ModelSpec,
  options: TrainOptions,
  hooks: TrainHooks = {},
): Promise<{ output: FloatGraph; report: TrainReport }> {
  const plan = planNetwork(model, dataset.inputShape);
  checkModel(dataset, plan, options);
  if (dataset.train.count === 0) {
    throw new ToolError('DATASET_EMPTY', `'${dataset.name}' has no training samples.`, {
      context: { dataset: dataset.name },
    });
  }
  const engine = await createEngine(options, plan);
  if (options.engine !== 'wasm') hooks.progress?.note(`Engine: ${engine.description}.`);
  const run = new TrainingRun(engine, dataset, plan, options, checkpointDigest(dataset, model, options, hooks.initial));
  try {
    return await trainRun(run, engine, dataset, plan, model, options, hooks);
  } finally {
    run.network.dispose();
  }
}

async function trainRun(
  run: TrainingRun,
  engine: Engine,
  dataset: Dataset,
  plan: NetworkPlan,
  model: ModelSpec,
  options: TrainOptions,
  hooks: TrainHooks,
): Promise<{ output: FloatGraph; report: TrainReport }> {
  const progress = hooks.progress ?? silentProgress;
  if (hooks.initial !== undefined) run.beginWith(hooks.initial);
  if (hooks.resumeFrom !== undefined) run.resume(hooks.resumeFrom);

  run.checkpointPath = hooks.checkpointPath ?? null;
  let saved = run.epoch;
  const save = (): void => {
    if (saved === run.epoch || hooks.onCheckpoint === undefined) return;
    hooks.onCheckpoint(encodeCheckpoint(run.checkpoint()), run.epoch);
    saved = run.epoch;
  };
  while (!run.finished) {
    const before = run.checkpoint();
    try {
      const metrics = await run.trainEpoch((state) => {
        const detail = `epoch ${String(state.epoch)}/${String(state.epochs)}, loss ${state.loss.toFixed(4)}`;
        progress.update('train', state.samples, state.totalSamples, detail);
        hooks.onState?.(state);
        hooks.signal?.throwIfAborted();
      });
      hooks.onEpoch?.(metrics);
    } catch (error) {
      const isFailed = isToolError(error) && RESUMABLE.includes(error.code) && before.epoch > 0;
      if ((hooks.signal?.aborted === true || isFailed) && saved !== before.epoch) {
        hooks.onCheckpoint?.(encodeCheckpoint(before), before.epoch);
      }
      throw isToolError(error) && error.code === 'TRAIN_THREADS_FAILED' ? threadsLost(error, before.epoch, run) : error;
    }
    if (run.finished || run.epoch % options.checkpointEveryEpochs === 0) save();
  }
  run.useBest();
  noteIfGuessing(run, dataset, progress);

  const provenance = {
    toolVersion: toolVersion(),
    seed: options.seed,
    inputs: {
      dataset: datasetDigest(dataset),
      model: sha256Hex(canonicalJson(model)),
      options: sha256Hex(canonicalJson(withoutThreads(options))),
    },
    ...(engine.inexact === null ? {} : { engine: engine.inexact }),
  };
  const { network } = run;
  const task = options.loss === 'reconstruction' ? reconstructTask(network, dataset) : undefined;
  const evaluate = (samples: Samples): AccuracyReport =>
    task === undefined
      ? evaluateNetwork(network, samples, dataset.classNames.length)
      : evaluateAutoencoder(network, samples, task);
  const arrays = network.readParameters();
  const output = toGraph(plan, arrays, identifierOf(hooks.name ?? dataset.name), dataset, provenance, task);
  return {
    output,
    report: {
      schemaVersion: 1,
      epochs: run.metrics,
      stoppedEarly: run.stoppedEarly,
      bestEpoch: run.bestEpoch,
      parameters: plan.layers.reduce((n, l) => n + l.parameters.reduce((m, p) => m + elementCount(p.shape), 0), 0),
      macs: plan.layers.reduce((n, { macs }) => n + macs, 0),
      test: evaluate(dataset.test),
    },
  };
}

/** Failures within an epoch that leave the state before it good. */
const RESUMABLE: readonly string[] = ['TRAIN_DIVERGED', 'TRAIN_THREADS_FAILED'];

/** The same with what is left, and how to go on from there. */
function threadsLost(error: ToolError, goodEpoch: number, { checkpointPath: checkpoint }: TrainingRun): ToolError {
  const place = checkpoint === null ? '' : ` (${checkpoint})`;
  const left =
    goodEpoch === 0 ? 'No epoch was finished before.' : `The last checkpoint is of epoch ${String(goodEpoch)}${place}.`;
  return new ToolError(error.code, `${error.message} ${left}`, {
    hint:
      goodEpoch === 0
        ? 'Train again, with `--threads 1` if it happens again: the result is the same, bit for bit.'
        : 'Go on with `grapes train --resume`, with `--threads 1` if it happens again: the result is the same, bit for bit.',
    context: { ...error.context, goodEpoch, checkpoint },
    cause: error.cause,
  });
}

function reconstructTask(network: TrainingNetwork, { train: samples, classNames }: Dataset): ReconstructTask {
  const counts = countLabels(samples.labels, classNames.length);
  return {
    kind: 'reconstruct',
    threshold: normalThreshold(reconstructionErrors(network, samples)),
    normalClasses: counts.flatMap((n, c) => (n > 0 ? [c] : [])),
  };
}

/**
 * Equal for runs of which one can go on from the other's checkpoints: the same dataset, model, initial weights and
 * options, but for those that change no bit of an epoch.
 */
export function checkpointDigest(
  dataset: Dataset,
  model: ModelSpec,
  options: TrainOptions,
  initial?: readonly Float32Array[],
): string {
  const { epochs, checkpointEveryEpochs: _every, ...rest } = withoutThreads(options);
  // Half a cosine over more epochs has other rates from the first on.
  const length = options.schedule.type === 'cosine' ? { epochs } : {};
  const begin = initial === undefined ? {} : { initial: sha256Hex(...initial.map((a) => littleEndianBytes(a))) };
  return sha256Hex(
    canonicalJson({ dataset: datasetDigest(dataset), model, options: { ...rest, ...length }, ...begin }),
  );
}

/** What the result hangs on: threads change no bits. */
function withoutThreads({ threads: _threads, ...rest }: TrainOptions): Omit<TrainOptions, 'threads'> {
  return rest;
}

function noteIfGuessing(run: TrainingRun, dataset: Dataset, progress: Progress): void {
  const last = run.metrics.at(-1);
  if (last === undefined) return;
  const { trainAccuracy, trainLoss } = last;
  if (trainAccuracy === null) {
    if (trainLoss < 0.95 * run.lossOfGuessing) return;
    progress.note(
      `The network has hardly learned: its loss is ${trainLoss.toPrecision(3)}, where always answering zeros gives ` +
        `${run.lossOfGuessing.toPrecision(3)}. Try another learning rate.`,
    );
    return;
  }
  const guessing = Math.max(...countLabels(dataset.train.labels, dataset.classNames.length)) / dataset.train.count;
  if (trainAccuracy > 1.1 * guessing) return;
  const percent = (fraction: number): string => `${(100 * fraction).toFixed(1)} %`;
  progress.note(
    `The network has hardly learned: ${percent(trainAccuracy)} of the training samples, ` +
      `where always guessing the commonest class gives ${percent(guessing)}. Try another learning rate.`,
  );
}
