import { createColors } from 'picocolors';
import type { TelemetryEvent } from '../../ir/telemetry.js';
import { ACCURACY_WINDOW, type MonitorSnapshot } from '../metrics.js';
import { sparkline } from './sparkline.js';
import { STATE_WORDS, eventLine, formatPercent, formatReal, type MonitorView } from './view.js';

/** At most ten pictures a second: more cannot be read and slows the terminal. */
const REDRAW_MS = 100;
const LABEL_WIDTH = 16;
const VALUE_WIDTH = 10;

export interface TtyOptions {
  readonly title: string;
  readonly write: (text: string) => void;
  /** Width of the terminal now. */
  readonly columns: () => number;
  /** Milliseconds of a steady clock. */
  readonly now: () => number;
  readonly color: boolean;
}

/** A live picture that is redrawn in place; the device's own text scrolls above it. */
export class TtyView implements MonitorView {
  private drawnAt = -Infinity;
  private drawnLines = 0;
  private timer: NodeJS.Timeout | null = null;
  private latest: MonitorSnapshot | null = null;
  private readonly c;

  constructor(private readonly options: TtyOptions) {
    this.c = createColors(options.color);
  }

  show(event: TelemetryEvent, snapshot: MonitorSnapshot): void {
    this.latest = snapshot;
    if (event.type === 'text' || event.type === 'state') {
      this.erase();
      this.options.write(`${fit(printable(eventLine(event)), this.options.columns())}\n`);
      this.draw(snapshot);
      return;
    }
    const wait = this.drawnAt + REDRAW_MS - this.options.now();
    if (wait <= 0) {
      this.erase();
      this.draw(snapshot);
    } else {
      // The last event of a burst must not stay unseen.
      this.timer ??= setTimeout(() => {
        this.timer = null;
        this.erase();
        this.draw(this.latest!);
      }, wait);
    }
  }

  end(snapshot: MonitorSnapshot): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
    this.erase();
    this.draw(snapshot);
    this.drawnLines = 0;
  }

  private erase(): void {
    if (this.drawnLines > 0) this.options.write(`\u001b[${this.drawnLines}A\u001b[J`);
    this.drawnLines = 0;
  }

  private draw(s: MonitorSnapshot): void {
    const lines = this.picture(s);
    this.options.write(lines.map((line) => `${line}\n`).join(''));
    this.drawnLines = lines.length;
    this.drawnAt = this.options.now();
  }

  private picture(s: MonitorSnapshot): string[] {
    const { c } = this;
    const columns = Math.max(20, this.options.columns());
    const room = Math.max(0, Math.min(60, columns - LABEL_WIDTH - VALUE_WIDTH - 2));
    const row = (label: string, value: string, extra = '', paint: (text: string) => string = String): string => {
      const left = `${label.padEnd(LABEL_WIDTH)}${value.padStart(VALUE_WIDTH)}`;
      if (left.length >= columns) return left.slice(0, columns - 1);
      return `${c.dim(label.padEnd(LABEL_WIDTH))}${c.bold(value.padStart(VALUE_WIDTH))}  ${paint(fit(extra, room))}`;
    };
    const state = s.state === 'connected' ? c.green : c.yellow;
    const head = fit(`${this.options.title} · ${STATE_WORDS[s.state]}`, columns);
    const rate = s.stepsPerSecond === null ? '' : `${formatReal(s.stepsPerSecond)} steps/s`;
    const lines = [
      state(head),
      row('step', s.step === null ? '–' : String(s.step), rate),
      row('loss', formatReal(s.loss), sparkline(s.lossTrend, room), c.magenta),
      row(`last ${ACCURACY_WINDOW}`, formatPercent(s.accuracy), sparkline(s.accuracyTrend, room, 0, 1), c.cyan),
      ...s.factors.map((f, i) =>
        row(`factor layer ${i + 1}`, f.mean.toFixed(3), factorBar(f.min, f.mean, f.max, room)),
      ),
    ];
    const trouble = [
      `${s.lostFrames} frames lost`,
      `${s.badFrames} damaged`,
      ...(s.resets > 0 ? [`${s.resets} restarts`] : []),
    ].join(', ');
    const paint = s.lostFrames + s.badFrames > 0 ? c.yellow : c.dim;
    return [...lines, paint(fit(trouble, columns))];
  }
}

/** A ruler from 1 to 2: the spread of a layer's factors, the mean marked. */
function factorBar(min: number, mean: number, max: number, room: number): string {
  const suffix = ` ${min.toFixed(2)} to ${max.toFixed(2)}`;
  const width = Math.min(30, room - suffix.length);
  if (width < 5) return suffix.trim();
  const at = (m: number): number => Math.max(0, Math.min(width - 1, Math.round((m - 1) * (width - 1))));
  const cells: string[] = Array.from({ length: width }, (_, i) => (i >= at(min) && i <= at(max) ? '━' : '·'));
  cells[at(mean)] = '●';
  return cells.join('') + suffix;
}

/** Cut to one terminal line, so that erasing counts lines right. */
function fit(text: string, width: number): string {
  return text.length < width ? text : `${text.slice(0, Math.max(0, width - 2))}…`;
}

/** A device may send anything: nothing of it may steer the terminal. */
function printable(text: string): string {
  return Array.from(text, (c) => (/\p{Cc}/u.test(c) ? '·' : c)).join('');
}
