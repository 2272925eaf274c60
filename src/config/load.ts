import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, parse, relative } from 'node:path';
import { ToolError } from '../errors/tool-error.js';
import type { ReadModel } from './defaults.js';
import type { ProjectConfig } from './project-config.js';
import { ProjectFile } from './project-file.js';

export const PROJECT_FILE = 'grapes.yaml';

/**
 * Reads a project file's text. `file` is only what messages call it; `seed` overrides the file's; `readModel` gives the
 * model of another file, for `model: { from: … }`.
 * Throws one CONFIG_* ToolError that lists everything wrong, by line and column.
 */
export function parseProject(
  text: string,
  file: string,
  seed: number | null = null,
  readModel: ReadModel = refuseToRead,
): ProjectConfig {
  return ProjectFile.parse(text, file, seed, readModel).config;
}

function refuseToRead(path: string): never {
  throw new ToolError('CONFIG_VALUE', `model.from is '${path}', but nobody was given who reads it.`, {
    context: { path },
  });
}

interface LoadOptions {
  /** Only shortens the file name in messages. */
  readonly cwd: string;
  readonly seed: number | null;
  readonly readModel?: ReadModel;
}

/** What `grapes.yaml` in `projectDir` says. Throws CONFIG_*. */
export function loadProject(projectDir: string, options: LoadOptions): ProjectConfig {
  return readProjectFile(projectDir, options).config;
}

/** The same with the places of its values, for errors that later stages find. */
export function readProjectFile(projectDir: string, options: LoadOptions): ProjectFile {
  const path = join(projectDir, PROJECT_FILE);
  const shown = shortPath(path, options.cwd);
  if (!existsSync(path)) {
    throw new ToolError('CONFIG_NOT_FOUND', `There is no ${PROJECT_FILE} in ${shortPath(projectDir, options.cwd)}.`, {
      context: { file: shown },
    });
  }
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    const reason = (cause as NodeJS.ErrnoException).code ?? 'unknown';
    throw new ToolError('CONFIG_UNREADABLE', `${shown} could not be read (${reason}).`, {
      context: { file: shown, errno: reason },
      cause,
    });
  }
  return ProjectFile.parse(text, shown, options.seed, options.readModel ?? refuseToRead);
}

/** The nearest folder at or above `start` that holds a project file, or null. */
export function findProjectDir(start: string): string | null {
  for (let dir = start; ; dir = dirname(dir)) {
    if (existsSync(join(dir, PROJECT_FILE))) return dir;
    if (dir === parse(dir).root) return null;
  }
}

/** Relative to `cwd` where that is shorter and does not climb. */
export function shortPath(path: string, cwd: string): string {
  const short = relative(cwd, path);
  return short === '' ? '.' : short.startsWith('..') ? path : short;
}
