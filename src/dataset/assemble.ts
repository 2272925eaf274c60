import type { Dataset, Samples } from '../ir/dataset.js';

/** A dataset whose samples stand in named parts: `train` and `test`, perhaps `validation`, and any others. */
export function assembleDataset(
  dataset: Pick<Dataset, 'name' | 'inputShape' | 'classNames' | 'provenance'>,
  parts: ReadonlyMap<string, Samples>,
): Dataset {
  const { train, validation, test, ...extra } = Object.fromEntries(parts) as Record<string, Samples | undefined>;
  if (train === undefined || test === undefined) throw new Error('a dataset has the parts train and test');
  return {
    schemaVersion: 1,
    ...dataset,
    train,
    validation: validation ?? null,
    test,
    extra: extra as Record<string, Samples>,
  };
}
