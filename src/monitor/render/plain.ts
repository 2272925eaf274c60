import type { TelemetryEvent } from '../../ir/telemetry.js';
import type { MonitorSnapshot } from '../metrics.js';
import { eventLine, formatPercent, formatReal, type MonitorView } from './view.js';

/**
 * Lines for pipes and log files: text and state changes at once, a summary of learning at most every `everyMs` of
 * event time. Never redraws.
 */
export class PlainView implements MonitorView {
  private nextMs = -Infinity;
  private shownStep: number | null = null;

  constructor(
    private readonly write: (text: string) => void,
    private readonly everyMs = 1000,
  ) {}

  show(event: TelemetryEvent, snapshot: MonitorSnapshot): void {
    if (event.type === 'text' || event.type === 'state') {
      this.write(`${eventLine(event)}\n`);
    } else if (event.type === 'step') {
      // A replay of two recordings in one file jumps back in time.
      if (event.atMs < this.nextMs - this.everyMs) this.nextMs = -Infinity;
      if (event.atMs < this.nextMs) return;
      this.nextMs = event.atMs + this.everyMs;
      this.summary(snapshot);
    }
  }

  end(snapshot: MonitorSnapshot): void {
    if (snapshot.step !== null && snapshot.step !== this.shownStep) this.summary(snapshot);
  }

  private summary(s: MonitorSnapshot): void {
    this.shownStep = s.step;
    const parts = [`step ${s.step}`, `loss ${formatReal(s.loss)}`, `accuracy ${formatPercent(s.accuracy)}`];
    if (s.stepsPerSecond !== null) parts.push(`${formatReal(s.stepsPerSecond)} steps/s`);
    s.factors.forEach((f, i) => parts.push(`m${i + 1} ${f.min.toFixed(2)}..${f.mean.toFixed(2)}..${f.max.toFixed(2)}`));
    if (s.lostFrames > 0) parts.push(`${s.lostFrames} lost`);
    this.write(`${parts.join('  ')}\n`);
  }
}
