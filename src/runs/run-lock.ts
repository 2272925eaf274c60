import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { ToolError } from '../errors/tool-error.js';
import { diskError } from '../util/atomic-write.js';
import { isRunning, startOf } from './process-identity.js';

interface LockHolder {
  readonly pid: number;
  readonly start: string;
  readonly host: string;
}

/** One process at a time works in a run folder. A lock whose process is gone is taken over. */
export class RunLock {
  private constructor(
    private readonly path: string,
    private readonly text: string,
  ) {}

  static acquire(runDir: string): RunLock {
    const path = join(runDir, '.lock');
    const me: LockHolder = { pid: process.pid, start: startOf(process.pid), host: hostname() };
    const text = JSON.stringify(me);
    // The lock appears with its content, by a link: nobody ever reads an empty one and takes it for abandoned.
    const ready = join(runDir, `.lock.${process.pid}.tmp`);
    try {
      mkdirSync(runDir, { recursive: true });
      writeFileSync(ready, text);
      for (let attempt = 0; attempt < 3; attempt++) {
        if (placed(ready, path)) return new RunLock(path, text);
        const seen = readText(path);
        if (seen === null) continue;
        const holder = parseHolder(seen);
        if (holder !== null && isAlive(holder)) throw busy(runDir, holder);
        removeAbandoned(path, seen);
      }
    } catch (cause) {
      throw cause instanceof ToolError ? cause : diskError(path, cause);
    } finally {
      rmSync(ready, { force: true });
    }
    throw busy(runDir, null);
  }

  /** Takes the lock away, unless it has become another process's. */
  release(): void {
    if (readText(this.path) === this.text) rmSync(this.path, { force: true });
  }
}

/** What a file system without hard links (FAT, some network mounts) answers. */
const NO_LINKS = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'];

function placed(ready: string, path: string): boolean {
  try {
    linkSync(ready, path);
    return true;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? '';
    if (code === 'EEXIST') return false;
    if (NO_LINKS.includes(code)) return written(path, readFileSync(ready, 'utf8'));
    throw error;
  }
}

function written(path: string, text: string): boolean {
  try {
    writeFileSync(path, text, { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** Takes the lock away only if it is still the one that was judged: another process may have been quicker. */
function removeAbandoned(path: string, seen: string): void {
  const aside = `${path}.${process.pid}.old`;
  try {
    renameSync(path, aside);
  } catch {
    return;
  }
  if (readText(aside) !== seen) placed(aside, path);
  rmSync(aside, { force: true });
}

function readText(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}

function parseHolder(text: string): LockHolder | null {
  try {
    return JSON.parse(text) as LockHolder;
  } catch {
    return null;
  }
}

/** A holder on another machine (a shared folder) cannot be asked: it counts as alive. */
function isAlive(holder: LockHolder): boolean {
  if (holder.host !== hostname()) return true;
  return isRunning(holder.pid) && startOf(holder.pid) === holder.start;
}

function busy(runDir: string, holder: LockHolder | null): ToolError {
  const who = holder === null ? 'Another process' : `Process ${holder.pid} on ${holder.host}`;
  return new ToolError('RUN_BUSY', `${who} is working in ${runDir}.`, {
    context: { runDir, pid: holder?.pid ?? null, host: holder?.host ?? null },
  });
}
