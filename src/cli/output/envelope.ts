import { ERROR_CATALOGUE } from '../../errors/catalogue.js';
import type { ErrorContext, ToolError } from '../../errors/tool-error.js';

/** Fractions in [0, 1]. */
export interface EnvelopeAccuracy {
  readonly float: number | null;
  readonly int8: number | null;
  readonly device: number | null;
}

export interface EnvelopeVerify {
  readonly samples: number | null;
  /** Output bytes that differ from the reference. */
  readonly mismatches: number | null;
  readonly mismatchedSamples: number | null;
}

export interface EnvelopeLearn {
  readonly steps: number | null;
  /** Words of the learning state that differed, over all compared steps. */
  readonly weightMismatches: number | null;
  readonly accuracyBefore: number | null;
  readonly accuracyAfter: number | null;
}

export interface EnvelopeMemory {
  readonly flashBytes: number | null;
  readonly ramBytes: number | null;
  readonly stackBytes: number | null;
}

export interface EnvelopeInstructions {
  /** Mean per inference, and per learning step. */
  readonly inference: number | null;
  readonly learnStep: number | null;
}

export interface EnvelopeError {
  readonly code: string;
  readonly message: string;
  readonly hint: string | null;
  readonly context: ErrorContext;
}

/** What a command may fill in. Whatever it leaves away is null in the output, never absent. */
export interface EnvelopeFields {
  readonly board?: string | null;
  readonly project?: string | null;
  readonly run?: { readonly id: string; readonly dir: string } | null;
  readonly accuracy?: Partial<EnvelopeAccuracy>;
  readonly verify?: Partial<EnvelopeVerify>;
  readonly learn?: Partial<EnvelopeLearn>;
  readonly memory?: Partial<EnvelopeMemory>;
  readonly instructions?: Partial<EnvelopeInstructions>;
  /** Stages in the order they were needed, and whether each had to run. */
  readonly stages?: readonly { readonly stage: string; readonly action: 'ran' | 'current' }[];
  /** The command's own report, as `schema/output/<command>.schema.json` describes it. */
  readonly result?: Readonly<Record<string, unknown>> | null;
}

/** The one JSON document of `--json`; schema/output/envelope.schema.json says the same. */
export interface Envelope {
  readonly schemaVersion: 1;
  readonly ok: boolean;
  readonly command: string | null;
  readonly board: string | null;
  readonly project: string | null;
  readonly run: { readonly id: string; readonly dir: string } | null;
  readonly accuracy: EnvelopeAccuracy;
  readonly verify: EnvelopeVerify;
  readonly learn: EnvelopeLearn;
  readonly memory: EnvelopeMemory;
  readonly instructions: EnvelopeInstructions;
  readonly stages: readonly { readonly stage: string; readonly action: 'ran' | 'current' }[];
  readonly result: Readonly<Record<string, unknown>> | null;
  readonly error: EnvelopeError | null;
}

export function envelope(command: string | null, fields: EnvelopeFields, error: ToolError | null): Envelope {
  return {
    schemaVersion: 1,
    ok: error === null,
    command,
    board: fields.board ?? null,
    project: fields.project ?? null,
    run: fields.run ?? null,
    accuracy: { float: null, int8: null, device: null, ...fields.accuracy },
    verify: { samples: null, mismatches: null, mismatchedSamples: null, ...fields.verify },
    learn: { steps: null, weightMismatches: null, accuracyBefore: null, accuracyAfter: null, ...fields.learn },
    memory: { flashBytes: null, ramBytes: null, stackBytes: null, ...fields.memory },
    instructions: { inference: null, learnStep: null, ...fields.instructions },
    stages: fields.stages ?? [],
    result: fields.result ?? null,
    error: error === null ? null : envelopeError(error),
  };
}

export function envelopeError(error: ToolError): EnvelopeError {
  return { code: error.code, message: error.message, hint: hintOf(error), context: error.context };
}

/** The hint of the place that raised the error, else the catalogue's. */
export function hintOf(error: ToolError): string | null {
  return error.hint ?? ERROR_CATALOGUE[error.code]?.hint ?? null;
}
