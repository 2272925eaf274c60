import type { Distribution } from '../../ir/distribution.js';
import type { EpochMetrics } from '../../ir/report.js';
import type { TrainingState } from '../../train/training-state.js';
import { Rows } from '../../util/terminal/rows.js';
import { ruler } from '../../util/terminal/ruler.js';
import { sparkline } from '../../util/terminal/sparkline.js';
import { seconds } from './progress.js';
import type { Style } from './style.js';
import { percent, thousands } from './text.js';

/** All that a picture of a training shows, at one moment. */
export interface TrainingSnapshot {
  readonly title: string;
  readonly state: TrainingState;
  /** Over the training so far, oldest first. */
  readonly lossTrend: readonly number[];
  readonly accuracyTrend: readonly number[];
  /** Of the epochs that are done. */
  readonly epochs: readonly Pick<EpochMetrics, 'validationLoss' | 'validationAccuracy'>[];
  /** Factors of each hidden layer; none with GRAPES off. */
  readonly factors: readonly { readonly layer: string; readonly spread: Distribution }[];
  readonly elapsedMs: number;
  /** Null: not known yet. */
  readonly leftMs: number | null;
  readonly samplesPerSecond: number | null;
}

/** The lines for a terminal of `columns`. */
export function trainingPicture(s: TrainingSnapshot, columns: number, style: Style): string[] {
  const { state } = s;
  const rows = new Rows(columns, style);
  const { room, isNarrow } = rows;
  const isDone = state.samples >= state.totalSamples;
  const time = isDone
    ? ` · in ${seconds(s.elapsedMs / 1000)}`
    : s.leftMs === null
      ? ''
      : ` · ${seconds(s.leftMs / 1000)} left`;
  const share = state.totalSamples > 0 ? state.samples / state.totalSamples : 1;
  const rate = s.samplesPerSecond === null ? '' : `${thousands(s.samplesPerSecond)} samples/s`;
  const validations = s.epochs.flatMap((e) => (e.validationLoss === null ? [] : [e]));
  const validation = validations.at(-1);
  const accuracies = validations.flatMap((e) => e.validationAccuracy ?? []);
  return [
    rows.line(`${s.title} · epoch ${state.epoch}/${state.epochs}${time}`, isDone ? style.green : style.bold),
    rows.row('done', `${Math.floor(100 * share)} %`, bar(share, Math.min(30, room)), style.green),
    rows.row(
      'step',
      thousands(state.step),
      isNarrow ? '' : [`of ${thousands(state.steps)}`, rate].filter(Boolean).join(', '),
    ),
    rows.row(isNarrow ? 'rate' : 'learning rate', short(state.learningRate)),
    rows.row('loss', state.loss.toPrecision(4), sparkline(logarithms(s.lossTrend), room), style.magenta),
    ...(state.accuracy === null
      ? []
      : [rows.row('accuracy', percent(state.accuracy), sparkline(s.accuracyTrend, room), style.cyan)]),
    ...(validation === undefined
      ? []
      : [
          rows.row(
            'val. loss',
            validation.validationLoss!.toPrecision(4),
            sparkline(logarithms(validations.map((e) => e.validationLoss!)), room),
            style.magenta,
          ),
        ]),
    ...(accuracies.length === 0
      ? []
      : [
          rows.row(
            isNarrow ? 'val. acc.' : 'val. accuracy',
            percent(accuracies.at(-1)!),
            sparkline(accuracies, room),
            style.cyan,
          ),
        ]),
    ...s.factors.map(({ layer, spread }) =>
      rows.row(isNarrow ? layer : `factor ${layer}`, spread.mean.toFixed(3), ruler(spread, 1, 2, room)),
    ),
  ];
}

/** A loss falls by powers of ten: drawn as it is, all but the first moments would be a flat line. */
function logarithms(values: readonly number[]): number[] {
  return values.map((v) => Math.log(Math.max(v, 1e-9)));
}

function bar(share: number, width: number): string {
  const filled = Math.floor(Math.min(1, share) * width);
  return '█'.repeat(filled) + '░'.repeat(width - filled);
}

/** Four significant digits at most, without zeros at the end. */
function short(value: number): string {
  return String(Number(value.toPrecision(4)));
}
