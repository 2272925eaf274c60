import type { Transport } from './transport/transport.js';

/** Collects what is written while the wire is busy, so that many small frames go out as one write. */
export class WriteQueue {
  bytesSent = 0;
  private pending: Uint8Array[] = [];
  private busy = false;

  constructor(private readonly transport: Transport) {}

  push(bytes: Uint8Array): void {
    this.pending.push(bytes);
    if (this.busy) return;
    this.busy = true;
    // After the caller's turn: frames that are made together leave together.
    queueMicrotask(() => void this.drain());
  }

  private async drain(): Promise<void> {
    while (this.pending.length > 0) {
      const bytes = Buffer.concat(this.pending.splice(0));
      this.bytesSent += bytes.length;
      // A wire that fails says so through `closed`; what was to be written is lost with it.
      await this.transport.write(bytes).catch(() => undefined);
    }
    this.busy = false;
  }
}
