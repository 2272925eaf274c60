import { Command, CommanderError } from 'commander';
import { ToolError } from '../errors/tool-error.js';
import { toolVersion } from '../util/package-root.js';
import type { GlobalOptions } from './globals.js';
import { TextBuffer } from './io.js';
import { seed } from './option-parsers.js';
import { GROUPS, VERBS, type VerbSpec } from './verbs.js';

/** What the user asked for. */
export type Invocation =
  | {
      readonly kind: 'verb';
      readonly verb: VerbSpec;
      readonly args: readonly string[];
      readonly options: Readonly<Record<string, unknown>>;
      readonly globals: GlobalOptions;
    }
  /** --help or --version: text to print. */
  | { readonly kind: 'text'; readonly text: string };

/** Parses the arguments after `grapes`. Throws ToolError USAGE. */
export async function parseArguments(argv: readonly string[]): Promise<Invocation> {
  const output = new TextBuffer();
  let invocation: Invocation | null = null;
  const program = buildProgram(output, (found) => (invocation = found));
  try {
    await program.parseAsync(argv, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return { kind: 'text', text: output.text };
    throw usageError(error, output.text);
  }
  if (invocation === null) throw new ToolError('USAGE', 'No command was given.', { hint: 'Run `grapes --help`.' });
  return invocation;
}

/** The command tree; `onVerb` gets what was asked for. Help goes to `output`. */
export function buildProgram(output: TextBuffer, onVerb: (invocation: Invocation) => void): Command {
  const program = prepare(new Command('grapes'), output)
    .description('Train, quantize, export, flash, monitor and verify networks that keep learning on microcontrollers.')
    .version(toolVersion(), '-V, --version', 'print the version')
    .option('-C, --project <dir>', 'project folder (default: the nearest one with a grapes.yaml, from here up)')
    .option('--board <id>', "board, instead of the project's")
    .option('-p, --port <path>', 'serial port of a board, instead of a virtual one')
    .option('--seed <n>', "seed, instead of the project's", seed)
    .option('--no-deps', 'do not run other stages first: refuse if they are out of date')
    .option('-y, --yes', 'do not ask; overwrite')
    .option('--json', 'one JSON document on standard output, everything else on standard error')
    .option('-q, --quiet', 'no progress')
    .option('-v, --verbose', 'more detail, and stack traces of unexpected faults');
  const groups = new Map<string, Command>();
  for (const verb of VERBS) addVerb(program, groups, verb, output, onVerb);
  return program;
}

function addVerb(
  program: Command,
  groups: Map<string, Command>,
  verb: VerbSpec,
  output: TextBuffer,
  onVerb: (invocation: Invocation) => void,
): void {
  const words = verb.name.split(' ');
  const parent = words.length === 1 ? program : groupOf(program, groups, words[0], output);
  const command = prepare(new Command(words[words.length - 1]), output);
  command.summary(verb.summary).description(verb.description ?? `${verb.summary}.`);
  for (const arg of verb.args) command.argument(arg.name, arg.description);
  for (const option of verb.options) {
    if (option.parse === undefined) command.option(option.flags, option.description);
    else command.option(option.flags, option.description, option.parse);
  }
  command.action(() => {
    const options = command.opts<Record<string, unknown>>();
    const globals = globalOptions(program.opts<Record<string, unknown>>());
    onVerb({ kind: 'verb', verb, args: command.args, options, globals });
  });
  parent.addCommand(command);
}

function groupOf(program: Command, groups: Map<string, Command>, name: string, output: TextBuffer): Command {
  let group = groups.get(name);
  if (group === undefined) {
    group = prepare(new Command(name), output).description(GROUPS[name]);
    groups.set(name, group);
    program.addCommand(group);
  }
  return group;
}

/** No output and no exit of commander's own; global options shown in every help. */
function prepare(command: Command, output: TextBuffer): Command {
  return command
    .exitOverride()
    .configureOutput({
      writeOut: (text) => output.write(text),
      writeErr: (text) => output.write(text),
      getOutHelpWidth: () => output.columns,
      getErrHelpWidth: () => output.columns,
    })
    .configureHelp({ showGlobalOptions: true })
    .helpCommand(false);
}

function globalOptions(raw: Readonly<Record<string, unknown>>): GlobalOptions {
  const text = (key: string): string | null => (raw[key] as string | undefined) ?? null;
  return {
    json: raw['json'] === true,
    board: text('board'),
    port: text('port'),
    seed: (raw['seed'] as number | undefined) ?? null,
    yes: raw['yes'] === true,
    project: text('project'),
    deps: raw['deps'] !== false,
    quiet: raw['quiet'] === true,
    verbose: raw['verbose'] === true,
  };
}

function usageError(error: CommanderError, help: string): ToolError {
  // A group without its verb: commander prints the help and says nothing.
  if (error.code === 'commander.help') {
    return new ToolError('USAGE', 'A command is missing.', { hint: help.trimEnd(), context: { reason: error.code } });
  }
  const message = error.message.replace(/^error: /, '').replace(/\s*\n\s*/g, ' ');
  const sentence = message.charAt(0).toUpperCase() + message.slice(1);
  return new ToolError('USAGE', /[.?)]$/.test(sentence) ? sentence : `${sentence}.`, {
    context: { reason: error.code },
  });
}
