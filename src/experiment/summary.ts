import type { Arm, Experiment, ExperimentCase } from './experiment.js';
import type { JobResult } from './job.js';
import { deviation, mean, pairedDifference, type PairedDifference } from './statistics.js';
import { tunedRates, tuningScores } from './tune.js';

/** An arm in a case at one learning rate. */
export interface ArmSummary {
  readonly arm: string;
  readonly label: string;
  readonly rate: number;
  readonly n: number;
  /** Runs whose loss left all bounds. */
  readonly diverged: number;
  /** Mean and deviation over the seeds of every measure. */
  readonly measures: Readonly<Record<string, { readonly mean: number; readonly deviation: number }>>;
  /** Accuracy, minus plain descent and minus the layer-mean control of the same seeds; null for the arm itself. */
  readonly minusPlain: PairedDifference | null;
  readonly minusLayerMean: PairedDifference | null;
  /** The same as `minusPlain` for the mean over the epochs, where the task has epochs. */
  readonly areaMinusPlain: PairedDifference | null;
  /** Mean curve over the seeds. */
  readonly curve: readonly number[];
}

export interface CaseSummary {
  readonly id: string;
  readonly label: string;
  readonly rates: readonly number[];
  /** Mean validation accuracy of each arm at each rate, over the tuning seeds. */
  readonly tuning: readonly { readonly arm: string; readonly label: string; readonly scores: readonly number[] }[];
  /** Each arm at its own best rate. */
  readonly tuned: readonly ArmSummary[];
  /** All arms at one rate. */
  readonly fixed: readonly { readonly rate: number; readonly arms: readonly ArmSummary[] }[];
}

/** What the results say, case by case. Needs the results of every job of the experiment. */
export function summarize(experiment: Experiment, results: readonly JobResult[]): CaseSummary[] {
  const rateOf = tunedRates(experiment, results);
  return experiment.cases.map((c) => ({
    id: c.id,
    label: c.label,
    rates: c.rates,
    tuning: experiment.arms.map(({ id, label }) => ({
      arm: id,
      label,
      scores: tuningScores(results, c.id, id, c.rates),
    })),
    tuned: armSummaries(experiment.arms, c, results, (arm) => rateOf(c.id, arm)),
    fixed: c.fixedRates.map((rate) => ({ rate, arms: armSummaries(experiment.arms, c, results, () => rate) })),
  }));
}

function armSummaries(
  arms: readonly Arm[],
  { id: caseId }: ExperimentCase,
  results: readonly JobResult[],
  rateOf: (arm: string) => number,
): ArmSummary[] {
  const runsOf = (arm: string): JobResult[] =>
    results
      .filter((r) => r.phase === 'measure' && r.case === caseId && r.arm === arm && r.rate === rateOf(arm))
      .sort((a, b) => a.seed - b.seed);
  const values = (runs: readonly JobResult[], measure: string): number[] => runs.map((r) => r.measures[measure]);
  return arms.map(({ id, label }) => {
    const runs = runsOf(id);
    const minus = (other: string, measure = 'accuracy'): PairedDifference | null =>
      other === id ? null : pairedDifference(values(runs, measure), values(runsOf(other), measure));
    return {
      arm: id,
      label,
      rate: rateOf(id),
      n: runs.length,
      diverged: runs.filter((r) => r.diverged).length,
      measures: Object.fromEntries(
        Object.keys(runs[0].measures).map((m) => [m, moments(runs.map((r) => r.measures[m]))]),
      ),
      minusPlain: minus('plain'),
      minusLayerMean: minus('layer-mean'),
      areaMinusPlain: 'area' in runs[0].measures ? minus('plain', 'area') : null,
      curve: runs[0].curve.map((_, i) => mean(runs.map((r) => r.curve[i]))),
    };
  });
}

function moments(values: readonly number[]): { mean: number; deviation: number } {
  return { mean: mean(values), deviation: deviation(values) };
}
