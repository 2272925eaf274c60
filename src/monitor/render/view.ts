import type { TelemetryEvent } from '../../ir/telemetry.js';
import type { MonitorSnapshot } from '../metrics.js';

/** Draws what a monitor sees. `show` is called for every event, `end` once. */
export interface MonitorView {
  show(event: TelemetryEvent, snapshot: MonitorSnapshot): void;
  end(snapshot: MonitorSnapshot): void;
}

/** What is known of a state, in words for people. */
export const STATE_WORDS: Readonly<Record<MonitorSnapshot['state'], string>> = {
  waiting: 'waiting for the device',
  connected: 'connected',
  disconnected: 'disconnected, trying again',
  reset: 'the device restarted',
};

/** At least 4 significant digits for small numbers, no noise for large ones. */
export function formatReal(value: number | null): string {
  if (value === null) return '–';
  if (!Number.isFinite(value)) return String(value);
  return Math.abs(value) < 1 ? value.toFixed(4) : value.toPrecision(4);
}

export function formatPercent(fraction: number | null): string {
  return fraction === null ? '–' : `${(100 * fraction).toFixed(1)} %`;
}

/** One event as one line of plain text: also what `--expect` and `--fail` look at. */
export function eventLine(event: TelemetryEvent): string {
  switch (event.type) {
    case 'text':
      return event.line;
    case 'state':
      return `[${STATE_WORDS[event.state]}]`;
    case 'link':
      return `[link: ${event.lostFrames} frames lost, ${event.badFrames} damaged]`;
    case 'step': {
      const factors = event.layers.map((f) => `${f.min.toFixed(2)}..${f.mean.toFixed(2)}..${f.max.toFixed(2)}`);
      const spread = factors.length === 0 ? '' : ` factors ${factors.join(' ')}`;
      return `step ${event.step} loss ${formatReal(event.loss)} ${event.correct ? 'correct' : 'wrong'}${spread}`;
    }
  }
}
