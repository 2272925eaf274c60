import type { TelemetryFrame } from './device.js';
import { Listeners } from './listeners.js';
import type { Frame } from './protocol/framing.js';
import { parseTelemetry } from './protocol/messages.js';

/** Telemetry is numbered by itself and never repeated: gaps are counted, copies and latecomers dropped. */
export class TelemetryReader {
  readonly listeners = new Listeners<TelemetryFrame>();
  lost = 0;
  private expected = 0;

  /** A new session numbers from 0. */
  restart(): void {
    this.expected = 0;
  }

  receive(frame: Frame): void {
    const skipped = (frame.seq - this.expected) & 0xffff;
    const message = parseTelemetry(frame.payload);
    if (skipped >= 0x8000 || message === null) return;
    this.lost += skipped;
    this.expected = (frame.seq + 1) & 0xffff;
    const { step, loss, ticks, classIndex, label, factors } = message;
    this.listeners.tell({ step, loss, ticks, correct: classIndex === label, layers: factors });
  }
}
