import { ToolError } from '../errors/tool-error.js';

export type ConfigCode =
  | 'CONFIG_SYNTAX'
  | 'CONFIG_DUPLICATE_KEY'
  | 'CONFIG_UNKNOWN_KEY'
  | 'CONFIG_MISSING_KEY'
  | 'CONFIG_TYPE'
  | 'CONFIG_VALUE';

/** Where in the file: both counted from 1, as editors do. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** One thing wrong with grapes.yaml. */
export interface ConfigProblem extends Position {
  readonly code: ConfigCode;
  /** Dotted path to the value, empty for the whole file: `train.epochs`, `model.layers[1].units`. */
  readonly path: string;
  readonly message: string;
}

/** Keys and indexes from the root to a value. */
export type ConfigPath = readonly (string | number)[];

export function pathText(path: ConfigPath): string {
  return path.map((p, i) => (typeof p === 'number' ? `[${p}]` : i === 0 ? p : `.${p}`)).join('');
}

/** All problems in one error, in file order; the code is that of the first. */
export function configError(file: string, problems: readonly ConfigProblem[]): ToolError {
  const sorted = [...problems].sort((a, b) => a.line - b.line || a.column - b.column);
  const lines = sorted.map((p) => `${file}:${p.line}:${p.column}: ${p.message}`);
  const first = sorted[0];
  return new ToolError(first.code, lines.join('\n'), {
    context: {
      file,
      line: first.line,
      column: first.column,
      path: first.path,
      problems: sorted.map((p) => `${p.line}:${p.column} ${p.code} ${p.path}`),
    },
  });
}
