import type { CommandHandler } from './command.js';

export interface ArgumentSpec {
  /** commander's notation: `<required>`, `[optional]`. */
  readonly name: string;
  readonly description: string;
  readonly choices?: readonly string[];
}

export interface OptionSpec {
  readonly flags: string;
  readonly description: string;
  readonly parse?: (value: string) => unknown;
}

export interface VerbSpec {
  /** One word, or two for a verb in a group: `data get`. */
  readonly name: string;
  readonly summary: string;
  /** A paragraph for `--help` and docs/cli.md. */
  readonly description?: string;
  readonly args: readonly ArgumentSpec[];
  readonly options: readonly OptionSpec[];
  /** Loaded only when the verb runs, so that `--help` is quick. */
  readonly load: () => Promise<{ readonly run: CommandHandler }>;
}

export const GROUPS: Readonly<Record<string, string>> = {
  boards: 'The boards that grapes-mcu knows',
};

export const VERBS: readonly VerbSpec[] = [
  {
    name: 'init',
    summary: 'Start a project: writes grapes.yaml',
    description:
      'Writes grapes.yaml, its JSON Schema for editors, and .gitignore into the project folder (-C DIR, else the working folder). Files that are there already are kept unless --yes is given.',
    args: [],
    options: [
      { flags: '--template <name>', description: 'what to start from: digits (default) or mnist' },
      { flags: '--name <name>', description: 'name of the model, in snake_case' },
    ],
    load: () => import('./commands/init.js'),
  },
  {
    name: 'boards list',
    summary: 'List the boards',
    args: [],
    options: [],
    load: () => import('./commands/boards-list.js'),
  },
  {
    name: 'boards show',
    summary: 'Show a board: chip, memory, compiler, emulator',
    args: [{ name: '<board>', description: 'board id' }],
    options: [],
    load: () => import('./commands/boards-show.js'),
  },
  {
    name: 'explain',
    summary: 'Explain an error code',
    args: [{ name: '[code]', description: 'for example FLASH_NO_METHOD; without it, all codes are listed' }],
    options: [],
    load: () => import('./commands/explain.js'),
  },
];
