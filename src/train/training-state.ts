import type { LayerModulation } from './engine.js';

/** Where a training stands, between two steps. */
export interface TrainingState {
  /** The epoch under way, from 1. */
  readonly epoch: number;
  readonly epochs: number;
  /** Steps done, over all epochs, and how many there are. */
  readonly step: number;
  readonly steps: number;
  /** Samples seen, over all epochs, and how many there are. */
  readonly samples: number;
  readonly totalSamples: number;
  readonly learningRate: number;
  /** Mean over the epoch so far. */
  readonly loss: number;
  /** Over the epoch so far; null where there are no classes to get right. */
  readonly accuracy: number | null;
  /** The same two over the steps since the state told before. */
  readonly recentLoss: number;
  readonly recentAccuracy: number | null;
  /** Factors and responsibilities of the weights as they stand. Costs a pass over the weights; changes nothing. */
  readonly modulations: () => readonly LayerModulation[];
}

/** Sums over samples. */
export interface Sums {
  readonly samples: number;
  readonly loss: number;
  readonly correct: number;
}

/** Sums up an epoch, and what has come since it was last asked. Allocates nothing in a step. */
export class EpochMeter {
  private readonly sums = { samples: 0, loss: 0, correct: 0 };
  private told: Sums = { samples: 0, loss: 0, correct: 0 };

  add(samples: number, loss: number, correct: number): void {
    this.sums.samples += samples;
    this.sums.loss += loss;
    this.sums.correct += correct;
  }

  get total(): Sums {
    return this.sums;
  }

  /** Since the last call; the whole epoch if nothing has come since. */
  recent(): Sums {
    const { sums, told } = this;
    this.told = { ...sums };
    if (sums.samples === told.samples) return sums;
    return { samples: sums.samples - told.samples, loss: sums.loss - told.loss, correct: sums.correct - told.correct };
  }
}
