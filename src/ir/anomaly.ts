import { accuracyReport } from './accuracy.js';
import type { ReconstructTask } from './graph.js';
import type { AccuracyReport } from './report.js';

/** Class names of a graph whose task is reconstruction: indices into them are its verdicts. */
export const ANOMALY_CLASSES: readonly string[] = ['normal', 'anomaly'];
const [NORMAL, ANOMALY] = [0, 1];

/** Mean over the values of (output − input)², in float64. */
export function reconstructionError(input: ArrayLike<number>, output: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < input.length; i++) {
    const difference = output[i] - input[i];
    sum += difference * difference;
  }
  return sum / input.length;
}

/** Verdicts by the task's threshold against what the samples are, and the area under the curve of all thresholds. */
export function anomalyReport(
  labels: ArrayLike<number>,
  scores: Float64Array,
  { threshold, normalClasses }: ReconstructTask,
): AccuracyReport {
  const truth = Uint8Array.from(labels, (label) => (normalClasses.includes(label) ? NORMAL : ANOMALY));
  const verdicts = Uint8Array.from(scores, (score) => (score <= threshold ? NORMAL : ANOMALY));
  const report = accuracyReport(truth, verdicts, ANOMALY_CLASSES.length);
  const auc = areaUnderCurve(
    scores.filter((_, i) => truth[i] === NORMAL),
    scores.filter((_, i) => truth[i] === ANOMALY),
  );
  return auc === null ? report : { ...report, auc };
}

/**
 * Area under the receiver operating characteristic: the probability that a score of `high` is above one of `low`, ties
 * counting half (Mann and Whitney 1947). Exact: whole and half numbers are counted. NaN counts as the highest score.
 * Null if either is empty.
 */
export function areaUnderCurve(low: Float64Array, high: Float64Array): number | null {
  if (low.length === 0 || high.length === 0) return null;
  const ascending = low.map(comparable).sort();
  let wins = 0;
  for (const score of high.map(comparable)) {
    const below = countBelow(ascending, score, false);
    wins += below + (countBelow(ascending, score, true) - below) / 2;
  }
  return wins / (low.length * high.length);
}

function comparable(score: number): number {
  return Number.isNaN(score) ? Infinity : score;
}

/** How many of `ascending` are less than `value`, or no more than it. */
function countBelow(ascending: Float64Array, value: number, orEqual: boolean): number {
  let [from, to] = [0, ascending.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    const isBelow = orEqual ? ascending[middle] <= value : ascending[middle] < value;
    if (isBelow) from = middle + 1;
    else to = middle;
  }
  return from;
}

/** Part of the training samples whose scores the threshold of an autoencoder lets pass. */
const NORMAL_QUANTILE = 0.99;

/** The threshold of an autoencoder that gave its training samples these scores: what is normal is what was trained on. */
export function normalThreshold(scores: Float64Array): number {
  return quantile(scores, NORMAL_QUANTILE);
}

/** The smallest of the values that at least `fraction` of them do not exceed, fraction in (0, 1]. */
export function quantile(values: Float64Array, fraction: number): number {
  const ascending = values.slice().sort();
  return ascending[Math.max(0, Math.ceil(fraction * ascending.length) - 1)];
}
