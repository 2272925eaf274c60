import type { AugmentOptions, OptimizerOptions, ScheduleOptions, TrainOptions } from '../ir/options.js';
import { TRAIN_DEFAULTS } from '../ir/train-defaults.js';
import type { RawAugment, RawTrain } from './raw-train.js';

/** Fills in what the `train:` section leaves out. */
export function trainDefaults(raw: RawTrain, seed: number): TrainOptions {
  const { learningRateDecay, schedule, grapes, optimizer, augment, ...rest } = raw;
  return {
    ...TRAIN_DEFAULTS,
    ...rest,
    optimizer: optimizerDefaults(optimizer),
    schedule:
      learningRateDecay === undefined ? scheduleDefaults(schedule) : { type: 'exponential', decay: learningRateDecay },
    grapes: { ...TRAIN_DEFAULTS.grapes, ...grapes },
    augment: augmentDefaults(augment ?? null),
    seed,
  };
}

function optimizerDefaults(raw: RawTrain['optimizer']): OptimizerOptions {
  switch (raw?.type) {
    case undefined:
      return TRAIN_DEFAULTS.optimizer;
    case 'sgd':
      return { learningRate: 0.05, ...raw };
    case 'momentum':
    case 'nag':
      return { learningRate: 0.05, momentum: 0.9, ...raw };
    case 'rmsprop':
      return { learningRate: 0.001, decay: 0.9, epsilon: 1e-8, ...raw };
    case 'adam':
      return { learningRate: 0.001, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, ...raw };
  }
}

function scheduleDefaults(raw: RawTrain['schedule']): ScheduleOptions {
  switch (raw?.type) {
    case undefined:
      return TRAIN_DEFAULTS.schedule;
    case 'constant':
      return raw;
    case 'exponential':
      return { decay: 0.95, ...raw };
    case 'step':
      return { everyEpochs: 10, factor: 0.1, ...raw };
    case 'cosine':
      return { floor: 0, warmupEpochs: 0, ...raw };
  }
}

function augmentDefaults(raw: RawAugment | null): AugmentOptions | null {
  switch (raw?.kind) {
    case undefined:
      return null;
    case 'image':
      return { shift: 0, rotateDegrees: 0, noise: 0, ...raw };
    case 'signal':
      return { shift: 0, scale: 0, noise: 0, maskSteps: 0, maskChannels: 0, ...raw };
  }
}
