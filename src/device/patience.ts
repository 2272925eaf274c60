/**
 * How much silence is left before a device counts as gone. Silence is the sum of the waits that were meant, not what a clock
 * says: a machine that slept, a clock that was set and a program that was busy elsewhere are no fault of the device.
 */
export class Patience {
  private silentMs = 0;

  constructor(private readonly timeoutMs: number) {}

  /** The device got on with its work. */
  renew(): void {
    this.silentMs = 0;
  }

  /** A wait of this length ended without that. */
  waited(ms: number): void {
    this.silentMs += ms;
  }

  /** The whole silence once it is too long, else null. */
  get lostMs(): number | null {
    return this.silentMs >= this.timeoutMs ? this.silentMs : null;
  }
}
