import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { diskError } from '../util/atomic-write.js';

const NAME = /^work-(\d+)-/;

/** A folder for one build, in the cache. Those that a killed build has left are removed first. */
export function makeWorkDir(cacheDir: string): string {
  try {
    mkdirSync(cacheDir, { recursive: true });
    for (const name of readdirSync(cacheDir)) {
      const pid = NAME.exec(name)?.[1];
      if (pid !== undefined && !isAlive(Number(pid))) rmSync(join(cacheDir, name), { recursive: true, force: true });
    }
    return mkdtempSync(join(cacheDir, `work-${process.pid}-`));
  } catch (cause) {
    throw diskError(cacheDir, cause);
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
