const LEAST_MS = 100;
const MOST_MS = 5000;
const START_MS = 1000;

/** How long to wait before asking again: the smoothed round trip and its spread, after RFC 6298, doubled per silence. */
export class RoundTrip {
  private smoothedMs: number | null = null;
  private spreadMs = 0;
  private silences = 0;

  measured(ms: number): void {
    if (this.smoothedMs === null) {
      this.smoothedMs = ms;
      this.spreadMs = ms / 2;
    } else {
      this.spreadMs += (Math.abs(this.smoothedMs - ms) - this.spreadMs) / 4;
      this.smoothedMs += (ms - this.smoothedMs) / 8;
    }
  }

  /** The device spoke. */
  progress(): void {
    this.silences = 0;
  }

  /** Waited in vain. */
  silence(): void {
    this.silences++;
  }

  waitMs(): number {
    const base = this.smoothedMs === null ? START_MS : this.smoothedMs + 4 * this.spreadMs;
    return Math.min(MOST_MS, Math.max(LEAST_MS, base) * 2 ** this.silences);
  }
}
