import type { EpochMetrics, LayerSpread } from '../../ir/report.js';
import { eventFile, type EventStep } from './event-file.js';

/** A file of a training run, its path relative to the stage's folder. */
export interface MetricsFile {
  readonly path: string;
  readonly data: string | Uint8Array;
}

/**
 * The epochs in three forms: `metrics.jsonl` with everything, `metrics.csv` for spreadsheets, and below `events/` what
 * TensorBoard reads: runs `train` and, where samples are watched, `validation`. No time is in any of them.
 */
export function metricsFiles(epochs: readonly EpochMetrics[]): readonly MetricsFile[] {
  const watched = epochs.some((e) => e.validationLoss !== null);
  return [
    { path: 'metrics.jsonl', data: epochs.map((epoch) => `${JSON.stringify(epoch)}\n`).join('') },
    { path: 'metrics.csv', data: metricsCsv(epochs) },
    { path: 'events/train/events.out.tfevents.0.grapes', data: eventFile(epochs.map(trainStep)) },
    ...(watched
      ? [{ path: 'events/validation/events.out.tfevents.0.grapes', data: eventFile(epochs.map(validationStep)) }]
      : []),
  ];
}

const SPREAD_COLUMNS = ['min', 'q1', 'median', 'q3', 'max', 'mean'] as const;

/** A header and a line an epoch, quoted as RFC 4180 says, lines ended by `\n`. A cell is empty where there is no number. */
export function metricsCsv(epochs: readonly EpochMetrics[]): string {
  const first = epochs.at(0);
  const spreads = (e: EpochMetrics): [string, LayerSpread][] => [
    ...e.factors.map((s): [string, LayerSpread] => ['factor', s]),
    ...e.responsibilities.map((s): [string, LayerSpread] => ['responsibility', s]),
  ];
  const header = [
    'epoch',
    'learning_rate',
    'train_loss',
    'train_accuracy',
    'validation_loss',
    'validation_accuracy',
    ...(first === undefined ? [] : spreads(first)).flatMap(([of, { layer }]) =>
      SPREAD_COLUMNS.map((column) => `${layer}_${of}_${column}`),
    ),
  ].map(quoted);
  const rows = epochs.map((e) => [
    e.epoch,
    e.learningRate,
    e.trainLoss,
    e.trainAccuracy,
    e.validationLoss,
    e.validationAccuracy,
    ...spreads(e).flatMap(([, spread]) => SPREAD_COLUMNS.map((column) => spread[column])),
  ]);
  return [header, ...rows].map((cells) => `${cells.join(',')}\n`).join('');
}

/** A layer's name is the user's. */
function quoted(cell: string): string {
  return /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}

function trainStep(e: EpochMetrics): EventStep {
  return {
    step: e.epoch,
    scalars: [
      ['loss', e.trainLoss],
      ...(e.trainAccuracy === null ? [] : [['accuracy', e.trainAccuracy] as const]),
      ['learning_rate', e.learningRate],
      ...e.factors.flatMap(({ layer, min, mean, max }) => [
        [`factor/${layer}/min`, min] as const,
        [`factor/${layer}/mean`, mean] as const,
        [`factor/${layer}/max`, max] as const,
      ]),
    ],
    histograms: [
      ...e.factors.map((spread) => [`factors/${spread.layer}`, spread] as const),
      ...e.responsibilities.map((spread) => [`responsibilities/${spread.layer}`, spread] as const),
    ],
  };
}

function validationStep(e: EpochMetrics): EventStep {
  return {
    step: e.epoch,
    scalars: [
      ...(e.validationLoss === null ? [] : [['loss', e.validationLoss] as const]),
      ...(e.validationAccuracy === null ? [] : [['accuracy', e.validationAccuracy] as const]),
    ],
    histograms: [],
  };
}
