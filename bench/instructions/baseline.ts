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

const HELD: readonly (keyof Counts)[] = [
  'infer',
  'learn',
  'learnMost',
  'arenaBytes',
  'learnRamBytes',
  'learnTextBytes',
];

/** What grew against the baseline, one line each, with both numbers; empty if nothing did. */
export function growth(key: string, was: Counts | undefined, is: Counts): string[] {
  if (was === undefined) return [];
  return HELD.flatMap((name) => {
    const [before, now] = [was[name], is[name]];
    if (before === null || now === null || now <= before) return [];
    return [`${key}: ${name} grew from ${before} to ${now} (+${now - before})`];
  });
}
