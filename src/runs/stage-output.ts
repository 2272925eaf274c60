import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { diskError } from '../util/atomic-write.js';

/** Where a running stage puts its files: a temporary folder that becomes the stage's folder when all is well. */
export class StageOutput {
  constructor(
    /** Absolute path of the temporary folder. */
    readonly dir: string,
    /** Of the run the stage belongs to: checkpoints stand in there. */
    readonly runDir: string,
  ) {}

  /** `path` is relative to the stage, with forward slashes. */
  write(path: string, data: string | Uint8Array): void {
    const target = join(this.dir, path);
    try {
      mkdirSync(dirname(target), { recursive: true });
      writeFileSync(target, data);
    } catch (cause) {
      throw diskError(path, cause);
    }
  }

  /** Indented JSON with a line end, keys in the order they have. */
  writeJson(path: string, value: unknown): void {
    this.write(path, `${JSON.stringify(value, null, 2)}\n`);
  }
}
