import type { Progress } from '../../util/progress.js';
import type { CliIo } from '../io.js';
import { styleFor } from './style.js';

const REDRAW_MS = 100;
const PLAIN_LINE_MS = 5000;
/** Of the time that has gone by: how long no plain line comes. */
const PAUSE_SHARE = 1 / 6;
const CLEAR_LINE = `\r${String.fromCharCode(27)}[2K`;

/** Progress on standard error: one redrawn line on a terminal, a plain line now and then elsewhere. */
export class ProgressRenderer implements Progress {
  private label = '';
  private startedAt = 0;
  private startedWith = 0;
  private drawnAt = -Infinity;
  private lineIsOpen = false;
  /** The label whose end was shown last: its stragglers are not shown again. */
  private ended = '';
  private readonly style;

  constructor(
    private readonly io: CliIo,
    private readonly quiet: boolean,
  ) {
    this.style = styleFor(io.stderr, io.env);
  }

  update(label: string, done: number, total: number, detail = ''): void {
    if (this.quiet || (label === this.ended && done >= total)) return;
    const now = this.io.now();
    this.ended = '';
    const isNew = label !== this.label || done < this.startedWith;
    if (isNew) {
      this.finishLine();
      Object.assign(this, { label, startedAt: now, startedWith: done, drawnAt: now - PLAIN_LINE_MS + 1000 });
      if (this.io.stderr.isTTY) this.drawnAt = -Infinity;
    }
    const finished = done >= total;
    // A log of hours has no use for thousands of lines: they thin out as the work goes on.
    const plain = Math.max(PLAIN_LINE_MS, (now - this.startedAt) * PAUSE_SHARE);
    const pause = this.io.stderr.isTTY ? REDRAW_MS : plain;
    if (!finished && now - this.drawnAt < pause) return;
    this.drawnAt = now;
    const line = this.lineFor(label, done, total, detail, now);
    if (this.io.stderr.isTTY) {
      this.io.stderr.write(CLEAR_LINE + line.slice(0, Math.max(20, this.io.stderr.columns - 1)));
      this.lineIsOpen = true;
    } else {
      this.io.stderr.write(`${line}\n`);
    }
    if (finished) {
      this.finishLine();
      this.label = '';
      this.ended = label;
    }
  }

  note(text: string): void {
    if (this.quiet) return;
    this.finishLine();
    this.io.stderr.write(`${this.style.dim(text)}\n`);
  }

  /** Leaves the cursor at the start of a fresh line. */
  finishLine(): void {
    if (this.lineIsOpen) this.io.stderr.write('\n');
    this.lineIsOpen = false;
  }

  private lineFor(label: string, done: number, total: number, detail: string, now: number): string {
    const share = total > 0 ? Math.min(1, done / total) : 1;
    const parts = [label, `${Math.floor(share * 100)}%`.padStart(4)];
    if (this.io.stderr.isTTY) parts.splice(1, 0, bar(share));
    const elapsed = (now - this.startedAt) / 1000;
    const made = done - this.startedWith;
    if (done < total && made > 0 && elapsed > 1) parts.push(`${seconds((elapsed * (total - done)) / made)} left`);
    if (done >= total && elapsed >= 0.05) parts.push(`in ${seconds(elapsed)}`);
    if (detail !== '') parts.push(detail);
    return parts.join('  ');
  }
}

function bar(share: number): string {
  const filled = Math.round(share * 20);
  return `[${'#'.repeat(filled)}${'.'.repeat(20 - filled)}]`;
}

/** A span of time in two digits or so. */
export function seconds(s: number): string {
  if (s < 10) return `${s.toFixed(1)} s`;
  return s < 90 ? `${Math.round(s)} s` : `${Math.floor(s / 60)} min ${Math.round(s % 60)} s`;
}
