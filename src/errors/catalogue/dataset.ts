import type { ErrorEntry } from '../catalogue.js';
import { EXIT } from '../exit-codes.js';

export const datasetErrors = {
  DATASET_EMPTY: {
    title: 'There are no samples',
    explanation: 'A data file, or one of its parts for training and testing, holds no sample.',
    hint: 'Check the files that `data:` in grapes.yaml names.',
    exitCode: EXIT.config,
  },
  DATASET_NOT_IMAGES: {
    title: 'These samples are no pictures',
    explanation: 'Rotation needs samples with a height and a width; rows of a table have no such thing.',
    hint: "Remove the `rotate` drift, or use a dataset of pictures.",
    exitCode: EXIT.config,
  },
} as const satisfies Record<string, ErrorEntry>;
