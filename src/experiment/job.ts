import { canonicalJson, sha256Hex } from '../util/digest.js';
import type { Arm, Experiment, ExperimentCase } from './experiment.js';

/** One run: everything that decides its result, but the data. */
export interface Job {
  readonly key: string;
  readonly case: ExperimentCase;
  readonly arm: Arm;
  /** `tune` looks at validation samples only; `measure` at test samples only. */
  readonly phase: 'tune' | 'measure';
  readonly rate: number;
  readonly seed: number;
}

/** Fractions in [0, 1] unless a measure's name says otherwise. */
export type Measures = Readonly<Record<string, number>>;

/** A line of results.jsonl. */
export interface JobResult {
  readonly key: string;
  readonly case: string;
  readonly arm: string;
  readonly phase: Job['phase'];
  readonly rate: number;
  readonly seed: number;
  /** The loss left all bounds: the run scores as guessing. */
  readonly diverged: boolean;
  readonly measures: Measures;
  /** Accuracy at the start and after every epoch, task or stretch of steps. */
  readonly curve: readonly number[];
}

/** Raised when the same job would now give another result. */
const VERSION = 1;
/** Tuning seeds start here: no measuring seed is among them. */
const FIRST_TUNING_SEED = 1001;

export function createJob(
  where: { readonly case: ExperimentCase; readonly arm: Arm; readonly dataDigest: string },
  what: Pick<Job, 'phase' | 'rate' | 'seed'>,
): Job {
  const { task } = where.case;
  const { id: _id, label: _label, ...arm } = where.arm;
  const key = sha256Hex(canonicalJson({ version: VERSION, data: where.dataDigest, task, arm, ...what })).slice(0, 16);
  return { key, case: where.case, arm: where.arm, ...what };
}

/** All runs that choose learning rates. */
export function tuningJobs(experiment: Experiment, dataDigest: string): Job[] {
  return eachPlace(experiment, dataDigest).flatMap((place) =>
    place.case.rates.flatMap((rate) =>
      Array.from({ length: experiment.tuningSeeds }, (_, i) =>
        createJob(place, { phase: 'tune', rate, seed: FIRST_TUNING_SEED + i }),
      ),
    ),
  );
}

/** All runs that measure: every arm at its own rate and at the fixed ones, seeds 1 … n. */
export function measuringJobs(
  experiment: Experiment,
  dataDigest: string,
  tunedRate: (caseId: string, armId: string) => number,
): Job[] {
  return eachPlace(experiment, dataDigest).flatMap((place) => {
    const rates = new Set([tunedRate(place.case.id, place.arm.id), ...place.case.fixedRates]);
    return [...rates].flatMap((rate) =>
      Array.from({ length: experiment.seeds }, (_, i) => createJob(place, { phase: 'measure', rate, seed: i + 1 })),
    );
  });
}

function eachPlace(
  { cases, arms }: Experiment,
  dataDigest: string,
): { case: ExperimentCase; arm: Arm; dataDigest: string }[] {
  return cases.flatMap((c) => arms.map((arm) => ({ case: c, arm, dataDigest })));
}
