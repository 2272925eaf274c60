import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../src/util/package-root.js';
import type { Counts } from './count.js';

/** Counts of every model at every optimisation level, by `<model> <level>`. */
export interface Baseline {
  readonly compiler: string;
  readonly flags: readonly string[];
  readonly counts: Readonly<Record<string, Counts>>;
}

export const BASELINE_FILE = join(packageRoot(), 'bench', 'baseline', 'instructions.json');

export function readBaseline(): Baseline | null {
  return existsSync(BASELINE_FILE) ? (JSON.parse(readFileSync(BASELINE_FILE, 'utf8')) as Baseline) : null;
}

/** A learning step is timed to within one tick of the board's counter, 40 instructions. */
const SLACK: Readonly<Record<keyof Counts, number>> = {
  infer: 0,
  learn: 2,
  learnMost: 40,
  arenaBytes: 0,
  learnRamBytes: 0,
  learnTextBytes: 0,
};

/** What grew against the baseline, one line each, with both numbers; empty if nothing did. */
export function growth(key: string, was: Counts | undefined, is: Counts): string[] {
  if (was === undefined) return [];
  return (Object.keys(SLACK) as (keyof Counts)[]).flatMap((name) => {
    const [before, now] = [was[name], is[name]];
    if (before === null || now === null || now <= before + SLACK[name]) return [];
    return [`${key}: ${name} grew from ${before} to ${now} (+${now - before})`];
  });
}
