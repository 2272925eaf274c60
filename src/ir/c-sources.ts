import type { MemoryPlan } from './memory-plan.js';
import type { Provenance } from './provenance.js';

export interface CFile {
  /** Relative to the export folder, with forward slashes. */
  readonly path: string;
  readonly text: string;
}

/** Which kernels the sources call: also says how weights are laid out. */
export type KernelSet = 'plain' | 'armv6m' | 'armv7m' | 'dsp' | 'mve' | 'rv32';

/** A generated C directory: everything a compiler needs for the model, nothing of a board. */
export interface CSources {
  readonly schemaVersion: 1;
  /** Prefix of every symbol. */
  readonly name: string;
  readonly files: readonly CFile[];
  /** Paths among `files` to compile. */
  readonly sources: readonly string[];
  readonly kernels: KernelSet;
  readonly learns: boolean;
  /** C types of the values that the caller writes into the arena and reads from it. */
  readonly elements: { readonly input: 'int8_t' | 'int16_t'; readonly output: 'int8_t' | 'int16_t' };
  /** SHA-256 (hex) that the firmware reports in HELLO: of the quantized graph and the learning options. */
  readonly modelDigest: string;
  readonly plan: MemoryPlan;
  readonly provenance: Provenance;
}
