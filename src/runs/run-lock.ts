import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
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
  private constructor(private readonly path: string) {}

  static acquire(runDir: string): RunLock {
    const path = join(runDir, '.lock');
    const me: LockHolder = { pid: process.pid, start: startOf(process.pid), host: hostname() };
    for (let attempt = 0; attempt < 3; attempt++) {
      try {
        mkdirSync(runDir, { recursive: true });
        writeFileSync(path, JSON.stringify(me), { flag: 'wx' });
        return new RunLock(path);
      } catch (cause) {
        if ((cause as NodeJS.ErrnoException).code !== 'EEXIST') {
          // A full disk may have let the empty file through: it must not lock the next process out.
          if (readHolder(path)?.pid !== process.pid) rmSync(path, { force: true });
          throw diskError(path, cause);
        }
      }
      const holder = readHolder(path);
      if (holder !== null && isAlive(holder)) throw busy(runDir, holder);
      rmSync(path, { force: true });
    }
    throw busy(runDir, null);
  }

  release(): void {
    rmSync(this.path, { force: true });
  }
}

function readHolder(path: string): LockHolder | null {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as LockHolder;
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
