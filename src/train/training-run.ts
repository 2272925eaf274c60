import { setImmediate } from 'node:timers/promises';
import { ToolError } from '../errors/tool-error.js';
import { reconstructionError } from '../ir/anomaly.js';
import { readSample, type Dataset } from '../ir/dataset.js';
import { distributionOf } from '../ir/distribution.js';
import type { NetworkPlan } from '../ir/network-plan.js';
import type { TrainOptions } from '../ir/options.js';
import { elementCount } from '../ir/tensor.js';
import type { EpochMetrics } from '../ir/report.js';
import { partition } from '../util/partition.js';
import { Rng } from '../util/rng.js';
import { Augmenter } from './augment/augment.js';
import { BatchLoader } from './batch-loader.js';
import { decodeCheckpoint, type Checkpoint } from './checkpoint.js';
import { classWeights } from './class-weights.js';
import { divergenceError } from './divergence.js';
import { EarlyStop } from './early-stop.js';
import type { Engine, TrainingNetwork } from './engine.js';
import { initialParameters } from './initializers.js';
import { scheduledRate } from './schedule.js';
import { EpochMeter, type Sums, type TrainingState } from './training-state.js';

/** Rows of an evaluation batch, at least. */
const EVALUATION_ROWS = 128;
/** Work between two looks at the event loop (signals, timers). */
const SLICE_MS = 40;
/** A mean loss this many times that of guessing means that training has gone wrong for good. */
const DIVERGED_TIMES_GUESSING = 10;

interface LossAndAccuracy {
  readonly loss: number;
  /** Null where there are no classes to get right. */
  readonly accuracy: number | null;
}

/**
 * A training run between two epochs. Every random choice is drawn from (seed, purpose, epoch or step), so that the
 * state to save is: epochs done, weights, optimizer state, and the best epoch so far.
 */
export class TrainingRun {
  readonly network: TrainingNetwork;
  /** Epochs done. */
  epoch = 0;
  metrics: EpochMetrics[] = [];
  stoppedEarly = false;
  /** Where checkpoints go, for messages. */
  checkpointPath: string | null = null;
  private readonly loader: BatchLoader;
  private readonly augmenter: Augmenter | null;
  private readonly trainIndices: Uint32Array;
  private readonly validationIndices: Uint32Array;
  private readonly validationLoader: BatchLoader;
  /** By class. */
  private readonly weights: Float32Array;
  private earlyStop: EarlyStop;
  private best: Float32Array[];
  /** Mean training loss of a network that always answers the same: chance, or zeros. */
  readonly lossOfGuessing: number;
  /** Kept across epochs: many short ones must not shut signals and timers out either. */
  private sliceEnd = performance.now() + SLICE_MS;

  constructor(
    engine: Engine,
    dataset: Dataset,
    plan: NetworkPlan,
    private readonly options: TrainOptions,
    private readonly configDigest: string,
  ) {
    this.augmenter = options.augment === null ? null : new Augmenter(options.augment, dataset.inputShape, options.seed);
    this.loader = new BatchLoader(dataset.train, this.augmenter);
    const { train, validation } = dataset;
    // Given validation samples are watched as they are; otherwise part of the training samples is held out.
    const fraction = validation === null ? options.validationFraction : 0;
    const parts = partition(train.count, fraction, Rng.forPurpose(options.seed, 'train/validation'));
    this.trainIndices = parts.kept;
    this.validationIndices = validation === null ? parts.drawn : everyIndex(validation.count);
    if (this.trainIndices.length === 0) throw nothingToTrainOn(dataset, fraction);
    this.validationLoader = new BatchLoader(validation ?? dataset.train);
    this.earlyStop = new EarlyStop(options.earlyStopPatience);
    this.weights = classWeights(options.classWeights, dataset);
    this.lossOfGuessing = lossOfGuessing(options.loss, dataset, this.weights);
    // Last, because a network may hold threads, which nobody would end if a check above threw.
    this.network = engine.build(plan, options, Math.max(options.batchSize, EVALUATION_ROWS));
    this.network.writeParameters(initialParameters(plan, options.initializer, options.seed));
    this.best = this.network.readParameters();
  }

  /** Instead of drawn weights. Throws TRAIN_MODEL_MISMATCH if they are of another network. */
  beginWith(parameters: readonly Float32Array[]): void {
    const { layers } = this.network.plan;
    const planned = [...layers.flatMap((l) => l.parameters), ...layers.flatMap((l) => l.state)];
    const odd = planned.find(({ shape }, i) => parameters.at(i)?.length !== elementCount(shape));
    if (odd !== undefined || parameters.length !== planned.length) {
      const name = odd?.name ?? 'the network';
      throw new ToolError('TRAIN_MODEL_MISMATCH', `The initial weights do not fit ${name} on this data.`, {
        context: { parameter: name, shape: odd?.shape.join('×') ?? '' },
      });
    }
    this.network.writeParameters(parameters);
    this.best = this.network.readParameters();
  }

  get finished(): boolean {
    return this.stoppedEarly || this.epoch >= this.options.epochs;
  }

  private get stepsPerEpoch(): number {
    return Math.ceil(this.trainIndices.length / this.options.batchSize);
  }

  get bestEpoch(): number {
    return this.earlyStop.bestEpoch;
  }

  /** `onState` is called now and then, and at the end; it may throw to stop. */
  async trainEpoch(onState: (state: TrainingState) => void): Promise<EpochMetrics> {
    const { options, network } = this;
    const learningRate = scheduledRate(options.optimizer.learningRate, options.schedule, this.epoch, options.epochs);
    const order = this.trainIndices.slice();
    Rng.forPurpose(options.seed, `train/shuffle/${String(this.epoch)}`).shuffle(order);
    this.augmenter?.beginEpoch(this.epoch);
    const { stepsPerEpoch, epoch } = this;
    const meter = new EpochMeter();
    for (let step = 0; step < stepsPerEpoch; step++) {
      const from = step * options.batchSize;
      const rows = this.load(this.loader, order, from, options.batchSize);
      const { loss, correct } = network.step({ rows, step: epoch * stepsPerEpoch + step, learningRate });
      if (!Number.isFinite(loss)) this.diverged(step, rows, loss / rows, learningRate);
      meter.add(rows, loss, correct);
      if (performance.now() >= this.sliceEnd) {
        await setImmediate();
        onState(this.state(epoch, step + 1, learningRate, meter));
        this.sliceEnd = performance.now() + SLICE_MS;
      }
    }
    const trained = this.means(meter.total);
    const wild = trained.loss > DIVERGED_TIMES_GUESSING * this.lossOfGuessing;
    // The last update of the epoch has had no loss yet to show in.
    if (wild || network.firstNonFinite() !== null) this.diverged(stepsPerEpoch - 1, 0, trained.loss, learningRate);
    const metrics = this.endEpoch(learningRate, trained);
    onState(this.state(epoch, stepsPerEpoch, learningRate, meter));
    return metrics;
  }

  /** After `step` steps of `epoch`, which counts from 0. */
  private state(epoch: number, step: number, learningRate: number, meter: EpochMeter): TrainingState {
    const { stepsPerEpoch, network } = this;
    const { epochs } = this.options;
    const perEpoch = this.trainIndices.length;
    const { loss, accuracy } = this.means(meter.total);
    const recent = this.means(meter.recent());
    return {
      epoch: epoch + 1,
      epochs,
      step: epoch * stepsPerEpoch + step,
      steps: epochs * stepsPerEpoch,
      samples: epoch * perEpoch + meter.total.samples,
      totalSamples: epochs * perEpoch,
      learningRate,
      loss,
      accuracy,
      recentLoss: recent.loss,
      recentAccuracy: recent.accuracy,
      modulations: () => network.modulations(),
    };
  }

  private endEpoch(learningRate: number, trained: LossAndAccuracy): EpochMetrics {
    const validated = this.validate();
    this.epoch++;
    const modulations = this.network.modulations();
    const metrics: EpochMetrics = {
      epoch: this.epoch,
      learningRate,
      trainLoss: trained.loss,
      trainAccuracy: trained.accuracy,
      validationLoss: validated?.loss ?? null,
      validationAccuracy: validated?.accuracy ?? null,
      factors: modulations.map(({ layerName, factors }) => ({ layer: layerName, ...distributionOf(factors) })),
      responsibilities: modulations.map(({ layerName, responsibilities }) => ({
        layer: layerName,
        ...distributionOf(responsibilities),
      })),
    };
    this.metrics.push(metrics);
    if (this.earlyStop.observe(this.epoch, validated?.loss ?? trained.loss)) this.best = this.network.readParameters();
    this.stoppedEarly = this.epoch < this.options.epochs && this.earlyStop.shouldStop(this.epoch);
    return metrics;
  }

  private validate(): LossAndAccuracy | null {
    const indices = this.validationIndices;
    if (indices.length === 0) return null;
    let loss = 0;
    let correct = 0;
    for (let from = 0; from < indices.length; from += EVALUATION_ROWS) {
      const rows = this.load(this.validationLoader, indices, from, EVALUATION_ROWS);
      const result = this.network.evaluate(rows);
      loss += result.loss;
      correct += result.correct;
    }
    return this.means({ loss, correct, samples: indices.length });
  }

  /** A batch and what its rows count. Returns their number. */
  private load(loader: BatchLoader, indices: Uint32Array, from: number, atMost: number): number {
    const rows = loader.load(this.network, indices, from, atMost);
    const { labels, rowWeights } = this.network;
    for (let r = 0; r < rows; r++) rowWeights[r] = this.weights[labels[r]];
    return rows;
  }

  private means({ loss, correct, samples }: Sums): LossAndAccuracy {
    const accuracy = this.options.loss === 'reconstruction' ? null : correct / samples;
    return { loss: loss / samples, accuracy };
  }

  private diverged(batch: number, rows: number, loss: number, learningRate: number): never {
    const { options, epoch, lossOfGuessing } = this;
    throw divergenceError(this.network, rows, {
      epoch: epoch + 1,
      batch: batch + 1,
      step: epoch * this.stepsPerEpoch + batch + 1,
      loss,
      lossOfGuessing,
      learningRate,
      grapes: options.grapes.mode,
      goodEpoch: epoch,
      checkpoint: this.checkpointPath,
    });
  }

  /** Puts the best epoch's weights back, at rest (no look-ahead): the run's result. Training cannot go on from it. */
  useBest(): void {
    this.network.writeOptimizer(this.network.readOptimizer().map((a) => a.fill(0)));
    this.network.writeParameters(this.best);
  }

  checkpoint(): Checkpoint {
    return {
      configDigest: this.configDigest,
      epoch: this.epoch,
      bestEpoch: this.earlyStop.bestEpoch,
      bestLoss: Number.isFinite(this.earlyStop.bestLoss) ? this.earlyStop.bestLoss : null,
      metrics: [...this.metrics],
      arrays: [...this.network.readParameters(), ...this.network.readOptimizer(), ...this.best],
    };
  }

  /** Goes on from a checkpoint of the same run. */
  resume(bytes: Uint8Array): void {
    const checkpoint = decodeCheckpoint(bytes);
    const { epochs } = this.options;
    if (checkpoint.configDigest !== this.configDigest || checkpoint.epoch > epochs) {
      const message =
        checkpoint.epoch > epochs
          ? `The checkpoint is from epoch ${String(checkpoint.epoch)}, but only ${String(epochs)} are asked for.`
          : 'The checkpoint belongs to another dataset, model or training options.';
      throw new ToolError('TRAIN_CHECKPOINT_MISMATCH', message, { context: { epoch: checkpoint.epoch, epochs } });
    }
    const { arrays } = checkpoint;
    const { length } = this.best;
    this.network.writeParameters(arrays.slice(0, length));
    this.network.writeOptimizer(arrays.slice(length, arrays.length - length));
    this.best = arrays.slice(arrays.length - length);
    this.epoch = checkpoint.epoch;
    this.metrics = [...checkpoint.metrics];
    const { earlyStopPatience } = this.options;
    this.earlyStop = new EarlyStop(earlyStopPatience, checkpoint.bestLoss ?? Infinity, checkpoint.bestEpoch);
    this.stoppedEarly = this.epoch < epochs && this.earlyStop.shouldStop(this.epoch);
  }
}

function everyIndex(count: number): Uint32Array {
  return Uint32Array.from({ length: count }, (_, i) => i);
}

function lossOfGuessing(loss: TrainOptions['loss'], { train, classNames }: Dataset, weights: Float32Array): number {
  const sample = new Float32Array(train.inputSize);
  const zeros = new Float32Array(train.inputSize);
  let sum = 0;
  for (let n = 0; n < train.count; n++) {
    const weight = weights[train.labels[n]];
    if (loss === 'cross-entropy') {
      sum += weight * Math.log(classNames.length);
      continue;
    }
    readSample(train, n, sample);
    sum += weight * reconstructionError(sample, zeros);
  }
  return sum / train.count;
}

function nothingToTrainOn({ name, train: { count } }: Dataset, validationFraction: number): ToolError {
  const message = `train.validationFraction ${String(validationFraction)} holds out all ${String(count)} training samples of '${name}'.`;
  return new ToolError('DATASET_EMPTY', message, {
    hint: 'Lower train.validationFraction, or bring more samples.',
    context: { dataset: name, samples: count, validationFraction },
  });
}
