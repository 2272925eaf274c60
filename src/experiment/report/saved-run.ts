import type { Experiment } from '../experiment.js';
import type { JobResult } from '../job.js';
import { mean } from '../statistics.js';
import type { RunFacts } from './facts.js';

/** A finished run in few bytes, docs/experiments/NAME.json: what its tables and pictures are made of. */
export interface SavedRun {
  readonly experiment: string;
  readonly facts: RunFacts;
  /** Measuring seeds. */
  readonly seeds: number;
  readonly groups: readonly RunGroup[];
}

/** All seeds of an arm in a case at one rate. Lists have one entry a seed, but for the curve, which is their mean. */
export interface RunGroup extends Pick<JobResult, 'case' | 'arm' | 'phase' | 'rate'> {
  readonly keys: readonly string[];
  readonly seeds: readonly number[];
  readonly diverged: readonly boolean[];
  readonly measures: Readonly<Record<string, readonly number[]>>;
  readonly curve: readonly number[];
}

export function saveRun(experiment: Experiment, facts: RunFacts, results: readonly JobResult[]): SavedRun {
  const groups = new Map<string, JobResult[]>();
  for (const result of results) {
    const place = `${result.case} ${result.arm} ${result.phase} ${String(result.rate)}`;
    groups.set(place, [...(groups.get(place) ?? []), result]);
  }
  return {
    experiment: experiment.name,
    facts,
    seeds: experiment.seeds,
    groups: [...groups.values()].map((runs) => groupOf(runs.sort((a, b) => a.seed - b.seed))),
  };
}

function groupOf(runs: readonly JobResult[]): RunGroup {
  const [{ case: caseId, arm, phase, rate, measures, curve }] = runs;
  // Tuning chooses by accuracy alone.
  const names = phase === 'tune' ? ['accuracy'] : Object.keys(measures);
  const meanAt = (i: number): number => Math.round(1e5 * mean(runs.map((run) => run.curve[i]))) / 1e5;
  return {
    case: caseId,
    arm,
    phase,
    rate,
    keys: runs.map(({ key }) => key),
    seeds: runs.map(({ seed }) => seed),
    diverged: runs.map(({ diverged }) => diverged),
    measures: Object.fromEntries(names.map((name) => [name, runs.map((run) => run.measures[name])])),
    curve: phase === 'tune' ? [] : curve.map((_, i) => meanAt(i)),
  };
}

/** As the results of jobs again; each has the mean curve of its group. */
export function resultsOf({ groups }: SavedRun): JobResult[] {
  return groups.flatMap(({ keys, seeds, diverged, measures, ...place }) =>
    keys.map((key, i) => ({
      ...place,
      key,
      seed: seeds[i],
      diverged: diverged[i],
      measures: Object.fromEntries(Object.entries(measures).map(([name, values]) => [name, values[i]])),
    })),
  );
}

/** JSON with one group a line, so that a changed result is a changed line. */
export function savedRunText({ groups, ...head }: SavedRun): string {
  const lines = groups.map((group) => `    ${JSON.stringify(group)}`).join(',\n');
  return `${JSON.stringify(head, null, 2).slice(0, -2)},\n  "groups": [\n${lines}\n  ]\n}\n`;
}
