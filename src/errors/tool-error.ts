/** What an error carries besides its text: plain values only, so that it survives `--json`. */
export type ErrorContext = Readonly<
  Record<string, string | number | boolean | null | readonly (string | number)[] | undefined>
>;

export interface ToolErrorOptions {
  /** The next action, with the exact command where there is one. Replaces the catalogue's hint. */
  readonly hint?: string;
  readonly context?: ErrorContext;
  readonly cause?: unknown;
}

/**
 * The one error that a user meets. `code` is permanent and listed in the catalogue; `message` says what happened
 * and why, with real numbers; `hint` says what to do next. Tests assert `code` and `context`, never wording.
 */
export class ToolError extends Error {
  readonly code: string;
  readonly hint: string | null;
  readonly context: ErrorContext;

  constructor(code: string, message: string, options: ToolErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'ToolError';
    this.code = code;
    this.hint = options.hint ?? null;
    this.context = options.context ?? {};
  }
}

export function isToolError(value: unknown): value is ToolError {
  return value instanceof ToolError;
}
