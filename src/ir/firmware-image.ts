import type { SizedNumber } from './memory-plan.js';
import type { Provenance } from './provenance.js';

export interface StackFrame {
  readonly symbol: string;
  readonly bytes: number;
}

/** Worst-case stack of one entry point: the sum over the deepest call chain, callee last. */
export interface StackBound {
  readonly entry: string;
  readonly bytes: number;
  readonly chain: readonly StackFrame[];
}

/** A named piece of memory, as the linker placed it. A symbol of .data takes both: it is listed under `ram`. */
export interface ImageSymbol {
  readonly name: string;
  readonly bytes: number;
  readonly memory: 'flash' | 'ram';
}

export interface ImageSizes {
  /** Code and constants in flash, initial values of .data included. Null where the board has no such thing (host). */
  readonly flash: SizedNumber | null;
  /** Static RAM: .data and .bss, stack not included. */
  readonly ram: SizedNumber | null;
  readonly stack: SizedNumber | null;
  readonly stackBounds: readonly StackBound[];
  /** Bytes per symbol group for reports: model constants, kernels, learning, protocol, board support, library. */
  readonly breakdown: readonly { readonly group: string; readonly flashBytes: number; readonly ramBytes: number }[];
  /** The largest symbols, largest first; empty where flash and RAM are null. */
  readonly largest: readonly ImageSymbol[];
}

/** A linked firmware for one board. */
export interface FirmwareImage {
  readonly schemaVersion: 1;
  readonly boardId: string;
  /** File name of the linked ELF beside this record. */
  readonly elfFile: string;
  /** SHA-256 (hex) of the ELF. */
  readonly elfDigest: string;
  readonly modelDigest: string;
  readonly compiler: { readonly command: string; readonly version: string; readonly flags: readonly string[] };
  readonly sizes: ImageSizes;
  readonly provenance: Provenance;
}
