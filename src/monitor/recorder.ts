import { closeSync, fstatSync, fsyncSync, mkdirSync, openSync, readSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import type { TelemetryEvent } from '../ir/telemetry.js';
import { diskError } from '../util/atomic-write.js';

const NEWLINE = 10;

/**
 * A recording: one event a line, JSON, appended and handed to the operating system at once, so that a monitor that is
 * killed loses nothing it has shown. A half line left by an earlier crash is closed before the first event.
 */
export class Recorder {
  private fd: number | null;

  constructor(readonly path: string) {
    try {
      mkdirSync(dirname(path), { recursive: true });
      this.fd = openSync(path, 'a+');
    } catch (cause) {
      throw diskError(path, cause);
    }
    const { size } = fstatSync(this.fd);
    const last = Buffer.alloc(1);
    if (size > 0) readSync(this.fd, last, 0, 1, size - 1);
    if (size > 0 && last[0] !== NEWLINE) this.append('\n');
  }

  write(event: TelemetryEvent): void {
    this.append(`${JSON.stringify(event)}\n`);
  }

  /** Flushes to the disk. Calling it twice does nothing more. */
  close(): void {
    if (this.fd === null) return;
    const fd = this.fd;
    this.fd = null;
    try {
      fsyncSync(fd);
    } catch {
      // Pipes and some file systems cannot be synced; what was written is written.
    } finally {
      closeSync(fd);
    }
  }

  private append(text: string): void {
    if (this.fd === null) return;
    try {
      writeSync(this.fd, text);
    } catch (cause) {
      throw diskError(this.path, cause);
    }
  }
}
