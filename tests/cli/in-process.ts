import { TextBuffer } from '../../src/cli/io.js';
import type { Envelope } from '../../src/cli/output/envelope.js';
import { runCli } from '../../src/cli/run-cli.js';

export interface CliRun {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Standard output as the one JSON document; throws if it is anything else. */
  readonly json: Envelope;
}

export interface CliOptions {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
  /** Sees standard error as it is written. */
  readonly onStderr?: (text: string) => void;
}

class Watched extends TextBuffer {
  constructor(private readonly see: (text: string) => void) {
    super();
  }

  override write(text: string): void {
    super.write(text);
    this.see(text);
  }
}

/** The tool inside this process: no spawn, no colours. */
export async function cli(argv: readonly string[], options: CliOptions): Promise<CliRun> {
  const stdout = new TextBuffer();
  const stderr = new Watched(options.onStderr ?? (() => undefined));
  const exitCode = await runCli(argv, {
    stdout,
    stderr,
    env: options.env ?? {},
    cwd: options.cwd,
    now: () => performance.now(),
    signal: options.signal ?? new AbortController().signal,
  });
  return {
    exitCode,
    stdout: stdout.text,
    stderr: stderr.text,
    get json(): Envelope {
      return JSON.parse(stdout.text) as Envelope;
    },
  };
}
