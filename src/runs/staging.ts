import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { diskError } from '../util/atomic-write.js';
import { isRunning } from './process-identity.js';

/**
 * `.train.4711.tmp` is being written, `.train.4711.old` was replaced a moment ago; both by process 4711. Single files
 * (writeFileAtomic) have no dot in front.
 */
const LEFTOVER = /^\.?(.+)\.(\d+)\.(tmp|old)$/;

export function makeTemporarySibling(target: string): string {
  const dir = sibling(target, 'tmp');
  try {
    rmSync(dir, { recursive: true, force: true });
    mkdirSync(dir, { recursive: true });
  } catch (cause) {
    throw diskError(target, cause);
  }
  return dir;
}

/** Puts the finished folder in place. A crash in between leaves the old or the new one, or an `.old` that comes back. */
export function replaceFolder(temporary: string, target: string): void {
  const old = sibling(target, 'old');
  try {
    rmSync(old, { recursive: true, force: true });
    if (existsSync(target)) renameSync(target, old);
    renameSync(temporary, target);
  } catch (cause) {
    if (!existsSync(target) && existsSync(old)) renameSync(old, target);
    throw diskError(target, cause);
  }
  rmSync(old, { recursive: true, force: true });
}

/** Removes what processes that are gone left in `dir` and its stage folders; an unreplaced `.old` is put back. */
export function sweepLeftovers(dir: string): void {
  if (!existsSync(dir)) return;
  for (const entry of readdirSync(dir, { withFileTypes: true })) {
    const match = LEFTOVER.exec(entry.name);
    if (match !== null) removeLeftover(dir, entry.name, match);
    else if (entry.isDirectory()) sweepOneLevel(join(dir, entry.name));
  }
}

function sweepOneLevel(dir: string): void {
  for (const name of readdirSync(dir)) {
    const match = LEFTOVER.exec(name);
    if (match !== null) removeLeftover(dir, name, match);
  }
}

function removeLeftover(dir: string, name: string, match: RegExpExecArray): void {
  const pid = Number(match[2]);
  if (pid !== process.pid && isRunning(pid)) return;
  const target = join(dir, match[1]);
  if (match[3] === 'old' && !existsSync(target)) renameSync(join(dir, name), target);
  else rmSync(join(dir, name), { recursive: true, force: true });
}

function sibling(target: string, kind: 'tmp' | 'old'): string {
  return join(dirname(target), `.${basename(target)}.${process.pid}.${kind}`);
}
