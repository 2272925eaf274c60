import type { ToolError } from '../errors/tool-error.js';
import type { Pace } from '../util/steps.js';
import type { GlobalOptions } from './globals.js';
import type { CliIo } from './io.js';
import type { EnvelopeFields } from './output/envelope.js';
import type { Style } from './output/style.js';

/** What a command gets to work with. */
export interface CommandContext extends Pace {
  readonly io: CliIo;
  readonly globals: GlobalOptions;
  /** Colours for text on standard output. */
  readonly style: Style;
  /** Paths that the user typed are relative to this. */
  readonly baseDir: string;
  resolve(path: string): string;
  /** Notes envelope members as soon as they are known, so that a later failure still shows them. */
  learned(fields: EnvelopeFields): void;
}

/** What a command gives back; `run-cli` prints it and knows the exit code. */
export interface CommandResult {
  /** Members of the JSON envelope that this command fills. */
  readonly fields: EnvelopeFields;
  /** For people, on standard output; ends without a line end. */
  readonly text: string;
  /** Set when the work was done but its verdict is a failure (a mismatch): text and fields are still shown. */
  readonly failure?: ToolError | null;
}

/** One verb: `args` and `options` as commander parsed them. */
export type CommandHandler = (
  context: CommandContext,
  args: readonly string[],
  options: Readonly<Record<string, unknown>>,
) => Promise<CommandResult>;
