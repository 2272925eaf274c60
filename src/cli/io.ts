import type { TerminalPort } from '../util/terminal/live-area.js';

/** A stream to the user: standard output or standard error, or a buffer in tests. */
export interface OutputStream {
  write(text: string): void;
  readonly isTTY: boolean;
  readonly columns: number;
  readonly rows: number;
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

/** What a live picture on `stream` needs. */
export function terminalPort(stream: OutputStream, { now }: Pick<CliIo, 'now'>): TerminalPort {
  return {
    write: (text) => {
      stream.write(text);
    },
    columns: () => stream.columns,
    rows: () => stream.rows,
    now,
  };
}

/** Collects what is written; for tests and for help text. */
export class TextBuffer implements OutputStream {
  text = '';
  readonly isTTY: boolean = false;
  readonly columns: number = 100;
  readonly rows: number = 24;

  write(text: string): void {
    this.text += text;
  }
}
