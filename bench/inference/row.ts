import type { Rounding } from '../../src/ir/requantize.js';
import type { Measurement } from './measure.js';
import { cmsisNnInstructions } from './peer.js';
import type { Work } from './works.js';

/** One network on one core. docs/benchmarks.md says what each number includes. */
export interface Row {
  readonly core: string;
  readonly work: string;
  readonly rounding: Rounding;
  readonly flags: string;
  readonly instructions: number;
  /** Of the network as published: also where graph passes left less to do. */
  readonly macs: number;
  readonly instructionsPerMac: number;
  /** Code, and constants other than weights and biases, in bytes. */
  readonly codeBytes: number;
  /** The arena. */
  readonly ramBytes: number;
  /** Deepest stack of the infer call, measured. */
  readonly stackBytes: number;
  /** Null where the peer has not been counted. */
  readonly cmsisNnInstructionsPerMac: number | null;
  /** Ours by theirs: below 1 is fewer instructions. */
  readonly ratio: number | null;
}

const rounded = (x: number): number => Math.round(x * 1e4) / 1e4;

export function rowOf(core: string, work: Work, rounding: Rounding, flags: string, measured: Measurement): Row {
  const { instructions, codeBytes, ramBytes, stackBytes } = measured;
  const theirs = cmsisNnInstructions(core, work.id);
  return {
    core,
    work: work.id,
    rounding,
    flags,
    instructions,
    macs: work.macs,
    instructionsPerMac: rounded(instructions / work.macs),
    codeBytes,
    ramBytes,
    stackBytes,
    cmsisNnInstructionsPerMac: theirs === null ? null : rounded(theirs / work.macs),
    ratio: theirs === null ? null : rounded(instructions / theirs),
  };
}
