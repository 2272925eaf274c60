import type { TelemetryEvent } from '../ir/telemetry.js';

/** Turns callbacks into an async iteration: pushed events come out in order, then the end or the failure. */
export class EventQueue implements AsyncIterable<TelemetryEvent> {
  private readonly events: TelemetryEvent[] = [];
  private ended = false;
  private failure: { readonly error: unknown } | null = null;
  private wake: (() => void) | null = null;

  /** After the end nothing is taken. */
  push(event: TelemetryEvent): void {
    if (this.ended) return;
    this.events.push(event);
    this.wake?.();
  }

  end(): void {
    this.ended = true;
    this.wake?.();
  }

  fail(error: unknown): void {
    if (this.ended) return;
    this.failure = { error };
    this.end();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<TelemetryEvent> {
    for (;;) {
      while (this.events.length > 0) yield this.events.shift()!;
      if (this.failure !== null) throw this.failure.error;
      if (this.ended) return;
      await new Promise<void>((resolve) => (this.wake = resolve));
      this.wake = null;
    }
  }
}
