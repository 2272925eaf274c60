import type { FactorSpread, TelemetryEvent } from '../ir/telemetry.js';
import { Trend } from './trend.js';

/** Steps behind the running accuracy. */
export const ACCURACY_WINDOW = 100;
/** The loss average forgets with this weight per step seen. */
const LOSS_WEIGHT = 0.05;
/** Host time behind the step rate. */
const RATE_WINDOW_MS = 5000;
/** Points kept for the sparklines, at most. */
const TREND_POINTS = 240;

/** What a view shows, at one moment. Null: nothing seen yet. */
export interface MonitorSnapshot {
  readonly state: 'waiting' | 'connected' | 'disconnected' | 'reset';
  readonly atMs: number;
  readonly step: number | null;
  /** Exponentially weighted mean of the loss. */
  readonly loss: number | null;
  /** Over the last `ACCURACY_WINDOW` steps seen. */
  readonly accuracy: number | null;
  readonly stepsPerSecond: number | null;
  readonly ticks: number | null;
  readonly factors: readonly FactorSpread[];
  readonly lostFrames: number;
  readonly badFrames: number;
  readonly resets: number;
  /** Oldest first, evenly thinned. */
  readonly lossTrend: readonly number[];
  readonly accuracyTrend: readonly number[];
}

/** Follows a stream of events and keeps what a view needs, in bounded memory. */
export class LiveMetrics {
  private state: MonitorSnapshot['state'] = 'waiting';
  private atMs = 0;
  private last: Extract<TelemetryEvent, { type: 'step' }> | null = null;
  private loss: number | null = null;
  private hits: boolean[] = [];
  private times: { atMs: number; step: number }[] = [];
  private lostFrames = 0;
  private badFrames = 0;
  private resets = 0;
  private readonly lossTrend = new Trend(TREND_POINTS);
  private readonly accuracyTrend = new Trend(TREND_POINTS);

  add(event: TelemetryEvent): void {
    this.atMs = event.atMs;
    if (event.type === 'step') {
      this.addStep(event);
    } else if (event.type === 'link') {
      this.lostFrames = event.lostFrames;
      this.badFrames = event.badFrames;
    } else if (event.type === 'state') {
      this.state = event.state;
      if (event.state === 'reset') this.resets++;
      if (event.state !== 'connected') this.times = [];
    }
  }

  snapshot(): MonitorSnapshot {
    return {
      state: this.state,
      atMs: this.atMs,
      step: this.last?.step ?? null,
      loss: this.loss,
      accuracy: this.accuracy(),
      stepsPerSecond: this.rate(),
      ticks: this.last?.ticks ?? null,
      factors: this.last?.layers ?? [],
      lostFrames: this.lostFrames,
      badFrames: this.badFrames,
      resets: this.resets,
      lossTrend: this.lossTrend.values(),
      accuracyTrend: this.accuracyTrend.values(),
    };
  }

  private addStep(event: Extract<TelemetryEvent, { type: 'step' }>): void {
    // The device started over (reset, or learning reset): what came before is another story.
    if (this.last !== null && event.step <= this.last.step) this.restart();
    if (this.state === 'waiting') this.state = 'connected';
    this.last = event;
    this.loss = this.loss === null ? event.loss : this.loss + LOSS_WEIGHT * (event.loss - this.loss);
    this.hits.push(event.correct);
    if (this.hits.length > ACCURACY_WINDOW) this.hits.shift();
    this.times.push({ atMs: event.atMs, step: event.step });
    while (this.times.length > 2 && event.atMs - this.times[0].atMs > RATE_WINDOW_MS) this.times.shift();
    this.lossTrend.add(event.loss);
    this.accuracyTrend.add(this.accuracy() ?? 0);
  }

  private restart(): void {
    this.loss = null;
    this.hits = [];
    this.times = [];
    this.lossTrend.clear();
    this.accuracyTrend.clear();
  }

  private accuracy(): number | null {
    if (this.hits.length === 0) return null;
    return this.hits.reduce((n, hit) => n + Number(hit), 0) / this.hits.length;
  }

  private rate(): number | null {
    if (this.times.length < 2) return null;
    const first = this.times[0];
    const last = this.times[this.times.length - 1];
    const seconds = (last.atMs - first.atMs) / 1000;
    return seconds > 0 ? (last.step - first.step) / seconds : null;
  }
}
