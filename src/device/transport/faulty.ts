import { Rng } from '../../util/rng.js';
import type { Transport, TransportListener } from './transport.js';

/** Chances per piece of the stream (up to the next zero byte), each way. */
export interface Faults {
  readonly seed: number;
  readonly loss?: number;
  readonly duplication?: number;
  /** One bit of the piece is turned. */
  readonly bitFlip?: number;
  /** The piece is held back and goes out behind the next one. */
  readonly reorder?: number;
  /** The piece waits up to this long; order is kept. */
  readonly delayMs?: number;
  /** The wire goes silent for good after so many pieces to the device. */
  readonly cutOffAfter?: number;
}

/**
 * A wire with seeded faults, around a real one. It cuts the stream at zero bytes, so that a fault hits about one
 * frame; what the faults do to a stream depends on the seed and the pieces alone, not on how reads were grouped.
 */
export class FaultyTransport implements Transport {
  readonly name: string;
  /** Faults put in so far. */
  injected = 0;
  private readonly out: FaultyStream;
  private incoming: FaultyStream | null = null;
  private pieces = 0;

  constructor(
    private readonly inner: Transport,
    private readonly faults: Faults,
  ) {
    this.name = `faulty ${inner.name}`;
    this.out = this.stream('to the device', (bytes) => this.inner.write(bytes));
  }

  listen(listener: TransportListener): void {
    const incoming = this.stream('from the device', (bytes) => {
      listener.data(bytes);
      return Promise.resolve();
    });
    this.incoming = incoming;
    this.inner.listen({
      data: (bytes) => void incoming.push(bytes),
      closed: (error) => listener.closed(error),
    });
  }

  async write(bytes: Uint8Array): Promise<void> {
    await this.out.push(bytes);
  }

  async close(): Promise<void> {
    this.incoming?.stop();
    this.out.stop();
    await this.inner.close();
  }

  private stream(purpose: string, send: (bytes: Uint8Array) => Promise<void>): FaultyStream {
    const countsPieces = purpose === 'to the device';
    return new FaultyStream(this.faults, Rng.forPurpose(this.faults.seed, purpose), {
      send,
      injected: () => this.injected++,
      isCut: () => {
        if (countsPieces) this.pieces++;
        return this.faults.cutOffAfter !== undefined && this.pieces > this.faults.cutOffAfter;
      },
    });
  }
}

interface StreamHooks {
  send(bytes: Uint8Array): Promise<void>;
  injected(): void;
  isCut(): boolean;
}

class FaultyStream {
  private rest: number[] = [];
  private held: Uint8Array | null = null;
  private queue: Promise<void> = Promise.resolve();
  private stopped = false;

  constructor(
    private readonly faults: Faults,
    private readonly rng: Rng,
    private readonly hooks: StreamHooks,
  ) {}

  push(bytes: Uint8Array): Promise<void> {
    for (const byte of bytes) {
      this.rest.push(byte);
      // A lone zero is the front of a frame; a piece ends with the zero at the back.
      if (byte === 0 && this.rest.length > 1) this.piece(Uint8Array.from(this.rest.splice(0)));
    }
    return this.queue;
  }

  stop(): void {
    this.stopped = true;
  }

  private piece(bytes: Uint8Array): void {
    if (this.hooks.isCut()) return;
    if (this.happens(this.faults.loss)) return;
    if (this.happens(this.faults.bitFlip)) bytes[this.rng.below(bytes.length)] ^= 1 << this.rng.below(8);
    const pieces = this.happens(this.faults.duplication) ? [bytes, bytes] : [bytes];
    if (this.held !== null) {
      pieces.push(this.held);
      this.held = null;
    } else if (this.happens(this.faults.reorder)) {
      this.held = pieces.shift() ?? null;
    }
    const delay = this.faults.delayMs === undefined ? 0 : this.rng.uniform() * this.faults.delayMs;
    for (const each of pieces) this.queue = this.queue.then(() => this.sendAfter(delay, each));
  }

  private happens(chance: number | undefined): boolean {
    const hit = this.rng.uniform() < (chance ?? 0);
    if (hit) this.hooks.injected();
    return hit;
  }

  private async sendAfter(delayMs: number, bytes: Uint8Array): Promise<void> {
    if (delayMs > 0) await new Promise((resolve) => setTimeout(resolve, delayMs));
    if (!this.stopped) await this.hooks.send(bytes);
  }
}
