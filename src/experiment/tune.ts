import type { Experiment } from './experiment.js';
import type { JobResult } from './job.js';
import { mean } from './statistics.js';

/** Mean validation accuracy at each rate of the grid, over the tuning seeds. */
export function tuningScores(
  results: readonly JobResult[],
  caseId: string,
  armId: string,
  rates: readonly number[],
): number[] {
  const own = results.filter((r) => r.phase === 'tune' && r.case === caseId && r.arm === armId);
  return rates.map((rate) => mean(own.filter((r) => r.rate === rate).map((r) => r.measures['accuracy'])));
}

/** The best rate of an arm in a case; the smaller one of two that are equally good. */
export function tunedRates(
  experiment: Experiment,
  results: readonly JobResult[],
): (caseId: string, armId: string) => number {
  return (caseId, armId) => {
    const { rates } = experiment.cases.find(({ id }) => id === caseId)!;
    const scores = tuningScores(results, caseId, armId, rates);
    return rates[scores.indexOf(Math.max(...scores))];
  };
}
