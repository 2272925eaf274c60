import { spawn, type ChildProcess } from 'node:child_process';
import { basename } from 'node:path';
import type { Board, EmulatorSpec } from '../../boards/descriptor.js';
import { ToolError } from '../../errors/tool-error.js';

export interface EmulatorOptions {
  /** Run so that the tick counter counts instructions, where the board can. */
  readonly countInstructions: boolean;
  readonly signal?: AbortSignal | undefined;
}

export interface RunningBoard {
  /** Serial port of the virtual board, for `openSerial`. */
  readonly portPath: string;
  readonly pid: number;
  /** Resolves once it is gone: with EMULATOR_ENDED if it ended by itself, with null if `stop` ended it. */
  readonly ended: Promise<ToolError | null>;
  /** Ends it and waits until it is gone. May be called twice. */
  stop(): Promise<void>;
}

/*
 * The board becomes the shell's own process, so its pid is the one that spawn knows. A watcher beside it reads the
 * pipe that was our end's standard input: a line means that the board is gone already, the end of the pipe that this
 * program is gone, however it died, and then the board must not outlive it.
 */
const SUPERVISED = `
exec 3<&0
( read -r line <&3 || kill -9 $$ ) >/dev/null 2>&1 &
exec 3<&-
exec "$@" </dev/null
`;
/* The process that stands for a board ends by itself with its standard input. */
const PLAIN = 'exec "$@"';

const KILL_AFTER_MS = 2000;
const OUTPUT_KEPT = 4000;
/** The last words of a process may arrive after the news of its end. */
const LAST_WORDS_MS = 200;
const LAST_LINES = 5;

/**
 * Starts the board's emulator, or the process that stands for it, with this firmware, and waits until it has named
 * its serial port.
 * @throws ToolError EMULATOR_MISSING, EMULATOR_FAILED; the signal's reason when aborted
 */
export async function startEmulator(board: Board, elfPath: string, options: EmulatorOptions): Promise<RunningBoard> {
  const { emulator } = board;
  if (emulator === null) {
    throw new ToolError('EMULATOR_FAILED', `The board "${board.id}" has no emulator.`, {
      context: { board: board.id },
    });
  }
  options.signal?.throwIfAborted();
  const counting = options.countInstructions ? (emulator.instructionCounting?.args ?? []) : [];
  const words = [emulator.command, ...emulator.args, ...counting].map((word) => word.replaceAll('{elf}', elfPath));
  const process_ = new BoardProcess(board.id, words, emulator);
  const abort = (): void => void process_.stop();
  options.signal?.addEventListener('abort', abort, { once: true });
  try {
    const portPath = await process_.port();
    const { pid, ended } = process_;
    return { portPath, pid, ended, stop: () => process_.stop() };
  } catch (error) {
    await process_.stop();
    options.signal?.throwIfAborted();
    throw error;
  }
}

class BoardProcess {
  private readonly child: ChildProcess;
  private output = '';
  private exit: string | null = null;
  private stopping = false;
  private readonly exited: Promise<void>;
  readonly ended: Promise<ToolError | null>;
  private changed: () => void = () => undefined;
  private readonly killNow = (): void => this.kill('SIGKILL');

  constructor(
    private readonly boardId: string,
    private readonly words: readonly string[],
    private readonly emulator: EmulatorSpec,
  ) {
    // The firmware itself as the process watches its standard input; an emulator needs somebody who does.
    const script = emulator.command === '{elf}' ? PLAIN : SUPERVISED;
    // A process group of its own: Ctrl-C in the terminal reaches this program alone, which then ends the board.
    this.child = spawn('/bin/sh', ['-c', script, 'sh', ...words], { stdio: ['pipe', 'pipe', 'pipe'], detached: true });
    this.child.stdin?.on('error', () => undefined);
    this.child.stdout?.on('data', (bytes: Buffer) => this.said(bytes));
    this.child.stderr?.on('data', (bytes: Buffer) => this.said(bytes));
    process.on('exit', this.killNow);
    this.exited = new Promise((resolve) => {
      const ended = (how: string): void => {
        this.exit ??= how;
        process.off('exit', this.killNow);
        this.child.stdin?.end('\n');
        this.changed();
        resolve();
      };
      this.child.once('error', (error) => ended(error.message));
      this.child.once('exit', (code, signal) => ended(code === null ? `signal ${signal}` : `exit status ${code}`));
    });
    const silent = new Promise<void>((resolve) => this.child.once('close', () => resolve()));
    this.ended = this.exited.then(async () => {
      // Asked before the wait: stopping what has ended already does not make it an end that was wanted.
      if (this.stopping) return null;
      await within(LAST_WORDS_MS, silent);
      return this.endedByItself();
    });
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  /** Waits for the line that names the port. */
  async port(): Promise<string> {
    const pattern = new RegExp(this.emulator.portPattern);
    const until = performance.now() + this.emulator.startTimeoutMs;
    for (;;) {
      const path = pattern.exec(this.output)?.[1];
      if (path !== undefined) return path;
      if (this.exit !== null) throw this.failed(`ended with ${this.exit}`);
      const leftMs = until - performance.now();
      if (leftMs <= 0) throw this.failed(`did not name its port within ${this.emulator.startTimeoutMs} ms`);
      await this.change(leftMs);
    }
  }

  async stop(): Promise<void> {
    if (this.exit === null) {
      this.stopping = true;
      this.kill('SIGTERM');
      const timer = setTimeout(this.killNow, KILL_AFTER_MS);
      await this.exited;
      clearTimeout(timer);
    }
  }

  private change(timeoutMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, timeoutMs);
      this.changed = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  private said(bytes: Buffer): void {
    this.output = (this.output + bytes.toString()).slice(-OUTPUT_KEPT);
    this.changed();
  }

  private kill(signal: NodeJS.Signals): void {
    if (this.exit === null) this.child.kill(signal);
  }

  private endedByItself(): ToolError {
    const { boardId, exit } = this;
    const [program] = this.words;
    const portLine = new RegExp(this.emulator.portPattern);
    const lines = this.output.split(/\r?\n/).filter((line) => line.trim() !== '' && !portLine.test(line));
    const said = lines.slice(-LAST_LINES).join('\n');
    const what = this.emulator.command === '{elf}' ? 'firmware process' : 'emulator';
    const words = said === '' ? '' : ` It said: ${said}`;
    return new ToolError(
      'EMULATOR_ENDED',
      `The ${what} of the board "${boardId}" (${basename(program)}) ended with ${exit} while it was in use.${words}`,
      { context: { board: boardId, program, exit, command: this.words.join(' '), output: said } },
    );
  }

  private failed(what: string): ToolError {
    const [program] = this.words;
    const context = { board: this.boardId, command: this.words.join(' '), output: this.output };
    // 127 is how a shell says that it found no such program.
    if (this.exit === 'exit status 127') {
      const { aptPackages } = this.emulator;
      const hint = aptPackages.length === 0 ? {} : { hint: `sudo apt-get install ${aptPackages.join(' ')}` };
      return new ToolError('EMULATOR_MISSING', `${program} is not installed.`, { ...hint, context });
    }
    const output = this.output.trim() === '' ? '' : ` It said: ${this.output.trim()}`;
    return new ToolError('EMULATOR_FAILED', `The board "${this.boardId}" (${program}) ${what}.${output}`, { context });
  }
}

/** Null when the promise takes longer. */
export async function within<T>(timeoutMs: number, promise: Promise<T>): Promise<T | null> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<null>((resolve) => (timer = setTimeout(() => resolve(null), timeoutMs)));
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
