import { setImmediate } from 'node:timers/promises';
import { ToolError } from '../errors/tool-error.js';
import type { Dataset } from '../ir/dataset.js';
import type { NetworkPlan } from '../ir/network-plan.js';
import type { TrainOptions } from '../ir/options.js';
import { elementCount } from '../ir/tensor.js';
import type { EpochMetrics } from '../ir/report.js';
import type { FactorSpread } from '../ir/telemetry.js';
import { partition } from '../util/partition.js';
import { Rng } from '../util/rng.js';
import { BatchLoader } from './batch-loader.js';
import { decodeCheckpoint, type Checkpoint } from './checkpoint.js';
import { EarlyStop } from './early-stop.js';
import type { Engine, LayerModulation, TrainingNetwork } from './engine.js';
import { initialParameters } from './initializers.js';
import { scheduledRate } from './schedule.js';

/** Rows of an evaluation batch, at least. */
const EVALUATION_ROWS = 128;
/** Work between two looks at the event loop (signals, timers). */
const SLICE_MS = 40;
/** A mean loss this many times that of guessing means that training has gone wrong for good. */
const DIVERGED_TIMES_GUESSING = 4;

interface LossAndAccuracy {
  readonly loss: number;
  readonly accuracy: number;
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
  private readonly loader: BatchLoader;
  private readonly trainIndices: Uint32Array;
  private readonly validationIndices: Uint32Array;
  private earlyStop: EarlyStop;
  private best: Float32Array[];
  private readonly lossOfGuessing: number;
  /** Kept across epochs: many short ones must not shut signals and timers out either. */
  private sliceEnd = performance.now() + SLICE_MS;

  constructor(
    engine: Engine,
    dataset: Dataset,
    plan: NetworkPlan,
    private readonly options: TrainOptions,
    private readonly configDigest: string,
  ) {
    this.network = engine.build(plan, options, Math.max(options.batchSize, EVALUATION_ROWS));
    this.network.writeParameters(initialParameters(plan, options.initializer, options.seed));
    this.loader = new BatchLoader(dataset.train);
    const parts = partition(
      dataset.train.count,
      options.validationFraction,
      Rng.forPurpose(options.seed, 'train/validation'),
    );
    this.trainIndices = parts.kept;
    this.validationIndices = parts.drawn;
    this.earlyStop = new EarlyStop(options.earlyStopPatience);
    this.best = this.network.readParameters();
    this.lossOfGuessing = Math.log(dataset.classNames.length);
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

  get bestEpoch(): number {
    return this.earlyStop.bestEpoch;
  }

  /** `onBatch(done, total, lastLoss)` is called now and then, with samples as the unit; it may throw to stop. */
  async trainEpoch(onBatch: (done: number, total: number, loss: number) => void): Promise<EpochMetrics> {
    const { options, network } = this;
    const learningRate = scheduledRate(options.optimizer.learningRate, options.schedule, this.epoch, options.epochs);
    const order = this.trainIndices.slice();
    Rng.forPurpose(options.seed, `train/shuffle/${String(this.epoch)}`).shuffle(order);
    const stepsPerEpoch = Math.ceil(order.length / options.batchSize);
    let lossSum = 0;
    let correct = 0;
    for (let step = 0; step < stepsPerEpoch; step++) {
      const from = step * options.batchSize;
      const rows = this.loader.load(network, order, from, options.batchSize);
      const { loss, correct: hits } = network.step({ rows, step: this.epoch * stepsPerEpoch + step, learningRate });
      if (!Number.isFinite(loss)) this.diverged(step, loss / rows, learningRate);
      lossSum += loss;
      correct += hits;
      if (performance.now() >= this.sliceEnd) {
        await setImmediate();
        onBatch(from + rows, order.length, loss / rows);
        this.sliceEnd = performance.now() + SLICE_MS;
      }
    }
    const trained = { loss: lossSum / order.length, accuracy: correct / order.length };
    if (trained.loss > DIVERGED_TIMES_GUESSING * this.lossOfGuessing) {
      this.diverged(stepsPerEpoch - 1, trained.loss, learningRate);
    }
    const metrics = this.endEpoch(learningRate, trained);
    onBatch(order.length, order.length, trained.loss);
    return metrics;
  }

  private endEpoch(learningRate: number, trained: LossAndAccuracy): EpochMetrics {
    const validated = this.validate();
    this.epoch++;
    const metrics: EpochMetrics = {
      epoch: this.epoch,
      learningRate,
      trainLoss: trained.loss,
      trainAccuracy: trained.accuracy,
      validationLoss: validated?.loss ?? null,
      validationAccuracy: validated?.accuracy ?? null,
      factors: this.network.modulations().map(spreadOf),
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
      const rows = this.loader.load(this.network, indices, from, EVALUATION_ROWS);
      const result = this.network.evaluate(rows);
      loss += result.loss;
      correct += result.correct;
    }
    return { loss: loss / indices.length, accuracy: correct / indices.length };
  }

  private diverged(step: number, loss: number, learningRate: number): never {
    const epoch = this.epoch + 1;
    throw new ToolError(
      'TRAIN_DIVERGED',
      `Training diverged in epoch ${String(epoch)}, batch ${String(step + 1)}: the loss is ${loss.toPrecision(4)} (guessing: ${this.lossOfGuessing.toFixed(2)}) at learning rate ${String(learningRate)}.`,
      {
        hint: `Lower train.optimizer.learningRate, for example to ${String(Number((learningRate / 10).toPrecision(2)))}.`,
        context: { epoch, step: step + 1, loss: String(loss), learningRate, grapes: this.options.grapes.mode },
      },
    );
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

function spreadOf({ factors }: LayerModulation): FactorSpread {
  let min = Infinity;
  let max = -Infinity;
  let sum = 0;
  for (const v of factors) {
    if (v < min) min = v;
    if (v > max) max = v;
    sum += v;
  }
  return { min, mean: sum / factors.length, max };
}
