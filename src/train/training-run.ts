import { setImmediate } from 'node:timers/promises';
import { ToolError } from '../errors/tool-error.js';
import type { Dataset } from '../ir/dataset.js';
import type { ModelSpec } from '../ir/model-spec.js';
import type { TrainOptions } from '../ir/options.js';
import type { EpochMetrics } from '../ir/report.js';
import { partition } from '../util/partition.js';
import { Rng } from '../util/rng.js';
import { BatchLoader } from './batch-loader.js';
import { decodeCheckpoint, type Checkpoint } from './checkpoint.js';
import { EarlyStop } from './early-stop.js';
import { createEngine } from './engines/create-engine.js';
import type { FactorRule } from './grapes/factor.js';
import { Network } from './network.js';
import { createOptimizer } from './optimizers/create-optimizer.js';
import type { Optimizer } from './optimizers/optimizer.js';

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
  readonly network: Network;
  /** Epochs done. */
  epoch = 0;
  metrics: EpochMetrics[] = [];
  stoppedEarly = false;
  private readonly optimizer: Optimizer;
  private readonly loader: BatchLoader;
  private readonly trainIndices: Uint32Array;
  private readonly validationIndices: Uint32Array;
  private earlyStop: EarlyStop;
  private best: Float32Array[];
  private readonly lossOfGuessing: number;
  /** Kept across epochs: many short ones must not shut signals and timers out either. */
  private sliceEnd = performance.now() + SLICE_MS;

  constructor(
    dataset: Dataset,
    model: ModelSpec,
    private readonly options: TrainOptions,
    factorRule: FactorRule,
    private readonly configDigest: string,
  ) {
    const engine = createEngine(options.engine);
    this.network = new Network(engine, {
      inputs: dataset.train.inputSize,
      model,
      grapes: options.grapes.mode,
      factorRule,
      maxRows: Math.max(options.batchSize, EVALUATION_ROWS),
    });
    this.network.initialize(options.initializer, options.seed);
    this.optimizer = createOptimizer(engine, this.network.parameters, options.optimizer);
    this.loader = new BatchLoader(dataset.train);
    const parts = partition(
      dataset.train.count,
      options.validationFraction,
      Rng.forPurpose(options.seed, 'train/validation'),
    );
    this.trainIndices = parts.kept;
    this.validationIndices = parts.drawn;
    this.earlyStop = new EarlyStop(options.earlyStopPatience);
    this.best = this.copyParameters();
    this.lossOfGuessing = Math.log(dataset.classNames.length);
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
    const learningRate = options.optimizer.learningRate * power(options.learningRateDecay, this.epoch);
    const order = this.trainIndices.slice();
    Rng.forPurpose(options.seed, `train/shuffle/${String(this.epoch)}`).shuffle(order);
    const stepsPerEpoch = Math.ceil(order.length / options.batchSize);
    let lossSum = 0;
    let correct = 0;
    for (let step = 0; step < stepsPerEpoch; step++) {
      const from = step * options.batchSize;
      const rows = this.loader.load(network, order, from, options.batchSize);
      network.drawMasks(rows, options.seed, this.epoch * stepsPerEpoch + step);
      const loss = network.forward(rows, true);
      if (!Number.isFinite(loss)) this.diverged(step, loss / rows, learningRate);
      lossSum += loss;
      correct += this.countCorrect(rows);
      network.refreshFactors();
      network.backward(rows);
      this.optimizer.step(learningRate);
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
    this.network.refreshFactors();
    const metrics: EpochMetrics = {
      epoch: this.epoch,
      learningRate,
      trainLoss: trained.loss,
      trainAccuracy: trained.accuracy,
      validationLoss: validated?.loss ?? null,
      validationAccuracy: validated?.accuracy ?? null,
      factors: this.network.factorSpreads(),
    };
    this.metrics.push(metrics);
    if (this.earlyStop.observe(this.epoch, validated?.loss ?? trained.loss)) this.best = this.copyParameters();
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
      loss += this.network.forward(rows, false);
      correct += this.countCorrect(rows);
    }
    return { loss: loss / indices.length, accuracy: correct / indices.length };
  }

  private countCorrect(rows: number): number {
    const predicted = this.network.loss.predicted.values;
    const labels = this.network.labels.values;
    let correct = 0;
    for (let r = 0; r < rows; r++) if (predicted[r] === labels[r]) correct++;
    return correct;
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

  private copyParameters(): Float32Array[] {
    return this.network.parameters.map((p) => p.values.values.slice());
  }

  /** Puts the best epoch's weights back: the run's result. */
  useBest(): void {
    this.network.parameters.forEach((p, i) => {
      p.values.values.set(this.best[i]);
    });
  }

  checkpoint(): Checkpoint {
    return {
      configDigest: this.configDigest,
      epoch: this.epoch,
      bestEpoch: this.earlyStop.bestEpoch,
      bestLoss: Number.isFinite(this.earlyStop.bestLoss) ? this.earlyStop.bestLoss : null,
      metrics: [...this.metrics],
      arrays: [...this.copyParameters(), ...this.optimizer.state.map((s) => s.values.slice()), ...this.best],
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
    const live = [...this.network.parameters.map((p) => p.values), ...this.optimizer.state];
    live.forEach((array, i) => {
      array.values.set(checkpoint.arrays[i]);
    });
    this.best = checkpoint.arrays.slice(live.length);
    this.epoch = checkpoint.epoch;
    this.metrics = [...checkpoint.metrics];
    const { earlyStopPatience } = this.options;
    this.earlyStop = new EarlyStop(earlyStopPatience, checkpoint.bestLoss ?? Infinity, checkpoint.bestEpoch);
    this.stoppedEarly = this.epoch < epochs && this.earlyStop.shouldStop(this.epoch);
  }
}

/** base^n by multiplication: `Math.pow` may differ between machines. */
function power(base: number, n: number): number {
  let p = 1;
  for (let i = 0; i < n; i++) p *= base;
  return p;
}
