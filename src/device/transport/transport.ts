import type { ToolError } from '../../errors/tool-error.js';

export interface TransportListener {
  data(bytes: Uint8Array): void;
  /** The wire is gone; called once, also after `close()` (then without an error). */
  closed(error: ToolError | null): void;
}

/** A wire that carries bytes both ways, perhaps losing or damaging some. */
export interface Transport {
  /** For messages: a path, or what stands for one. */
  readonly name: string;
  /** Sets the one listener; what arrived before is delivered to it. */
  listen(listener: TransportListener): void;
  /** Resolves when more may be written. After `closed` it does nothing. */
  write(bytes: Uint8Array): Promise<void>;
  /** Lets go of the wire; resolves when another may take it. */
  close(): Promise<void>;
}
