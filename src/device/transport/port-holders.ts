import { readdirSync, readFileSync, readlinkSync, realpathSync } from 'node:fs';

export interface PortHolder {
  readonly pid: number;
  readonly command: string;
}

/** The programs that have `path` open, as far as /proc shows them to this user; empty where there is no /proc. */
export function portHolders(path: string): PortHolder[] {
  const target = orNull(() => realpathSync(path));
  const pids = orNull(() => readdirSync('/proc').filter((name) => /^\d+$/.test(name))) ?? [];
  if (target === null) return [];
  return pids.filter((pid) => holds(pid, target)).map((pid) => ({ pid: Number(pid), command: commandOf(pid) }));
}

function holds(pid: string, target: string): boolean {
  const descriptors = orNull(() => readdirSync(`/proc/${pid}/fd`)) ?? [];
  return descriptors.some((fd) => orNull(() => readlinkSync(`/proc/${pid}/fd/${fd}`)) === target);
}

function commandOf(pid: string): string {
  return orNull(() => readFileSync(`/proc/${pid}/comm`, 'utf8').trim()) ?? 'unknown';
}

function orNull<T>(read: () => T): T | null {
  try {
    return read();
  } catch {
    return null;
  }
}
