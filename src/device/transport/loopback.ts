import type { Transport, TransportListener } from './transport.js';

class LoopbackEnd implements Transport {
  peer: LoopbackEnd | null = null;
  private listener: TransportListener | null = null;
  private waiting: Uint8Array[] = [];
  private isClosed = false;

  constructor(readonly name: string) {}

  listen(listener: TransportListener): void {
    this.listener = listener;
    for (const bytes of this.waiting.splice(0)) listener.data(bytes);
  }

  async write(bytes: Uint8Array): Promise<void> {
    const copy = bytes.slice();
    await Promise.resolve();
    if (!this.isClosed) this.peer?.deliver(copy);
  }

  async close(): Promise<void> {
    this.end();
    this.peer?.end();
    await Promise.resolve();
  }

  private deliver(bytes: Uint8Array): void {
    if (this.listener === null) this.waiting.push(bytes);
    else if (!this.isClosed) this.listener.data(bytes);
  }

  private end(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.listener?.closed(null);
  }
}

/** Two ends of a perfect wire in memory: what one writes the other hears. Closing one closes both. */
export function loopback(name = 'loopback'): readonly [Transport, Transport] {
  const a = new LoopbackEnd(name);
  const b = new LoopbackEnd(name);
  a.peer = b;
  b.peer = a;
  return [a, b];
}
