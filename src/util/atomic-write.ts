import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { ToolError } from '../errors/tool-error.js';

/** Writes to a temporary name beside the target and renames: readers see the old file or the new one, never a part. */
export function writeFileAtomic(path: string, data: string | Uint8Array): void {
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(temporary, data);
    renameSync(temporary, path);
  } catch (cause) {
    removeIfThere(temporary);
    throw diskError(path, cause);
  }
}

/** `force` forgives a missing file, but not a path that leads through a file. */
function removeIfThere(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    // What went wrong first is what the user has to hear.
  }
}

/** Turns a file system failure into the error a user can act on. */
export function diskError(path: string, cause: unknown): ToolError {
  const code = (cause as NodeJS.ErrnoException).code ?? 'unknown';
  const why: Record<string, string> = {
    ENOSPC: 'the disk is full',
    EDQUOT: 'the disk quota is used up',
    EROFS: 'the file system is read-only',
    EACCES: 'permission denied',
    EPERM: 'permission denied',
    ENOTDIR: 'a part of the path is a file, not a folder',
    EEXIST: 'a part of the path is a file, not a folder',
    EISDIR: 'there is a folder of that name',
    EFBIG: 'the file would exceed the size limit',
  };
  const message = `Could not write ${path}: ${why[code] ?? (cause as Error).message}.`;
  return new ToolError('DISK_WRITE_FAILED', message, { context: { path, errno: code }, cause });
}
