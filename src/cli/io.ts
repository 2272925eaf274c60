/** A stream to the user: standard output or standard error, or a buffer in tests. */
export interface OutputStream {
  write(text: string): void;
  readonly isTTY: boolean;
  readonly columns: number;
}

/** The command line's whole world: what a process has, so that tests can run the tool inside theirs. */
export interface CliIo {
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Absolute. */
  readonly cwd: string;
  /** Milliseconds of a steady clock. */
  readonly now: () => number;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
}

/** Collects what is written; for tests and for help text. */
export class TextBuffer implements OutputStream {
  text = '';
  readonly isTTY = false;
  readonly columns = 100;

  write(text: string): void {
    this.text += text;
  }
}
