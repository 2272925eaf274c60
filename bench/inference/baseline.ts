import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../src/util/package-root.js';
import type { Row } from './row.js';

/** What is held against growth. */
type Held = Pick<Row, 'instructions' | 'codeBytes' | 'ramBytes' | 'stackBytes'>;
const HELD: readonly (keyof Held)[] = ['instructions', 'codeBytes', 'ramBytes', 'stackBytes'];

/** Rows by `<core> <work> <rounding> <flags>`. */
export interface InferenceBaseline {
  readonly compiler: string;
  readonly rows: Readonly<Record<string, Held>>;
}

const FILE = join(packageRoot(), 'bench', 'baseline', 'inference.json');

const keyOf = (row: Row): string => `${row.core} ${row.work} ${row.rounding} ${row.flags}`;

export function readBaseline(): InferenceBaseline | null {
  return existsSync(FILE) ? (JSON.parse(readFileSync(FILE, 'utf8')) as InferenceBaseline) : null;
}

/** Takes these rows into the file; the others stay. */
export function writeBaseline(compiler: string, rows: readonly Row[]): void {
  const before = readBaseline();
  const taken = rows.map((row) => [keyOf(row), Object.fromEntries(HELD.map((name) => [name, row[name]]))] as const);
  const merged = { ...before?.rows, ...Object.fromEntries(taken) } as InferenceBaseline['rows'];
  const sorted = Object.fromEntries(Object.entries(merged).sort(([a], [b]) => (a < b ? -1 : 1)));
  const written = { compiler: compiler === '' ? (before?.compiler ?? '') : compiler, rows: sorted };
  writeFileSync(FILE, `${JSON.stringify(written, null, 2)}\n`);
}

/** What grew, one line each with both numbers. Another compiler than the baseline's is not compared. */
export function growth(baseline: InferenceBaseline | null, compiler: string, rows: readonly Row[]): string[] {
  if (baseline === null || (compiler !== '' && compiler !== baseline.compiler)) return [];
  return rows.flatMap((row) => {
    const was = baseline.rows[keyOf(row)];
    if (was === undefined) return [];
    return HELD.filter((name) => row[name] > was[name]).map(
      (name) => `${keyOf(row)}: ${name} grew from ${was[name]} to ${row[name]} (+${row[name] - was[name]})`,
    );
  });
}
