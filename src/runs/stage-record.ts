import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { canonicalJson, sha256Hex } from '../util/digest.js';
import type { Stage } from './stage.js';

export const RECORD_FILE = 'provenance.json';

/** `provenance.json` of a finished stage: how it came to be and what it holds. No time, no path, no machine. */
export interface StageRecord {
  readonly schemaVersion: 1;
  readonly stage: string;
  /** What "up to date" means: equal keys. */
  readonly key: string;
  readonly toolVersion: string;
  readonly seed: number | null;
  readonly inputs: Readonly<Record<string, string>>;
  /** File (relative, forward slashes) → SHA-256 of its bytes. */
  readonly outputs: Readonly<Record<string, string>>;
}

export function stageKey(stage: Stage, toolVersion: string): string {
  const { id, version, options, inputs, seed } = stage;
  return sha256Hex(canonicalJson({ id, version, toolVersion, options, inputs, seed }));
}

/** SHA-256 of every file below `dir` but the record itself and those in `leaveOut`. */
export function digestFiles(dir: string, leaveOut: readonly string[] = []): Record<string, string> {
  const outputs: Record<string, string> = {};
  for (const file of listFiles(dir, '')) {
    if (file === RECORD_FILE || leaveOut.includes(file)) continue;
    outputs[file] = sha256Hex(readFileSync(join(dir, file)));
  }
  return outputs;
}

function listFiles(dir: string, prefix: string): string[] {
  return readdirSync(join(dir, prefix), { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = prefix === '' ? entry.name : `${prefix}/${entry.name}`;
      return entry.isDirectory() ? listFiles(dir, path) : [path];
    });
}

export function outputsDigest(outputs: StageRecord['outputs']): string {
  return sha256Hex(canonicalJson(outputs));
}

export function recordText(record: StageRecord): string {
  return `${JSON.stringify(record, null, 2)}\n`;
}

/** The record in `dir`, or null when there is none or it cannot be understood. */
export function readRecord(dir: string): StageRecord | null {
  const path = join(dir, RECORD_FILE);
  if (!existsSync(path)) return null;
  try {
    const record = JSON.parse(readFileSync(path, 'utf8')) as Partial<StageRecord> | null;
    const outputs = record?.outputs ?? null;
    const whole = record?.schemaVersion === 1 && typeof record.key === 'string' && typeof outputs === 'object';
    return whole && outputs !== null ? (record as StageRecord) : null;
  } catch {
    return null;
  }
}

/** Does every file of the record stand there with the bytes it had? */
export function outputsIntact(dir: string, record: StageRecord): boolean {
  return Object.entries(record.outputs).every(([file, digest]) => {
    try {
      return sha256Hex(readFileSync(join(dir, file))) === digest;
    } catch {
      return false;
    }
  });
}
