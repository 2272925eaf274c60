import type { AugmentOptions, GrapesOptions, OptimizerOptions, ScheduleOptions, TrainOptions } from '../ir/options.js';

/** What a choice by `type` leaves out has a default. */
type PartialByType<T extends { readonly type: string }> = T extends unknown
  ? Pick<T, 'type'> & Partial<Omit<T, 'type'>>
  : never;

/** The `train:` section as written. */
export interface RawTrain extends Partial<
  Omit<TrainOptions, 'optimizer' | 'schedule' | 'grapes' | 'augment' | 'seed'>
> {
  readonly optimizer?: PartialByType<OptimizerOptions>;
  readonly schedule?: PartialByType<ScheduleOptions>;
  /** Short for an exponential schedule. */
  readonly learningRateDecay?: number;
  readonly grapes?: Partial<GrapesOptions>;
  readonly augment?: RawAugment | null;
}

export type RawAugment = AugmentOptions extends infer T
  ? T extends AugmentOptions
    ? Pick<T, 'kind'> & Partial<Omit<T, 'kind'>>
    : never
  : never;
