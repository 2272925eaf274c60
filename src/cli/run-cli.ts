import { resolve } from 'node:path';
import { exitCodeOf } from '../errors/catalogue.js';
import { EXIT } from '../errors/exit-codes.js';
import { isToolError, ToolError } from '../errors/tool-error.js';
import type { CommandContext, CommandResult } from './command.js';
import type { CliIo } from './io.js';
import { envelope, type EnvelopeFields } from './output/envelope.js';
import { ProgressRenderer } from './output/progress.js';
import { styleFor } from './output/style.js';
import { errorText, jsonText } from './output/text.js';
import { parseArguments, type Invocation } from './program.js';

/** Runs the tool: `argv` is what stands after `grapes`. Never throws; returns the exit code. */
export async function runCli(argv: readonly string[], io: CliIo): Promise<number> {
  let invocation: Invocation;
  try {
    invocation = await parseArguments(argv);
  } catch (error) {
    return report(toToolError(error, io), null, {}, { io, json: argv.includes('--json'), verbose: false });
  }
  if (invocation.kind === 'text') {
    if (argv.includes('--json')) writeJson(io, envelope(null, { result: { text: invocation.text } }, null));
    else io.stdout.write(invocation.text);
    return EXIT.ok;
  }
  return runVerb(invocation, io);
}

async function runVerb(invocation: Extract<Invocation, { kind: 'verb' }>, io: CliIo): Promise<number> {
  const { verb, args, options, globals } = invocation;
  const progress = new ProgressRenderer(io, globals.quiet);
  const baseDir = workingFolder(io);
  let known: EnvelopeFields = { board: globals.board };
  const context: CommandContext = {
    io,
    globals,
    progress,
    signal: io.signal,
    now: io.now,
    style: styleFor(io.stdout, io.env),
    baseDir,
    resolve: (path) => resolve(baseDir, path),
    learned: (fields) => (known = { ...known, ...fields }),
  };
  const how = { io, json: globals.json, verbose: globals.verbose };
  try {
    const { run } = await verb.load();
    const result = await run(context, args, options);
    progress.finishLine();
    return show(result, verb.name, { ...known, ...result.fields }, how);
  } catch (error) {
    progress.finishLine();
    return report(toToolError(error, io), verb.name, known, how);
  }
}

interface How {
  readonly io: CliIo;
  readonly json: boolean;
  readonly verbose: boolean;
}

function show(result: CommandResult, command: string, fields: EnvelopeFields, how: How): number {
  const failure = result.failure ?? null;
  if (how.json) writeJson(how.io, envelope(command, fields, failure));
  else how.io.stdout.write(`${result.text}\n`);
  if (failure === null) return EXIT.ok;
  how.io.stderr.write(`${errorText(failure, styleFor(how.io.stderr, how.io.env))}\n`);
  return exitCodeOf(failure.code);
}

function report(error: ToolError, command: string | null, fields: EnvelopeFields, how: How): number {
  if (how.json) writeJson(how.io, envelope(command, fields, error));
  how.io.stderr.write(`${errorText(error, styleFor(how.io.stderr, how.io.env))}\n`);
  const wantsStack = error.code === 'INTERNAL' && (how.verbose || (how.io.env['GRAPES_DEBUG'] ?? '') !== '');
  if (wantsStack && error.cause instanceof Error) how.io.stderr.write(`${error.cause.stack ?? ''}\n`);
  return exitCodeOf(error.code);
}

function writeJson(io: CliIo, value: unknown): void {
  io.stdout.write(`${jsonText(value)}\n`);
}

function toToolError(error: unknown, io: CliIo): ToolError {
  // Whatever the abort broke on its way (a port that closed, a compiler that was ended), being stopped is what happened.
  if (io.signal.aborted && !(isToolError(error) && error.code === 'INTERRUPTED')) {
    return new ToolError('INTERRUPTED', 'Interrupted.', { cause: error });
  }
  if (isToolError(error)) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new ToolError('INTERNAL', `Unexpected fault: ${message}`, { cause: error });
}

/** `npm run grapes` changes to the package's folder first; the user's own is in INIT_CWD then. */
function workingFolder({ cwd, env }: CliIo): string {
  const throughOurScript = env['npm_package_name'] === 'grapes-mcu' && env['npm_lifecycle_event'] === 'grapes';
  return throughOurScript ? (env['INIT_CWD'] ?? cwd) : cwd;
}
